import { useEffect, useId, useRef, useState } from "react";
import { Button } from "../parts/Button";
import { Segments } from "../parts/Segments";
import { useLanguage } from "../words/words";
import { NewPassword } from "./NewPassword";
import { useSession } from "./session";
import { openShortcuts } from "./shortcuts";
import { useTheme } from "./theme";

export function MyMenu() {
  const { words, language, choose } = useLanguage();
  const { me, logOut } = useSession();
  const [theme, setTheme] = useTheme();
  const [isOpen, setOpen] = useState(false);
  const [changesPassword, setChangesPassword] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    const press = (event: PointerEvent) => {
      if (!anchor.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", press);
    return () => removeEventListener("pointerdown", press);
  }, [isOpen]);

  return (
    <div
      className="menu-anchor"
      ref={anchor}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        setOpen(false);
        anchor.current?.querySelector("button")?.focus();
      }}
    >
      <Button kind="plain" icon="person" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        {me.shown_name}
      </Button>
      {isOpen && (
        <div className="menu" id={id} role="group" aria-label={words.menu.label}>
          <p className="choice quiet small">
            {me.name} · {words.roles[me.role]}
          </p>
          <div className="choice">
            <span>{words.menu.look}</span>
            <Segments
              label={words.menu.look}
              value={theme}
              onChange={setTheme}
              choices={[
                { value: "system", title: words.menu.system },
                { value: "light", title: words.menu.light },
                { value: "dark", title: words.menu.dark },
              ]}
            />
          </div>
          <div className="choice">
            <span>{words.menu.language}</span>
            <Segments
              label={words.menu.language}
              value={language}
              onChange={choose}
              choices={[
                { value: "ko", title: "한국어" },
                { value: "en", title: "English" },
              ]}
            />
          </div>
          <hr />
          <Button kind="plain" onClick={() => (setOpen(false), openShortcuts())}>
            <span className="grows menu-text">{words.menu.keys}</span>
            <span className="key">?</span>
          </Button>
          <Button kind="plain" onClick={() => (setOpen(false), setChangesPassword(true))}>
            {words.menu.password}
          </Button>
          <Button kind="plain" onClick={() => void logOut()}>
            {words.menu.logout}
          </Button>
        </div>
      )}
      {changesPassword && <NewPassword onClose={() => setChangesPassword(false)} />}
    </div>
  );
}

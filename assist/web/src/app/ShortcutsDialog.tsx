import { useEffect, useState } from "react";
import { Dialog } from "../parts/Dialog";
import { useWords } from "../words/words";
import { onShortcutsAsked, useShortcuts } from "./shortcuts";

const GROUPS = {
  calls: [
    ["accept", "Alt A"],
    ["refuse", "Alt D"],
    ["mute", "Alt M"],
    ["hold", "Alt H"],
    ["transfer", "Alt T"],
    ["keypad", "Alt K"],
    ["hangUp", "Alt E"],
  ],
  help: [
    ["use", "Alt 1–3"],
    ["reply", "Alt R"],
    ["copyAddress", "Alt C"],
    ["save", "Alt S"],
  ],
  page: [
    ["state", "Alt Q"],
    ["tabs", "Alt ↑ ↓"],
    ["help", "?"],
  ],
} as const;

/** All keys, opened by ? or from the menu. */
export function ShortcutsDialog() {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    onShortcutsAsked(() => setOpen(true));
    return () => onShortcutsAsked(() => undefined);
  }, []);
  useShortcuts({ "?": () => setOpen(true) });
  if (!isOpen) return null;
  return (
    <Dialog title={words.keys.title} isWide onClose={() => setOpen(false)}>
      <div className="shortcuts">
        {Object.entries(GROUPS).map(([group, keys]) => (
          <section key={group}>
            <h3>{words.keys.groups[group as keyof typeof GROUPS]}</h3>
            <dl>
              {keys.map(([name, key]) => (
                <div key={name}>
                  <dt>{words.keys.list[name]}</dt>
                  <dd>
                    {key.split(" ").map((part) => (
                      <kbd key={part} className="key">
                        {part}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

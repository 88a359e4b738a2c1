import { useState } from "react";
import { ApiError, ask, sentenceOf } from "../api";
import { useSession } from "../app/session";
import { Button } from "../parts/Button";
import { useOwnWords, useWords } from "../words/words";
import { type KnownPerson, newPassword } from "./known";
import { en, ko } from "./words";

type Deed = "reset" | "stop" | "start" | "remove";

interface AccessProps {
  person: KnownPerson;
  onDone(done: keyof typeof ko.done, name: string, password?: string): void;
}

/** What signs somebody out, for a while or for good; each asks once more. */
export function Access({ person, onDone }: AccessProps) {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const { me } = useSession();
  const [asked, setAsked] = useState<Deed | null>(null);
  const [refusal, setRefusal] = useState("");
  const path = `/api/desk/people/${encodeURIComponent(person.name)}`;
  const isMe = person.name === me.name;

  async function does(deed: Deed) {
    try {
      switch (deed) {
        case "reset": {
          const password = newPassword();
          await ask("PATCH", path, { password });
          return onDone("saved", person.shown_name, password);
        }
        case "stop":
          await ask("PATCH", path, { is_active: false });
          return onDone("stopped", person.shown_name);
        case "start":
          await ask("PATCH", path, { is_active: true });
          return onDone("started", person.shown_name);
        case "remove":
          await ask("DELETE", path);
          return onDone("removed", person.shown_name);
      }
    } catch (error) {
      const isLast = error instanceof ApiError && error.status === 409;
      setRefusal(isLast ? own.form.lastAdmin : sentenceOf(error, words));
      setAsked(null);
    }
  }

  const texts = { reset: own.access.resetText, stop: own.access.stopText, remove: own.access.removeText };
  return (
    <section className="access" aria-label={own.access.title}>
      <h3>{own.access.title}</h3>
      {isMe && <p className="quiet small">{own.access.self}</p>}
      {asked && asked !== "start" ? (
        <div className="notice warn" role="alert">
          <span className="grows">{texts[asked](person.shown_name)}</span>
          <Button size="small" onClick={() => setAsked(null)}>
            {words.common.cancel}
          </Button>
          <Button size="small" kind="bad" autoFocus onClick={() => void does(asked)}>
            {own.access.sure}
          </Button>
        </div>
      ) : (
        <div className="row wraps">
          <Button size="small" icon="shield" onClick={() => setAsked("reset")} disabled={isMe}>
            {own.access.reset}
          </Button>
          {person.is_active ? (
            <Button size="small" icon="pause" onClick={() => setAsked("stop")} disabled={isMe}>
              {own.access.stop}
            </Button>
          ) : (
            <Button size="small" icon="play" onClick={() => void does("start")}>
              {own.access.start}
            </Button>
          )}
          <Button size="small" icon="close" onClick={() => setAsked("remove")} disabled={isMe}>
            {own.access.remove}
          </Button>
        </div>
      )}
      {refusal && (
        <p className="notice bad" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}

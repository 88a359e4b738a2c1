// Who works here, what each may do, and what was done: for administrators.

import { useCallback, useEffect, useState } from "react";
import { get, sentenceOf } from "../api";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Segments } from "../parts/Segments";
import { Table } from "../parts/Table";
import { useToasts } from "../parts/toasts";
import type { Role } from "../types";
import { useOwnWords, useWords } from "../words/words";
import { PersonForm } from "./PersonForm";
import { Trail } from "./Trail";
import { type KnownPerson, fits } from "./known";
import { en, ko } from "./words";
import "./people.css";

type Part = "people" | "trail";

const TONES: Partial<Record<Role, "accent" | "warn" | "bot">> = { supervisor: "accent", admin: "warn", designer: "bot" };

export default function People() {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const { tell } = useToasts();
  const { people, problem, again } = usePeople();
  const [part, setPart] = useState<Part>("people");
  const [open, setOpen] = useState<KnownPerson | "new" | null>(null);
  const [made, setMade] = useState<{ name: string; password: string } | null>(null);

  function done(what: keyof typeof ko.done, name: string, password?: string | null) {
    setOpen(null);
    if (password) setMade({ name, password });
    tell(own.done[what]);
    again();
  }

  if (problem) {
    return (
      <p className="waiting-page" role="alert">
        {problem}
      </p>
    );
  }
  return (
    <div className="page people">
      <header className="people-head">
        <h1>{own.title}</h1>
        <Segments<Part>
          label={own.parts.label}
          value={part}
          onChange={setPart}
          choices={[
            { value: "people", title: own.parts.people },
            { value: "trail", title: own.parts.trail },
          ]}
        />
        {part === "people" && (
          <Button kind="main" icon="plus" onClick={() => setOpen("new")}>
            {own.add}
          </Button>
        )}
      </header>
      {part === "people" ? <Staff people={people} onOpen={setOpen} /> : <Trail people={people} />}
      {open && <PersonForm person={open === "new" ? null : open} onClose={() => setOpen(null)} onDone={done} />}
      {made && (
        <Dialog title={own.made.title} onClose={() => setMade(null)}>
          <p>{own.made.text(made.name)}</p>
          <p className="made-password">
            <code>{made.password}</code>
            <Button
              icon="copy"
              onClick={() => {
                navigator.clipboard?.writeText(made.password).then(
                  () => tell(own.made.copied),
                  () => undefined, // it stands there to be written down
                );
              }}
            >
              {own.made.copy}
            </Button>
          </p>
          <div className="dialog-foot">
            <Button kind="main" onClick={() => setMade(null)}>
              {words.common.close}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Staff({ people, onOpen }: { people: readonly KnownPerson[]; onOpen(person: KnownPerson): void }) {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const [wanted, setWanted] = useState("");
  const rows = people.filter((person) => fits(person, wanted));
  return (
    <>
      <input
        className="input people-find"
        type="search"
        aria-label={own.find}
        placeholder={own.find}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <div className="card">
        <Table
          caption={own.title}
          rows={rows}
          keyOf={(person) => person.name}
          empty={own.none}
          columns={[
            {
              title: own.columns.person,
              cell: (person) => (
                <span className={person.is_active ? "person" : "person is-gone"}>
                  <strong>{person.shown_name}</strong>
                  <span className="quiet small">{person.name}</span>
                </span>
              ),
            },
            {
              title: own.columns.role,
              cell: (person) => <Badge tone={TONES[person.role]}>{words.roles[person.role] ?? person.role}</Badge>,
            },
            { title: own.columns.skills, cell: (person) => person.skills.join(", ") || <span className="quiet">–</span> },
            { title: own.columns.phone, cell: (person) => person.phone || <span className="quiet">{own.panel}</span> },
            {
              title: own.columns.login,
              cell: (person) =>
                [person.has_password && own.password, person.oidc_subject && own.company].filter(Boolean).join(", ") || (
                  <span className="quiet">{own.never}</span>
                ),
            },
            {
              title: own.columns.state,
              cell: (person) => (
                <Badge tone={person.is_active ? "good" : undefined}>{person.is_active ? own.active : own.inactive}</Badge>
              ),
            },
            {
              title: own.columns.deeds,
              cell: (person) => (
                <Button size="small" aria-label={own.editOf(person.shown_name)} onClick={() => onOpen(person)}>
                  {own.edit}
                </Button>
              ),
            },
          ]}
        />
      </div>
    </>
  );
}

function usePeople(): { people: KnownPerson[]; problem: string; again(): void } {
  const words = useWords();
  const [people, setPeople] = useState<KnownPerson[]>([]);
  const [problem, setProblem] = useState("");
  const again = useCallback(() => {
    get<{ people: KnownPerson[] }>("/api/desk/people")
      .then((told) => setPeople(told.people))
      .catch((error: unknown) => setProblem(sentenceOf(error, words)));
  }, [words]);
  useEffect(again, [again]);
  return { people, problem, again };
}

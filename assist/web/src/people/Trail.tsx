// The audit trail: who did what, and was refused what; newest first.

import { useCallback, useEffect, useRef, useState } from "react";
import { get, sentenceOf } from "../api";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Field } from "../parts/Field";
import { Table } from "../parts/Table";
import { useLanguage, useOwnWords } from "../words/words";
import type { KnownPerson } from "./known";
import { en, ko } from "./words";

interface Entry {
  id: number;
  at: string;
  person: string;
  address: string;
  action: string;
  object: string;
  outcome: string;
}

interface TrailPage {
  entries: Entry[];
  next: number | null;
}

const MOST_ROWS = 2_000;

export function Trail({ people }: { people: readonly KnownPerson[] }) {
  const { words, language } = useLanguage();
  const own = useOwnWords({ ko, en }).trail;
  const [person, setPerson] = useState("");
  const [action, setAction] = useState("");
  const { entries, next, problem, more } = useTrail(person);
  const names = new Map(people.map((one) => [one.name, one.shown_name]));
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  const actionOf = (entry: Entry) => own.actions[entry.action] ?? entry.action;
  const actions = [...new Set(entries.map(actionOf))].sort();
  const rows = action ? entries.filter((entry) => actionOf(entry) === action) : entries;

  return (
    <>
      <div className="trail-finder">
        <Field label={own.who}>
          {(control) => (
            <select {...control} className="input" value={person} onChange={(event) => setPerson(event.target.value)}>
              <option value="">{own.anybody}</option>
              {people.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.shown_name} ({one.name})
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={own.what}>
          {(control) => (
            <select {...control} className="input" value={action} onChange={(event) => setAction(event.target.value)}>
              <option value="">{own.everything}</option>
              {actions.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {problem && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <div className="card">
        <Table
          caption={own.action}
          rows={rows}
          keyOf={(entry) => String(entry.id)}
          empty={own.none}
          columns={[
            { title: own.at, cell: (entry) => <span className="trail-at">{moment.format(new Date(entry.at))}</span> },
            {
              title: own.person,
              cell: (entry) => names.get(entry.person) ?? (entry.person || <span className="quiet">{own.stranger}</span>),
            },
            {
              title: own.action,
              cell: (entry) => <Badge tone={isRefusal(entry) ? "bad" : undefined}>{actionOf(entry)}</Badge>,
            },
            { title: own.object, cell: (entry) => <span className="trail-object">{entry.object}</span> },
            { title: own.outcome, cell: (entry) => entry.outcome },
            { title: own.address, cell: (entry) => <span className="quiet trail-at">{entry.address}</span> },
          ]}
        />
      </div>
      {next !== null && (
        <Button className="trail-more" onClick={more}>
          {words.common.more}
        </Button>
      )}
    </>
  );
}

function isRefusal(entry: Entry): boolean {
  return entry.action === "refused" || entry.outcome.startsWith("refused");
}

function useTrail(person: string): TrailPage & { problem: string; more(): void } {
  const { words } = useLanguage();
  const [trail, setTrail] = useState<TrailPage>({ entries: [], next: null });
  const [problem, setProblem] = useState("");
  const asked = useRef(0);
  const look = useCallback(
    async (before: number | null) => {
      const number = ++asked.current;
      const query = new URLSearchParams({ limit: "100" });
      if (person) query.set("person", person);
      if (before !== null) query.set("before", String(before));
      try {
        const page = await get<TrailPage>(`/api/desk/audit?${query}`);
        if (number !== asked.current) return;
        setProblem("");
        setTrail((known) => {
          const entries = before === null ? page.entries : [...known.entries, ...page.entries];
          return { entries, next: entries.length < MOST_ROWS ? page.next : null };
        });
      } catch (error) {
        if (number === asked.current) setProblem(sentenceOf(error, words));
      }
    },
    [person, words],
  );
  useEffect(() => void look(null), [look]);
  return { ...trail, problem, more: () => void look(trail.next) };
}

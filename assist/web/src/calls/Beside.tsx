// Beside the transcript: the note of the call, and what happened in it.

import { useSession } from "../app/session";
import { Badge } from "../parts/Badge";
import { Card } from "../parts/Card";
import { clockOf } from "../parts/Clock";
import { useOwnWords, useWords } from "../words/words";
import type { Happening } from "./transcript";
import { type CallsWords, en, ko } from "./words";

export interface Note {
  version: number;
  edited_by: string;
  summary: Record<string, unknown>;
  slots: Record<string, unknown>;
  follow_ups: { what?: string; due?: string }[];
  code: string;
  suggested_code: string;
}

export function NoteCard({ note, nameOf }: { note: Note | null; nameOf(name: string): string }) {
  const own = useOwnWords({ ko, en }).note;
  const { config } = useSession();
  if (!note) {
    return (
      <Card title={own.title} icon="page">
        <p className="quiet">{own.none}</p>
      </Card>
    );
  }
  const code = note.code || note.suggested_code;
  const title = config.codes.find((one) => one.code === code)?.title ?? code;
  const slots = Object.entries(note.slots ?? {}).filter(([, value]) => textOf(value));
  return (
    <Card
      title={own.title}
      icon="page"
      aside={<Badge>{note.edited_by ? own.by(nameOf(note.edited_by)) : own.byMachine}</Badge>}
    >
      <dl className="note">
        <Part title={own.issue} text={textOf(note.summary.issue)} />
        <Part title={own.actions} text={textOf(note.summary.actions)} />
        <Part title={own.resolution} text={textOf(note.summary.resolution_text ?? note.summary.resolution)} />
        <Part title={own.code} text={title ? `${title}${note.code ? "" : ` (${own.suggested})`}` : ""} />
        <Part title={own.followUps} text={textOf((note.follow_ups ?? []).map((one) => [one.what, one.due].filter(Boolean).join(" · ")))} />
        <Part title={own.slots} text={slots.map(([name, value]) => `${name}: ${textOf(value)}`).join("\n")} />
      </dl>
    </Card>
  );
}

function Part({ title, text }: { title: string; text: string }) {
  if (!text) return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>{text}</dd>
    </div>
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join("\n");
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "object" && value !== null) return Object.values(value).map(textOf).filter(Boolean).join(" ");
  return "";
}

interface HappeningsProps {
  happenings: readonly Happening[];
  nameOf(name: string): string;
  onJump(at_ms: number): void;
}

export function Happenings({ happenings, nameOf, onJump }: HappeningsProps) {
  const words = useWords();
  const own = useOwnWords({ ko, en }).events;
  return (
    <Card title={own.title} icon="list">
      {happenings.length === 0 && <p className="quiet">{own.none}</p>}
      <ol className="happenings">
        {happenings.map((one) => (
          <li key={one.key}>
            <button type="button" onClick={() => onJump(one.at_ms)}>
              <span className="script-time">{clockOf(one.at_ms / 1000)}</span>
              {one.isAlert ? (
                <span>
                  <Badge tone={one.who === "silence" ? "warn" : "bad"}>{own.kinds[one.who] ?? one.who}</Badge> {one.about}
                </span>
              ) : (
                <span>{sentenceOf(one, own, nameOf, words.desk.reasons)}</span>
              )}
            </button>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function sentenceOf(
  one: Happening,
  own: CallsWords["events"],
  nameOf: (name: string) => string,
  reasons: Record<string, string>,
): string {
  switch (one.type) {
    case "handoff_requested":
      return own.handoff(reasons[one.about] ?? one.about);
    case "queued":
      return own.queued(one.about);
    case "agent_joined": {
      const say = { consulted: own.consulted, took_over: own.tookOver }[one.about] ?? own.joined;
      return say(nameOf(one.who));
    }
    case "agent_left":
      return own.left(nameOf(one.who));
    case "transferred":
      return own.transferred(nameOf(one.about));
    case "held":
      return own.held;
    case "resumed":
      return own.resumed;
    case "recording_paused":
      return own.offRecord;
    case "recording_resumed":
      return own.onRecord;
    default:
      return own.ended;
  }
}

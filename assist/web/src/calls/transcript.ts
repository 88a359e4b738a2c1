// The log of a call that is over, as what one reads along while it is played. Pure; unknown events are passed over.

import type { LogEvent } from "../types";

export type Side = "bot" | "caller" | "agent" | "supervisor";

/** Something that was said, from its first sound to its last. */
export interface PlayedLine {
  key: string;
  side: Side;
  start_ms: number;
  end_ms: number;
  text: string;
  /** How much of the bot's text the caller heard; all of it where this is left out. */
  heard_chars?: number;
}

export interface Happening {
  key: string;
  at_ms: number;
  type: string;
  who: string;
  about: string;
  isAlert: boolean;
}

export interface Played {
  lines: PlayedLine[];
  happenings: Happening[];
}

export const TYPES_READ = [
  "speech_started",
  "transcript_final",
  "bot_started",
  "bot_finished",
  "bot_interrupted",
  "handoff_requested",
  "queued",
  "agent_joined",
  "agent_left",
  "held",
  "resumed",
  "transferred",
  "recording_paused",
  "recording_resumed",
  "alert_raised",
  "call_ended",
  "wrapped_up",
];

const A_LETTER_MS = 180; // of speech whose beginning nobody heard

export function playedOf(events: readonly LogEvent[]): Played {
  const lines: PlayedLine[] = [];
  const happenings: Happening[] = [];
  const began = new Map<string, number>();
  for (const event of events) {
    switch (event.type) {
      case "speech_started":
        began.set(text(event.side), event.at_ms);
        break;
      case "transcript_final":
        lines.push(heard(event, began));
        break;
      case "bot_started":
        lines.push(line(event, "bot", event.at_ms, event.at_ms + text(event.text).length * A_LETTER_MS, text(event.text)));
        break;
      case "bot_finished":
      case "bot_interrupted":
        settle(lines, event);
        break;
      default: {
        const happening = happened(event, happenings);
        if (happening) happenings.push(happening);
      }
    }
  }
  return { lines: lines.filter((one) => one.text).sort((a, b) => a.start_ms - b.start_ms), happenings };
}

function line(event: LogEvent, side: Side, start_ms: number, end_ms: number, said: string): PlayedLine {
  return { key: `${event.seq}`, side, start_ms, end_ms: Math.max(end_ms, start_ms), text: said };
}

function heard(event: LogEvent, began: Map<string, number>): PlayedLine {
  const who = text(event.side);
  const side: Side = who === "agent" || who === "supervisor" ? who : "caller";
  const said = text(event.written) || text(event.spoken);
  const words = Array.isArray(event.words) ? (event.words as Record<string, unknown>[]) : [];
  const timed = words.filter((word) => number(word?.end_ms) > number(word?.start_ms));
  const start = timed.length ? number(timed[0]?.start_ms) : began.get(who);
  began.delete(who);
  const end = timed.length ? number(timed.at(-1)?.end_ms) : event.at_ms;
  return line(event, side, start ?? Math.max(0, event.at_ms - said.length * A_LETTER_MS), end, said);
}

/** The bot has stopped: that is when its line ends, and how much of it reached the caller. */
function settle(lines: PlayedLine[], event: LogEvent): void {
  const last = lines.findLast((one) => one.side === "bot");
  if (!last) return;
  last.end_ms = Math.max(last.start_ms, event.at_ms);
  const reached = text(event.heard_text);
  if (event.type === "bot_interrupted" && last.text.startsWith(reached)) last.heard_chars = reached.length;
}

function happened(event: LogEvent, before: readonly Happening[]): Happening | null {
  const one = { key: `${event.seq}`, at_ms: event.at_ms, type: event.type, who: text(event.agent), isAlert: false };
  switch (event.type) {
    case "alert_raised":
      return { ...one, who: text(event.kind), about: text(event.text), isAlert: true };
    case "handoff_requested":
      return { ...one, about: text(event.reason) };
    case "queued":
      // told again and again while somebody waits
      return before.at(-1)?.type === "queued" ? null : { ...one, about: text(event.queue) };
    case "agent_joined":
      return { ...one, about: text(event.how) };
    case "transferred":
      return { ...one, about: text(event.to) };
    case "agent_left":
    case "held":
    case "resumed":
    case "recording_paused":
    case "recording_resumed":
    case "call_ended":
      return { ...one, about: "" };
    default:
      return null;
  }
}

/** The place of the line that is heard at a moment, or was last; -1 before the first. */
export function lineAt(lines: readonly PlayedLine[], at_ms: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.start_ms ?? 0) <= at_ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

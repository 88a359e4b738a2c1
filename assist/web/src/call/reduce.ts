// A call's log, event by event, into what the panel shows of it. Pure; what it does not know it passes over.

import type { LogEvent } from "../types";
import { botIsSilent, botSpeaks, heardPartly, heardWholly, pressed, remarked } from "./lines";
import type { AddressCandidate, Alert, CallState, Phrase, Speaker, SuggestionItem, Verdict } from "./state";

export { newCall } from "./state";
export type { CallState } from "./state";

const MOST_ALERTS = 30;
const KINDS_OF_ALERT: readonly string[] = ["abuse", "anger", "silence", "keyword"];

/** Events that came already are passed over: a log may be played from further back. */
export function reduce(call: CallState, event: LogEvent, nowMs: number = Date.now()): CallState {
  if (event.call_id !== call.call_id || event.seq < call.next_seq) return call;
  // no event comes before it happened: whichever came soonest knows best when the call began
  const began_at = Math.min(call.began_at || Infinity, nowMs - event.at_ms);
  return applied({ ...call, next_seq: event.seq + 1, began_at }, event);
}

function applied(call: CallState, event: LogEvent): CallState {
  const { seq, at_ms } = event;
  switch (event.type) {
    case "call_started":
      return {
        ...call,
        door: text(event.door),
        caller: text(event.caller),
        callee: text(event.callee),
        direction: text(event.direction),
      };
    case "call_ended": {
      const ended = { by: text(event.by), reason: text(event.reason), duration_ms: number(event.duration_ms) };
      return remarked({ ...botIsSilent(call), ended, people: {} }, seq, at_ms, { what: "ended", by: ended.by });
    }
    case "transcript_partial":
      return heardPartly(call, side(event), number(event.turn), text(event.written), number(event.stable_chars), at_ms);
    case "transcript_final":
      return heardWholly(call, side(event), number(event.turn), text(event.written), at_ms, event.engine === "typed");
    case "dtmf":
      return event.side === "agent" ? call : pressed(call, seq, at_ms, text(event.digit));
    case "bot_started":
      return botSpeaks(call, seq, text(event.text), at_ms);
    case "bot_finished":
      return botIsSilent(call);
    case "bot_interrupted":
      return botIsSilent(call, { text: text(event.text), heard_text: text(event.heard_text) });
    case "slot_filled":
    case "slot_corrected":
      return filled(call, event);
    case "recording_paused":
      return remarked({ ...call, isOffRecord: true }, seq, at_ms, { what: "off_record" });
    case "recording_resumed":
      return remarked({ ...call, isOffRecord: false }, seq, at_ms, { what: "on_record" });
    default:
      return atTheDesk(call, event);
  }
}

function atTheDesk(call: CallState, event: LogEvent): CallState {
  const { seq, at_ms } = event;
  const who = text(event.agent);
  switch (event.type) {
    case "handoff_requested": {
      const handoff = { reason: text(event.reason), skill: text(event.skill), summary: text(event.summary) };
      return remarked({ ...call, handoff }, seq, at_ms, { what: "handoff", reason: handoff.reason, skill: handoff.skill });
    }
    case "queued":
      return queued(call, event);
    case "agent_joined": {
      const people = { ...call.people, [who]: text(event.how) };
      return remarked({ ...call, people }, seq, at_ms, { what: "joined", who, how: text(event.how) });
    }
    case "agent_left": {
      const { [who]: _, ...people } = call.people;
      return remarked({ ...call, people }, seq, at_ms, { what: "left", who, reason: text(event.reason) });
    }
    case "held":
      return remarked({ ...call, isHeld: true }, seq, at_ms, { what: "held", who });
    case "resumed":
      return remarked({ ...call, isHeld: false }, seq, at_ms, { what: "resumed", who });
    case "transferred":
      return remarked(call, seq, at_ms, { what: "transferred", to: text(event.to), how: text(event.how) });
    case "page_shown":
      return remarked(call, seq, at_ms, { what: "shown", title: text(event.title), kind: text(event.kind) });
    case "page_answered": {
      const answers = texts(event.values);
      return remarked({ ...call, answers }, seq, at_ms, { what: "answered", values: answers });
    }
    default:
      return helped(call, event);
  }
}

function helped(call: CallState, event: LogEvent): CallState {
  switch (event.type) {
    case "suggested":
      return suggested(call, event);
    case "suggestion_used":
      return judged(call, number(event.suggestion), text(event.document), event.verdict as Verdict);
    case "address_normalized": {
      const candidates = list<AddressCandidate>(event.candidates);
      return { ...call, address: { seq: event.seq, spoken: text(event.spoken), candidates } };
    }
    case "speaker_checked":
      return {
        ...call,
        speaker: {
          customer: text(event.customer),
          score: number(event.score),
          threshold: number(event.threshold),
          accepted: event.accepted === true,
          refused: text(event.refused),
        },
      };
    case "emotion_read":
      return event.side === "caller" ? { ...call, mood: { label: text(event.label), score: number(event.score) } } : call;
    case "alert_raised": {
      if (!KINDS_OF_ALERT.includes(text(event.kind))) return call;
      const kind = event.kind as Alert["kind"];
      const alert = { seq: event.seq, at_ms: event.at_ms, side: text(event.side), kind, text: text(event.text) };
      return { ...call, alerts: [alert, ...call.alerts].slice(0, MOST_ALERTS) };
    }
    case "wrapped_up":
      return { ...call, note_version: number(event.version) };
    default:
      return call;
  }
}

/** A caller who waits is told their place again and again: the remark stays one. */
function queued(call: CallState, event: LogEvent): CallState {
  const remark = { what: "queued" as const, queue: text(event.queue), position: number(event.position) };
  const last = call.lines.at(-1);
  if (last?.remark?.what !== "queued") return remarked(call, event.seq, event.at_ms, remark);
  return { ...call, lines: call.lines.with(-1, { ...last, remark }) };
}

function filled(call: CallState, event: LogEvent): CallState {
  const slot = { slot: text(event.slot), written: written(event), isCorrected: event.type === "slot_corrected" };
  const others = call.slots.filter((one) => one.slot !== slot.slot);
  const place = call.slots.findIndex((one) => one.slot === slot.slot);
  return { ...call, slots: place < 0 ? [...others, slot] : call.slots.with(place, slot) };
}

function written(event: LogEvent): string {
  return text(event.written) || (event.value === null || event.value === undefined ? "" : text(String(event.value)));
}

/** One with nothing in it says that nothing fits any more; phrases stand for themselves. */
function suggested(call: CallState, event: LogEvent): CallState {
  const items = list<SuggestionItem>(event.items);
  const phrases = list<Phrase>(event.phrases);
  const questions = list<string>(event.questions);
  const reply = text(event.reply);
  const isOnlyPhrases = items.length === 0 && !reply && questions.length === 0 && phrases.length > 0;
  const suggestion = { seq: event.seq, turn: number(event.turn), items, reply, questions, verdicts: {} };
  return { ...call, phrases, suggestion: isOnlyPhrases ? call.suggestion : suggestion };
}

export function judged(call: CallState, seq: number, document: string, verdict: Verdict): CallState {
  if (call.suggestion?.seq !== seq) return call;
  const verdicts = { ...call.suggestion.verdicts, [document]: verdict };
  return { ...call, suggestion: { ...call.suggestion, verdicts } };
}

// ---- what came over the wire is not believed

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function texts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
}

function side(event: LogEvent): Speaker {
  return event.side === "agent" || event.side === "supervisor" ? event.side : "caller";
}

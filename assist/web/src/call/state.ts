// One call as the panel shows it: what its log adds up to.

export type Speaker = "bot" | "caller" | "agent" | "supervisor";

/** One utterance, or a remark between them. `key` stays the same while it grows and settles. */
export interface Line {
  key: string;
  kind: Speaker | "remark";
  at_ms: number;
  text: string;
  /** What of `text` will not change any more; all of it once it has settled. */
  stable_chars: number;
  isSettled: boolean;
  /** What the caller heard of the bot's words before cutting in. */
  heard_chars?: number;
  isTyped?: boolean;
  /** Of a remark: which one, and what it is about. */
  remark?: Remark;
}

export type Remark =
  | { what: "queued"; queue: string; position: number }
  | { what: "handoff"; reason: string; skill: string }
  | { what: "joined"; who: string; how: string }
  | { what: "left"; who: string; reason: string }
  | { what: "held" | "resumed"; who: string }
  | { what: "transferred"; to: string; how: string }
  | { what: "flow"; flow: string }
  | { what: "off_record" | "on_record" }
  | { what: "keys"; keys: string }
  | { what: "shown"; title: string; kind: string }
  | { what: "answered"; values: Record<string, string> }
  | { what: "ended"; by: string };

export interface SuggestionItem {
  document: string;
  title: string;
  answer: string;
  score: number;
  why: string;
}

export interface Suggestion {
  seq: number;
  turn: number;
  items: SuggestionItem[];
  reply: string;
  questions: string[];
  /** By document: the last word about it. */
  verdicts: Record<string, Verdict>;
}

export type Verdict = "used" | "useless" | "wrong";

export interface Phrase {
  rule: string;
  kind: "required" | "said" | "missing" | "forbidden";
  text: string;
}

export interface AddressCandidate {
  road: string;
  postcode: string;
  jibun: string;
  building: string;
  detail: string;
  score: number;
  missing: string[] | string;
}

export interface Address {
  seq: number;
  spoken: string;
  candidates: AddressCandidate[];
}

export interface SpeakerCheck {
  customer: string;
  score: number;
  threshold: number;
  accepted: boolean;
  refused: string;
}

export interface Alert {
  seq: number;
  at_ms: number;
  side: string;
  kind: "abuse" | "anger" | "silence" | "keyword";
  text: string;
}

export interface Slot {
  slot: string;
  written: string;
  isCorrected: boolean;
}

export interface CallState {
  call_id: string;
  next_seq: number;
  /** By this browser's clock, as near as the events have let it be known; 0 before the first. */
  began_at: number;
  door: string;
  caller: string;
  callee: string;
  direction: string;
  lines: Line[];
  /** Lines that made room for newer ones. */
  forgotten: number;
  slots: Slot[];
  suggestion: Suggestion | null;
  phrases: Phrase[];
  address: Address | null;
  speaker: SpeakerCheck | null;
  mood: { label: string; score: number } | null;
  alerts: Alert[];
  handoff: { reason: string; skill: string; summary: string } | null;
  /** People who are in the call with the caller or beside them, by name, and how they came. */
  people: Record<string, string>;
  isHeld: boolean;
  isOffRecord: boolean;
  answers: Record<string, string> | null;
  ended: { by: string; reason: string; duration_ms: number } | null;
  /** The newest version of the note, 0 before there is one. */
  note_version: number;
}

export function newCall(callId: string): CallState {
  return {
    call_id: callId,
    next_seq: 0,
    began_at: 0,
    door: "",
    caller: "",
    callee: "",
    direction: "in",
    lines: [],
    forgotten: 0,
    slots: [],
    suggestion: null,
    phrases: [],
    address: null,
    speaker: null,
    mood: null,
    alerts: [],
    handoff: null,
    people: {},
    isHeld: false,
    isOffRecord: false,
    answers: null,
    ended: null,
    note_version: 0,
  };
}

// The lines of a call's transcript. None of these changes what it is given; a line that stays is the same object.

import type { CallState, Line, Remark, Speaker } from "./state";

export const MOST_LINES = 1_500; // about two hours of talk; older ones are forgotten
const SAME_UTTERANCE_MS = 15_000; // a partial of the same turn after that long is another utterance

/** Newest first is where nearly everything happens: the line with this key, from the end. */
function placeOf(lines: readonly Line[], key: string): number {
  for (let place = lines.length - 1; place >= 0; place -= 1) if (lines[place]?.key === key) return place;
  return -1;
}

export function added(call: CallState, line: Line): CallState {
  const lines = [...call.lines, line];
  const surplus = Math.max(0, lines.length - MOST_LINES);
  return { ...call, lines: surplus ? lines.slice(surplus) : lines, forgotten: call.forgotten + surplus };
}

export function replaced(call: CallState, place: number, line: Line): CallState {
  return { ...call, lines: call.lines.with(place, line) };
}

export function remarked(call: CallState, seq: number, at_ms: number, remark: Remark): CallState {
  const line: Line = { key: `#${seq}`, kind: "remark", at_ms, text: "", stable_chars: 0, isSettled: true, remark };
  return added(call, line);
}

/** What is being said: all of the turn so far, in place of what was there of it. */
export function heardPartly(
  call: CallState,
  side: Speaker,
  turn: number,
  text: string,
  stable_chars: number,
  at_ms: number,
): CallState {
  const key = `${side}:${turn}`;
  const place = placeOf(call.lines, key);
  const before = call.lines[place];
  if (before?.isSettled) return call; // its final words are there
  const line: Line = { key, kind: side, at_ms, text, stable_chars, isSettled: false };
  if (!before) return added(call, line);
  if (at_ms - before.at_ms <= SAME_UTTERANCE_MS) return replaced(call, place, line);
  // what was heard then came to nothing, and its number is used anew
  return added({ ...call, lines: call.lines.toSpliced(place, 1) }, line);
}

/** What was said: the first part of a turn replaces what was heard of it, further parts follow it. */
export function heardWholly(
  call: CallState,
  side: Speaker,
  turn: number,
  text: string,
  at_ms: number,
  isTyped: boolean,
): CallState {
  const key = `${side}:${turn}`;
  const place = placeOf(call.lines, key);
  const before = call.lines[place];
  const whole = before?.isSettled ? `${before.text} ${text}` : text;
  const line: Line = { key, kind: side, at_ms, text: whole, stable_chars: whole.length, isSettled: true };
  if (isTyped) line.isTyped = true;
  const after = before ? replaced(call, place, { ...line, at_ms: before.at_ms }) : added(call, line);
  return withoutUnsettled(after, side, key);
}

/** Parts of other turns of that side which came to nothing make room. */
function withoutUnsettled(call: CallState, side: Speaker, key: string): CallState {
  const isLeft = (line: Line) => line.kind === side && !line.isSettled && line.key !== key;
  return call.lines.some(isLeft) ? { ...call, lines: call.lines.filter((line) => !isLeft(line)) } : call;
}

export function botSpeaks(call: CallState, seq: number, text: string, at_ms: number): CallState {
  const line: Line = { key: `bot#${seq}`, kind: "bot", at_ms, text, stable_chars: text.length, isSettled: false };
  return added(botIsSilent(call), line);
}

/** The bot's line settles; `heard` is how much of it had reached a caller who cut in. */
export function botIsSilent(call: CallState, heard?: { text: string; heard_text: string }): CallState {
  const place = call.lines.findLastIndex((line) => line.kind === "bot" && !line.isSettled);
  const line = call.lines[place];
  if (!line) return call;
  const settled: Line = { ...line, isSettled: true };
  if (heard && line.text.startsWith(heard.heard_text)) settled.heard_chars = heard.heard_text.length;
  return replaced(call, place, settled);
}

/** Keys that are pressed one after the other are one line. */
export function pressed(call: CallState, seq: number, at_ms: number, digit: string): CallState {
  const last = call.lines.at(-1);
  if (last?.remark?.what !== "keys") return remarked(call, seq, at_ms, { what: "keys", keys: digit });
  const remark: Remark = { what: "keys", keys: last.remark.keys + digit };
  return replaced(call, call.lines.length - 1, { ...last, remark });
}

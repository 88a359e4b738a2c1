// Which calls are a person's own, and how they stay in their place until they are written up.

import type { CallRow, Offer } from "../types";

const MOST = 12; // that are over and not written up: the oldest make room
const LIST_WITHIN_MS = 3_000; // the list and the answer to a request come on two ways

/** Whose call it is, or who is asked about it by whoever has it. */
export function isOf(name: string, call: CallRow): boolean {
  return (call.agent === name && call.phase !== "ringing") || call.consulted === name;
}

/** An offered call as the service will show it in a moment. */
export function justAccepted({ call_id, caller, customer, skill, is_chat }: Offer, name: string): CallRow {
  const now = { phase: "talking" as const, agent: name, began_at: Date.now() / 1000, alerts: 0 };
  return { call_id, caller, customer, skill, ...now, door: is_chat ? "chat" : "" };
}

/** What is known of a call that is over and not written up; its log tells the rest. */
export function writtenUp(callId: string): CallRow {
  const unknown = { caller: "", customer: "", skill: "", agent: null, began_at: 0, alerts: 0, door: "" };
  return { call_id: callId, phase: "wrapping", ...unknown };
}

/** `listed` are those that the service shows now; what is `known` and not among them is over, unless it has been
 * accepted so lately that the list is older. */
export function ownCalls(
  known: CallRow[],
  listed: CallRow[],
  acceptedAt: ReadonlyMap<string, number>,
  nowMs: number,
): CallRow[] {
  const there = new Map(listed.map((call) => [call.call_id, call]));
  const before = known.map((call) => {
    const isNew = nowMs - (acceptedAt.get(call.call_id) ?? 0) < LIST_WITHIN_MS;
    return there.get(call.call_id) ?? (isNew ? call : { ...call, phase: "wrapping" as const });
  });
  const ids = new Set(known.map((call) => call.call_id));
  const all = [...before, ...listed.filter((call) => !ids.has(call.call_id))];
  return all.filter((call, place) => there.has(call.call_id) || place >= all.length - MOST);
}

// What the wall makes of the desk's snapshots. Pure.

import { momentOf } from "../app/times";
import type { CallState } from "../call/state";
import type { AgentRow, CallRow, Phase, QueueRow } from "../types";

export const MOST_SHOWN = 100;
export const MOST_ALERTS = 50;
export const MOST_FOLLOWED = 20; // calls whose alerts are read along

export type Only = "all" | "waiting" | "talking" | "bot" | "alerts";

const RANK: Record<Phase, number> = { waiting: 0, ringing: 0, held: 1, consulting: 1, talking: 1, bot: 2, wrapping: 3 };
const WITH_AGENT: readonly Phase[] = ["talking", "held", "consulting", "wrapping"];

export function isWaiting(call: CallRow): boolean {
  return call.phase === "waiting" || call.phase === "ringing";
}

const FITS: Record<Only, (call: CallRow) => boolean> = {
  all: () => true,
  waiting: isWaiting,
  talking: (call) => WITH_AGENT.includes(call.phase),
  bot: (call) => call.phase === "bot",
  alerts: (call) => call.alerts > 0,
};

/** Who waits stands first, then whoever talks, the oldest of each first; a row moves only when its call does. */
export function shownCalls(calls: readonly CallRow[], only: Only): CallRow[] {
  return calls
    .filter(FITS[only])
    .sort((a, b) => (RANK[a.phase] ?? 4) - (RANK[b.phase] ?? 4) || momentOf(a.began_at) - momentOf(b.began_at));
}

export function countsOf(calls: readonly CallRow[]): Record<Only, number> {
  const counts = { all: 0, waiting: 0, talking: 0, bot: 0, alerts: 0 };
  for (const call of calls) for (const only of Object.keys(counts) as Only[]) counts[only] += FITS[only](call) ? 1 : 0;
  return counts;
}

/** A queue with today's figures, which an older service does not tell. */
type CountedQueue = QueueRow & { answered?: number; lost?: number };

export interface Totals {
  talking: number;
  bot: number;
  waiting: number;
  longest_wait_s: number;
  /** Of all queues that have one, each as much as it has calls; null while none has. */
  service_level: number | null;
  ready: number;
  people: number;
}

export function totalsOf(calls: readonly CallRow[], queues: readonly CountedQueue[], agents: readonly AgentRow[]): Totals {
  const counts = countsOf(calls);
  const levels = queues.filter((queue) => typeof queue.service_level === "number");
  const weights = levels.map((queue) => (queue.answered ?? 0) + (queue.lost ?? 0) || 1);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const met = levels.reduce((sum, queue, place) => sum + (queue.service_level ?? 0) * (weights[place] ?? 0), 0);
  return {
    talking: counts.talking - calls.filter((call) => call.phase === "wrapping").length,
    bot: counts.bot,
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    longest_wait_s: Math.max(0, ...queues.map((queue) => queue.longest_wait_s)),
    service_level: whole ? met / whole : null,
    ready: agents.filter((agent) => agent.state === "ready" && agent.is_connected).length,
    people: agents.filter((agent) => agent.is_connected).length,
  };
}

export type Standing = "good" | "warn" | "bad";

/** Eight of ten within the time that was promised is the usual aim; judged as it is shown, in whole percents. */
export function standingOf(level: number): Standing {
  const percent = Math.round(level * 100);
  return percent >= 80 ? "good" : percent >= 60 ? "warn" : "bad";
}

export interface SeenAlert {
  key: string;
  call_id: string;
  caller: string;
  kind: string;
  text: string;
  at: number;
}

/** The newest first; what was seen of calls that are over stays. The same array where nothing is new. */
export function withAlerts(seen: SeenAlert[], logs: Readonly<Record<string, CallState>>): SeenAlert[] {
  const known = new Set(seen.map((alert) => alert.key));
  const fresh: SeenAlert[] = [];
  for (const [callId, log] of Object.entries(logs)) {
    for (const alert of log.alerts) {
      const key = `${callId}#${alert.seq}`;
      if (known.has(key)) continue;
      const { kind, text } = alert;
      fresh.push({ key, call_id: callId, caller: log.caller, kind, text, at: log.began_at + alert.at_ms });
    }
  }
  if (fresh.length === 0) return seen;
  return [...fresh, ...seen].sort((a, b) => b.at - a.at).slice(0, MOST_ALERTS);
}

/** Those with alerts, the newest calls of them: their logs are followed. */
export function followedOf(calls: readonly CallRow[]): string[] {
  const loud = calls.filter((call) => call.alerts > 0).sort((a, b) => momentOf(b.began_at) - momentOf(a.began_at));
  return loud.slice(0, MOST_FOLLOWED).map((call) => call.call_id);
}

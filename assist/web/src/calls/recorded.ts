// Recorded calls as the service tells them, and what is asked for.

export interface Snippet {
  seq: number;
  at_ms: number;
  side: string;
  before: string;
  match: string;
  after: string;
}

export interface RecordedCall {
  call_id: string;
  began_at: string;
  duration_ms: number | null;
  direction: string | null;
  door: string | null;
  caller: string | null;
  callee: string | null;
  agents: string[];
  skill: string | null;
  code: string | null;
  has_recording: boolean;
  snippet: Snippet | null;
}

export interface RecordedPage {
  calls: RecordedCall[];
  next: string | null;
}

export interface Peaks {
  caller: number[];
  other: number[];
  duration_ms: number;
}

export interface Filters {
  q: string;
  /** Days of this browser's time zone, `2026-11-22`, both counted in; empty for any. */
  from: string;
  to: string;
  agent: string;
  skill: string;
  code: string;
}

export const NO_FILTERS: Filters = { q: "", from: "", to: "", agent: "", skill: "", code: "" };
export const MOST_ROWS = 1_000; // that a list keeps; who wants older calls asks for their days
const LONGEST_Q = 200;

export function hasFilters(filters: Filters): boolean {
  return Object.values(filters).some((value: string) => value.trim() !== "");
}

/** The address of a page of the list; what is no day is left out. */
export function addressOf(filters: Filters, before: string | null = null): string {
  const asked = new URLSearchParams();
  const q = filters.q.trim().slice(0, LONGEST_Q);
  if (q) asked.set("q", q);
  const from = startOf(filters.from, 0);
  const to = startOf(filters.to, 1);
  if (from) asked.set("from", from);
  if (to) asked.set("to", to);
  for (const name of ["agent", "skill", "code"] as const) if (filters[name]) asked.set(name, filters[name]);
  if (before) asked.set("before", before);
  const query = asked.toString();
  return `/api/desk/recorded${query ? `?${query}` : ""}`;
}

function startOf(day: string, later: number): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return "";
  const [, year, month, date] = match;
  const start = new Date(Number(year), Number(month) - 1, Number(date) + later);
  return Number.isNaN(start.getTime()) ? "" : start.toISOString();
}

/** The number of whoever is not us. */
export function customerOf(call: { direction: string | null; caller: string | null; callee: string | null }): string {
  return (call.direction === "out" ? call.callee : call.caller) ?? "";
}

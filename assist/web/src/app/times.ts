// Times as the service tells them, in this browser's own clock. The service counts in seconds: how long ago, how long
// still; a number as large as a date is one (seconds since 1970).

const A_DATE_S = 1e9;

/** When something began that has lasted `seconds` at `nowMs`. */
export function beganAt(seconds: number, nowMs: number): number {
  return seconds > A_DATE_S ? seconds * 1000 : nowMs - seconds * 1000;
}

/** When something ends that lasts `seconds` more at `nowMs`. */
export function endsAt(seconds: number, nowMs: number): number {
  return seconds > A_DATE_S ? seconds * 1000 : nowMs + seconds * 1000;
}

/** A moment written as ISO 8601, or as seconds since 1970. */
export function momentOf(told: string | number): number {
  return typeof told === "number" ? told * 1000 : Date.parse(told);
}

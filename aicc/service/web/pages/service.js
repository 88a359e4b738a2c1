// The service, as far as a page sees it: see aicc/service/web/routes.py.

const LIMIT_MS = 8000; // a network that has just changed answers nothing, and says so after minutes

/** The service has answered that it will not. */
export class Refused extends Error {
  constructor(answer, told) {
    super(told.error ?? `status ${answer.status}`);
    this.status = answer.status;
    this.retryAfterS = Number(answer.headers.get("retry-after"));
  }
}

/** POST with a body, else GET. Throws Refused, or what fetch throws where there is no answer. */
export async function ask(path, body, signal) {
  const answer = await fetch(`/call/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: within(LIMIT_MS, signal),
  });
  const text = await answer.text();
  const told = text && answer.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused(answer, told);
  return told;
}

/** Reaches the service even as the page is closed. */
export function sayBye(token) {
  navigator.sendBeacon(`/call/calls/${token}/bye`);
}

export function openCaptions(token, start) {
  const address = new URL(`/call/calls/${token}/captions?start=${start}`, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address);
}

/** `signal`, and a limit: AbortSignal.any is younger than the telephones that people have. */
function within(ms, signal) {
  const both = new AbortController();
  const timer = setTimeout(() => both.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError")), ms);
  signal?.addEventListener("abort", () => both.abort(signal.reason), { signal: both.signal });
  if (signal?.aborted) both.abort(signal.reason);
  both.signal.addEventListener("abort", () => clearTimeout(timer));
  return both.signal;
}

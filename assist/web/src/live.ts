// The line to the service: a WebSocket that comes back by itself and plays each followed call on from where it broke.

import type { LiveMessage, LogEvent } from "./types";

/** `replaced`: too many panels of one person are open, and this one is not brought back by itself. */
export type LineState = "connecting" | "open" | "lost" | "signed_out" | "replaced";

export interface LiveListener {
  line(state: LineState): void;
  message(message: Exclude<LiveMessage, { type: "event" } | { type: "pong" }>): void;
  /** In the order of the log, none twice, none left out. */
  event(event: LogEvent): void;
}

export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 10_000;
export const PING_EVERY_MS = 10_000;
export const PONG_WITHIN_MS = 5_000;
export const SLEPT_MS = 20_000; // a timer that is this late: the machine was asleep, and the line is dead
const SIGNED_OUT = 4401;
const REPLACED = 4409;

export class Live {
  #socket: WebSocket | null = null;
  #next = new Map<string, number>();
  #asked = new Map<string, number>();
  #waitMs = FIRST_WAIT_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pinging: ReturnType<typeof setInterval> | undefined;
  #pongBy: ReturnType<typeof setTimeout> | undefined;
  #tickedAt = 0;
  #isClosed = false;

  constructor(
    private readonly address: string,
    private readonly listener: LiveListener,
  ) {}

  open(): void {
    this.#isClosed = false;
    this.#tickedAt = Date.now();
    this.#pinging = setInterval(() => this.#tick(), PING_EVERY_MS);
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#gone);
    document.addEventListener("visibilitychange", this.#shown);
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#pinging);
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#gone);
    document.removeEventListener("visibilitychange", this.#shown);
    this.#drop();
  }

  /** Events of this call come from now on, from `start` if it was not followed before. */
  follow(callId: string, start = 0): void {
    if (this.#next.has(callId)) return;
    this.#next.set(callId, start);
    this.#askFor(callId);
  }

  unfollow(callId: string): void {
    if (!this.#next.delete(callId)) return;
    this.#asked.delete(callId);
    this.#send({ type: "unfollow", call_id: callId });
  }

  get followed(): string[] {
    return [...this.#next.keys()];
  }

  /** Asks anew for a call whose first request may have come too early for its rights. */
  followAgain(callId: string): void {
    this.#asked.delete(callId);
    if (this.#next.has(callId)) this.#askFor(callId);
    else this.follow(callId);
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#drop();
    if (this.#isClosed) return;
    this.listener.line(this.#waitMs === FIRST_WAIT_MS ? "connecting" : "lost");
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#heard(socket, String(data));
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#broken(code);
    };
  }

  #opened(): void {
    this.#waitMs = FIRST_WAIT_MS;
    this.#asked.clear();
    this.listener.line("open");
    for (const callId of this.#next.keys()) this.#askFor(callId);
  }

  #heard(socket: WebSocket, data: string): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#pongBy);
    let message: LiveMessage;
    try {
      message = JSON.parse(data) as LiveMessage;
    } catch {
      return;
    }
    if (message.type === "pong") return;
    if (message.type === "event") this.#event(message.event);
    else this.listener.message(message);
    if (message.type === "signed_out") this.#end("signed_out");
  }

  #event(event: LogEvent): void {
    const next = this.#next.get(event.call_id);
    if (next === undefined || event.seq < next) return; // not followed any more, or told already
    if (event.seq > next) return this.#askFor(event.call_id); // something is missing: from there on, please
    this.#next.set(event.call_id, next + 1);
    this.#asked.delete(event.call_id);
    this.listener.event(event);
  }

  #askFor(callId: string): void {
    const start = this.#next.get(callId) ?? 0;
    if (this.#asked.get(callId) === start) return; // it is on its way
    if (this.#send({ type: "follow", call_id: callId, start })) this.#asked.set(callId, start);
  }

  #send(message: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #broken(code: number): void {
    this.#socket = null;
    clearTimeout(this.#pongBy);
    if (code === SIGNED_OUT) return this.#end("signed_out");
    if (code === REPLACED) return this.#end("replaced");
    if (this.#isClosed) return;
    this.listener.line("lost");
    // not all panels of a house at once when the service is back
    this.#retry = setTimeout(() => this.#connect(), this.#waitMs * (0.75 + Math.random() / 2));
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }

  #end(state: "signed_out" | "replaced"): void {
    this.close();
    this.listener.line(state);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#pongBy);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #tick(): void {
    const late = Date.now() - this.#tickedAt - PING_EVERY_MS;
    this.#tickedAt = Date.now();
    if (late > SLEPT_MS) return this.#wake();
    if (!this.#send({ type: "ping" })) return;
    clearTimeout(this.#pongBy);
    this.#pongBy = setTimeout(this.#gone, PONG_WITHIN_MS);
  }

  /** Awake or on another network: at once, not when it is its turn. */
  #wake = (): void => {
    if (this.#isClosed) return;
    this.#waitMs = FIRST_WAIT_MS;
    this.listener.line("lost");
    this.#connect();
  };

  #gone = (): void => {
    if (!this.#socket) return;
    this.#drop();
    this.#broken(0);
  };

  #shown = (): void => {
    if (!document.hidden && !this.#socket && !this.#isClosed) this.#wake();
  };
}

/** The address of a WebSocket on this origin. */
export function liveAddress(path: string): string {
  const address = new URL(path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

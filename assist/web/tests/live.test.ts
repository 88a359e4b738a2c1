import { beforeEach, describe, expect, it, vi } from "vitest";
import { Live, type LineState, LONGEST_WAIT_MS, PING_EVERY_MS, PONG_WITHIN_MS, SLEPT_MS } from "../src/live";

class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: { type: string; call_id?: string; start?: number }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  up() {
    this.readyState = 1;
    this.onopen?.();
  }

  tell(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  event(seq: number, callId = "a") {
    this.tell({ type: "event", event: { call_id: callId, seq, at_ms: seq, type: "speech_started" } });
  }

  down(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

let states: LineState[];
let seqs: number[];
let live: Live;
const newest = () => FakeSocket.all.at(-1)!;
const follows = (socket: FakeSocket) => socket.sent.filter(({ type }) => type === "follow");

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  FakeSocket.all = [];
  states = [];
  seqs = [];
  live = new Live("ws://desk/live", {
    line: (state) => states.push(state),
    message: () => undefined,
    event: ({ seq }) => seqs.push(seq),
  });
  live.open();
  newest().up();
  return () => live.close();
});

describe("a line that is lost", () => {
  it("comes back and goes on where each call was", () => {
    live.follow("a");
    live.follow("b", 7);
    newest().event(0);
    newest().event(1);
    newest().down();
    expect(states.at(-1)).toBe("lost");
    vi.advanceTimersByTime(500);
    newest().up();
    expect(follows(newest())).toEqual([
      { type: "follow", call_id: "a", start: 2 },
      { type: "follow", call_id: "b", start: 7 },
    ]);
    newest().event(1); // told already
    newest().event(2);
    expect(seqs).toEqual([0, 1, 2]);
    expect(states.at(-1)).toBe("open");
  });

  it("is tried at longer and longer intervals, ten seconds at most", () => {
    const waits: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      newest().down();
      const count = FakeSocket.all.length;
      let waited = 0;
      while (FakeSocket.all.length === count) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits.slice(0, 5)).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(LONGEST_WAIT_MS);
  });

  it("is noticed by a ping that nobody answers", () => {
    vi.advanceTimersByTime(PING_EVERY_MS);
    expect(newest().sent.at(-1)).toEqual({ type: "ping" });
    vi.advanceTimersByTime(PONG_WITHIN_MS);
    expect(states.at(-1)).toBe("lost");
  });

  it("stays up as long as something comes", () => {
    for (let count = 0; count < 5; count += 1) {
      vi.advanceTimersByTime(PING_EVERY_MS);
      newest().tell({ type: "pong" });
    }
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("is made anew at once when the machine has slept or the network is back", () => {
    vi.setSystemTime(Date.now() + SLEPT_MS + PING_EVERY_MS);
    vi.advanceTimersByTime(PING_EVERY_MS);
    expect(FakeSocket.all).toHaveLength(2);
    dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(3);
  });
});

describe("events", () => {
  it("that are missing are asked for once, and none is told out of its order", () => {
    live.follow("a");
    newest().event(0);
    newest().event(3);
    newest().event(4);
    expect(seqs).toEqual([0]);
    expect(follows(newest()).map(({ start }) => start)).toEqual([0, 1]);
    [1, 2, 3, 4].forEach((seq) => newest().event(seq));
    expect(seqs).toEqual([0, 1, 2, 3, 4]);
  });

  it("of a call that is not followed any more are not told", () => {
    live.follow("a");
    live.unfollow("a");
    newest().event(0);
    expect(seqs).toEqual([]);
    expect(newest().sent.at(-1)).toEqual({ type: "unfollow", call_id: "a" });
  });

  it("that are no json do no harm", () => {
    newest().onmessage?.({ data: "{" });
    live.follow("a");
    newest().event(0);
    expect(seqs).toEqual([0]);
  });
});

describe("the end of a session", () => {
  it("is the end of the line", () => {
    newest().down(4401);
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toBe("signed_out");
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("a panel that was replaced does not push the other one out", () => {
    newest().down(4409);
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toBe("replaced");
    expect(FakeSocket.all).toHaveLength(1);
  });
});

import { beforeEach, describe, expect, it, vi } from "vitest";
import { DeskStore } from "../../src/app/desk_store";
import type { CallRow, Offer } from "../../src/types";

class FakeSocket {
  static OPEN = 1;
  static newest: FakeSocket;
  readyState = 0;
  sent: { type: string; call_id?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.newest = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
}

const row = (call_id: string, part: Partial<CallRow> = {}): CallRow => ({
  call_id,
  caller: "01012345678",
  customer: "01012345678",
  skill: "배송",
  phase: "talking",
  agent: "kim",
  began_at: "2026-11-22T09:00:00+09:00",
  alerts: 0,
  door: "sip",
  ...part,
});
const offer: Offer = {
  call_id: "a",
  caller: "01012345678",
  customer: "김서연",
  skill: "배송",
  summary: "",
  reason: "asked",
  wait_s: 3,
  is_chat: false,
  until_s: 20,
  how: "panel",
};

let desk: DeskStore;

function tell(message: object) {
  FakeSocket.newest.onmessage?.({ data: JSON.stringify(message) });
}
const shown = (calls: CallRow[], state = "talking") =>
  tell({ type: "desk", me: { state, since_s: 1 }, agents: [], queues: [], calls });
const mine = () => desk.state.mine.map((call) => [call.call_id, call.phase]);
const followed = () => FakeSocket.newest.sent.filter(({ type }) => type === "follow").map(({ call_id }) => call_id);

function connect() {
  FakeSocket.newest.readyState = 1;
  FakeSocket.newest.onopen?.();
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  desk = new DeskStore("ws://desk/live", "kim");
  desk.open();
  connect();
  return () => desk.close();
});

describe("one's own calls", () => {
  it("are those that one has, and those that one is asked about; what others have or what rings is none", () => {
    shown([
      row("a"),
      row("b", { agent: "lee" }),
      row("c", { agent: "lee", consulted: "kim", phase: "consulting" }),
      row("d", { phase: "ringing" }),
    ]);
    expect(mine()).toEqual([
      ["a", "talking"],
      ["c", "consulting"],
    ]);
    expect(followed()).toEqual(["a", "c"]);
  });

  it("stay to be written up when they are over, in their place, until they are", () => {
    shown([row("a"), row("b")]);
    shown([row("b")], "wrapping");
    expect(mine()).toEqual([
      ["a", "wrapping"],
      ["b", "talking"],
    ]);
    desk.finished("a");
    expect(mine()).toEqual([["b", "talking"]]);
    expect(FakeSocket.newest.sent.at(-1)).toEqual({ type: "unfollow", call_id: "a" });
  });

  it("are there as soon as they are accepted, whatever a list says that was on its way", () => {
    tell({ type: "offer", ...offer });
    desk.accepted({ ...offer });
    expect(desk.state.offers).toEqual([]);
    shown([]);
    expect(mine()).toEqual([["a", "talking"]]);
    vi.advanceTimersByTime(5_000);
    shown([]);
    expect(mine()).toEqual([["a", "wrapping"]]);
  });

  it("keep ringing, and their sound, until the answer to being accepted is there", () => {
    tell({ type: "offer", ...offer });
    desk.taking("a");
    tell({ type: "offer_gone", call_id: "a", reason: "accepted" });
    expect(desk.state.offers).toHaveLength(1);
    desk.accepted({ ...offer });
    expect(desk.state.offers).toEqual([]);
    expect(followed()).toEqual(["a"]);
    tell({ type: "offer", ...offer, call_id: "b" });
    tell({ type: "offer_gone", call_id: "b", reason: "accepted" }); // in another window
    expect(desk.state.offers).toEqual([]);
  });

  it("are still to be written up after the page was loaded anew", () => {
    tell({ type: "desk", me: { state: "wrapping", since_s: 1 }, wraps: "z", agents: [], queues: [], calls: [] });
    expect(mine()).toEqual([["z", "wrapping"]]);
    expect(followed()).toEqual(["z"]);
  });

  it("are asked for once more when they were not granted while they rang", () => {
    tell({ type: "offer", ...offer });
    expect(followed()).toEqual(["a"]);
    shown([row("a")]);
    shown([row("a")]);
    expect(followed()).toEqual(["a", "a"]);
  });
});

describe("what rings", () => {
  it("rings until it is gone", () => {
    tell({ type: "offer", ...offer });
    expect(desk.state.offers[0]?.ends_at).toBe(Date.now() + 20_000);
    tell({ type: "offer_gone", call_id: "a", reason: "no_answer" });
    expect(desk.state.offers).toEqual([]);
  });

  it("goes with a lost line, unless the service tells of it anew", () => {
    tell({ type: "offer", ...offer });
    tell({ type: "offer", ...offer, call_id: "b" });
    FakeSocket.newest.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    connect();
    tell({ type: "offer", ...offer, call_id: "b" });
    vi.advanceTimersByTime(3_000);
    expect(desk.state.offers.map(({ call_id }) => call_id)).toEqual(["b"]);
  });
});

describe("the memory of a shift", () => {
  it("holds no call that is nobody's here", () => {
    shown([row("a")]);
    tell({ type: "event", event: { call_id: "a", seq: 0, at_ms: 0, type: "speech_started" } });
    expect(Object.keys(desk.state.logs)).toEqual(["a"]);
    shown([]);
    desk.finished("a");
    expect(desk.state.logs).toEqual({});
  });

  it("keeps what a page looks at for as long as it does", () => {
    const leave = desk.watch("x");
    tell({ type: "event", event: { call_id: "x", seq: 0, at_ms: 0, type: "speech_started" } });
    shown([]);
    expect(Object.keys(desk.state.logs)).toEqual(["x"]);
    leave();
    expect(desk.state.logs).toEqual({});
  });
});

describe("one's state", () => {
  it("has a clock that does not jump with each message", () => {
    shown([], "ready");
    const { since } = desk.state.me;
    vi.advanceTimersByTime(1_000);
    tell({ type: "desk", me: { state: "ready", since_s: 2.3 }, agents: [], queues: [], calls: [] });
    expect(desk.state.me.since).toBe(since);
    tell({ type: "desk", me: { state: "talking", since_s: 0 }, agents: [], queues: [], calls: [] });
    expect(desk.state.me).toEqual({ state: "talking", since: Date.now() });
  });
});

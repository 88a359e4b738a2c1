import { describe, expect, it } from "vitest";
import { newCall } from "../../src/call/state";
import type { AgentRow, CallRow, Phase, QueueRow } from "../../src/types";
import {
  MOST_ALERTS,
  MOST_FOLLOWED,
  countsOf,
  followedOf,
  shownCalls,
  standingOf,
  totalsOf,
  withAlerts,
} from "../../src/wall/overview";

function call(call_id: string, phase: Phase, began_at: number, alerts = 0): CallRow {
  return { call_id, caller: "0101", customer: "", skill: "", phase, agent: null, began_at, alerts, door: "sip" };
}

const QUEUE: QueueRow = { skill: "a", title: "", waiting: 0, longest_wait_s: 0, expected_wait_s: 0, service_level: null };
const AGENT: AgentRow = {
  name: "a",
  shown_name: "",
  role: "agent",
  skills: [],
  state: "ready",
  since_s: 0,
  call_id: null,
  is_connected: true,
};

describe("the list of live calls", () => {
  const calls = [
    call("bot", "bot", 1),
    call("new", "waiting", 9),
    call("talk", "talking", 2, 1),
    call("old", "ringing", 5),
    call("held", "held", 1),
    call("over", "wrapping", 0),
  ];
  it("has who waits longest first", () => {
    expect(shownCalls(calls, "all").map((one) => one.call_id)).toEqual(["old", "new", "held", "talk", "bot", "over"]);
    expect(shownCalls(calls, "waiting").map((one) => one.call_id)).toEqual(["old", "new"]);
    expect(shownCalls(calls, "alerts").map((one) => one.call_id)).toEqual(["talk"]);
  });
  it("counts what each choice would show", () => {
    expect(countsOf(calls)).toEqual({ all: 6, waiting: 2, talking: 3, bot: 1, alerts: 1 });
  });
  it("keeps a phase that is not known yet", () => {
    const strange = call("x", "dreaming" as Phase, 0);
    expect(shownCalls([strange, ...calls], "all").at(-1)).toBe(strange);
  });
});

describe("the figures above", () => {
  it("weigh the service level by calls", () => {
    const queues = [
      { ...QUEUE, waiting: 2, longest_wait_s: 40, service_level: 1, answered: 1, lost: 0 },
      { ...QUEUE, waiting: 1, longest_wait_s: 90, service_level: 0.5, answered: 2, lost: 1 },
      { ...QUEUE, service_level: null },
    ];
    const agents = [AGENT, { ...AGENT, is_connected: false }, { ...AGENT, state: "talking" as const }];
    const totals = totalsOf([call("a", "talking", 0), call("b", "wrapping", 0)], queues, agents);
    expect(totals).toMatchObject({ talking: 1, waiting: 3, longest_wait_s: 90, ready: 1, people: 2 });
    expect(totals.service_level).toBeCloseTo(0.625);
  });
  it("are empty before anything happened", () => {
    expect(totalsOf([], [], [])).toMatchObject({ waiting: 0, longest_wait_s: 0, service_level: null });
  });
  it("are judged as they are shown", () => {
    expect([0.797, 0.794, 0.6, 0.59].map(standingOf)).toEqual(["good", "warn", "warn", "bad"]);
  });
});

describe("alerts", () => {
  const log = (callId: string, ...seqs: number[]) => ({
    ...newCall(callId),
    caller: "0101",
    began_at: 1000,
    alerts: seqs.map((seq) => ({ seq, at_ms: seq, side: "caller", kind: "abuse" as const, text: "" })),
  });
  it("are gathered newest first, each once, and outlive their call", () => {
    const first = withAlerts([], { a: log("a", 1, 5), b: log("b", 3) });
    expect(first.map((one) => one.key)).toEqual(["a#5", "b#3", "a#1"]);
    expect(withAlerts(first, { a: log("a", 1, 5) })).toBe(first);
    expect(withAlerts(first, { b: log("b", 3, 9) }).map((one) => one.key)).toEqual(["b#9", "a#5", "b#3", "a#1"]);
  });
  it("are bounded, and so are the calls that are followed for them", () => {
    const many = Array.from({ length: 200 }, (_, seq) => seq);
    const seen = withAlerts([], { a: log("a", ...many) });
    expect(seen.length).toBe(MOST_ALERTS);
    expect(seen[0]?.key).toBe("a#199");
    const loud = many.map((number) => call(String(number), "talking", number, 1));
    expect(followedOf(loud).length).toBe(MOST_FOLLOWED);
    expect(followedOf(loud)[0]).toBe("199");
  });
});

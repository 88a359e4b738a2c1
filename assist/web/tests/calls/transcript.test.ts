import { describe, expect, it } from "vitest";
import { lineAt, playedOf } from "../../src/calls/transcript";
import type { LogEvent } from "../../src/types";

let seq = 0;
const event = (at_ms: number, type: string, fields: object = {}): LogEvent => ({ call_id: "c", seq: seq++, at_ms, type, ...fields });
const word = (text: string, start_ms: number, end_ms: number) => ({ text, start_ms, end_ms, confidence: 0.9 });

describe("the lines of a call that is over", () => {
  it("stand at their first sound, by the words' own times", () => {
    const { lines } = playedOf([
      event(900, "speech_started", { side: "caller" }),
      event(2500, "transcript_final", { side: "caller", turn: 1, spoken: "", written: "환불해 주세요", words: [word("환불해", 1000, 1600), word("주세요", 1700, 2200)] }),
    ]);
    expect(lines).toMatchObject([{ side: "caller", start_ms: 1000, end_ms: 2200, text: "환불해 주세요" }]);
  });
  it("or where their side began to speak, or as far back as so many letters take", () => {
    const { lines } = playedOf([
      event(900, "speech_started", { side: "agent" }),
      event(2500, "transcript_final", { side: "agent", turn: 1, written: "네", words: [] }),
      event(5000, "transcript_final", { side: "agent", turn: 2, written: "다섯글자요", words: [] }),
      event(100, "transcript_final", { side: "caller", turn: 3, written: "아주 긴 말".repeat(20), words: [] }),
    ]);
    expect(lines.map((line) => line.start_ms)).toEqual([0, 900, 4100]);
  });
  it("of the bot end where it stops, and say what nobody heard", () => {
    const { lines } = playedOf([
      event(100, "bot_started", { turn: 0, text: "안녕하세요, 누리몰입니다." }),
      event(700, "bot_interrupted", { turn: 0, text: "안녕하세요, 누리몰입니다.", heard_text: "안녕하세요" }),
    ]);
    expect(lines).toMatchObject([{ side: "bot", start_ms: 100, end_ms: 700, heard_chars: 5 }]);
  });
  it("are in the order of their sounds, both sides at once too", () => {
    const { lines } = playedOf([
      event(3000, "transcript_final", { side: "agent", written: "b", words: [word("b", 2000, 3000)] }),
      event(3100, "transcript_final", { side: "caller", written: "a", words: [word("a", 1000, 3000)] }),
    ]);
    expect(lines.map((line) => line.text)).toEqual(["a", "b"]);
  });
  it("are not broken by what is not as it should be", () => {
    const { lines, happenings } = playedOf([
      event(1, "transcript_final", { side: 7, written: { x: 1 }, words: "no" }),
      event(2, "transcript_final", { side: "caller", written: "네", words: [null, { start_ms: "x" }] }),
      event(3, "bot_finished"),
      event(4, "something_new", { agent: 1 }),
    ]);
    expect(lines.map((line) => line.text)).toEqual(["네"]);
    expect(happenings).toEqual([]);
  });
});

it("tells what happened once, a wait that is told again and again too", () => {
  const { happenings } = playedOf([
    event(1, "handoff_requested", { reason: "asked" }),
    event(2, "queued", { queue: "배송" }),
    event(3, "queued", { queue: "배송" }),
    event(4, "agent_joined", { agent: "kim", how: "answered" }),
    event(5, "alert_raised", { kind: "abuse", text: "○○" }),
    event(6, "call_ended", { by: "caller" }),
  ]);
  expect(happenings.map((one) => one.type)).toEqual(["handoff_requested", "queued", "agent_joined", "alert_raised", "call_ended"]);
  expect(happenings[3]).toMatchObject({ isAlert: true, who: "abuse", about: "○○" });
});

it("finds the line of a moment", () => {
  const lines = [100, 200, 200, 500].map((start_ms, key) => ({ key: String(key), side: "bot" as const, start_ms, end_ms: 0, text: "" }));
  expect([0, 100, 199, 200, 499, 9e9].map((at) => lineAt(lines, at))).toEqual([-1, 0, 0, 2, 2, 3]);
  expect(lineAt([], 5)).toBe(-1);
});

import { describe, expect, it } from "vitest";
import { MOST_LINES } from "../../src/call/lines";
import { type CallState, newCall, reduce } from "../../src/call/reduce";
import type { LogEvent } from "../../src/types";

const CALL = "019e8a10-0000-7000-8000-000000000001";

/** A call's log from events without their places: one every 100 ms. */
function logOf(events: { type: string; [field: string]: unknown }[]): LogEvent[] {
  return events.map((event, seq) => ({ call_id: CALL, seq, at_ms: seq * 100, ...event }));
}

function played(events: { type: string; [field: string]: unknown }[]): CallState {
  return logOf(events).reduce((call, event) => reduce(call, event, 1_000_000), newCall(CALL));
}

const partial = (side: string, turn: number, written: string, stable_chars = 0) => ({
  type: "transcript_partial",
  side,
  turn,
  spoken: written,
  written,
  stable_chars,
});
const final = (side: string, turn: number, written: string, engine = "bundled") => ({
  type: "transcript_final",
  side,
  turn,
  spoken: written,
  written,
  words: [],
  engine,
});
const texts = (call: CallState) => call.lines.map((line) => line.text);

describe("the transcript", () => {
  it("settles a partial in its place, under the same key", () => {
    const during = played([partial("caller", 1, "배송지를"), partial("caller", 1, "배송지를 바꿔", 4)]);
    const after = played([partial("caller", 1, "배송지를"), final("caller", 1, "배송지를 바꿔 주세요.")]);
    expect(during.lines).toHaveLength(1);
    expect(during.lines[0]).toMatchObject({ text: "배송지를 바꿔", stable_chars: 4, isSettled: false });
    expect(after.lines).toHaveLength(1);
    expect(after.lines[0]).toMatchObject({ text: "배송지를 바꿔 주세요.", isSettled: true });
    expect(after.lines[0]?.key).toBe(during.lines[0]?.key);
  });

  it("joins the parts of one turn, and lets no late partial undo them", () => {
    const call = played([
      partial("caller", 1, "네 그게"),
      final("caller", 1, "네 그게"),
      final("caller", 1, "주문이요"),
      partial("caller", 1, "네"),
    ]);
    expect(texts(call)).toEqual(["네 그게 주문이요"]);
  });

  it("keeps both sides apart that talk at once", () => {
    const call = played([
      partial("caller", 3, "그러니까"),
      partial("agent", 4, "네 고객님"),
      final("agent", 4, "네, 고객님."),
      final("caller", 3, "그러니까요."),
    ]);
    expect(call.lines.map((line) => [line.kind, line.text])).toEqual([
      ["caller", "그러니까요."],
      ["agent", "네, 고객님."],
    ]);
  });

  it("drops what was heard in part and came to nothing", () => {
    const call = played([partial("caller", 1, "음"), final("caller", 2, "상담사 바꿔 주세요.")]);
    expect(texts(call)).toEqual(["상담사 바꿔 주세요."]);
  });

  it("shows a number that is used anew much later as another utterance", () => {
    const quick = [{ ...partial("caller", 1, "어"), seq: 0, at_ms: 0 }, { ...final("agent", 2, "네."), seq: 1, at_ms: 9_000 }];
    const late = { ...partial("caller", 1, "여보세요"), seq: 2, at_ms: 60_000 };
    const call = [...quick, late].reduce((before, event) => reduce(before, { call_id: CALL, ...event }), newCall(CALL));
    expect(texts(call)).toEqual(["네.", "여보세요"]);
  });

  it("marks what a caller who cut in has not heard", () => {
    const text = "주소를 말씀해 주세요. 도로명도 괜찮습니다.";
    const call = played([
      { type: "bot_started", turn: 1, text, first_audio_ms: 1 },
      { type: "bot_interrupted", turn: 1, text, heard_text: "주소를 말씀해 주세요." },
    ]);
    expect(call.lines[0]).toMatchObject({ text, isSettled: true, heard_chars: "주소를 말씀해 주세요.".length });
  });

  it("does not touch lines that stay", () => {
    const before = played([final("caller", 1, "하나"), final("agent", 2, "둘")]);
    const event = logOf([partial("caller", 3, "셋")])[0]!;
    const after = reduce(before, { ...event, seq: 2 });
    expect(after.lines[0]).toBe(before.lines[0]);
    expect(after.lines[1]).toBe(before.lines[1]);
    expect(before.lines).toHaveLength(2);
  });

  it("forgets the oldest lines of a call that does not end", () => {
    const many = Array.from({ length: MOST_LINES + 20 }, (_, turn) => final("caller", turn + 1, `${turn}`));
    const call = played(many);
    expect(call.lines).toHaveLength(MOST_LINES);
    expect(call.forgotten).toBe(20);
    expect(call.lines[0]?.text).toBe("20");
  });

  it("makes one remark of keys, and of a place in the queue that is told again", () => {
    const call = played([
      { type: "dtmf", digit: "1", side: "caller" },
      { type: "dtmf", digit: "9", side: "caller" },
      { type: "queued", queue: "배송", position: 2, wait_s: 30 },
      { type: "queued", queue: "배송", position: 1, wait_s: 10 },
    ]);
    expect(call.lines.map((line) => line.remark)).toEqual([
      { what: "keys", keys: "19" },
      { what: "queued", queue: "배송", position: 1 },
    ]);
  });
});

describe("the log", () => {
  it("is not taken twice", () => {
    const events = logOf([final("caller", 1, "네"), final("caller", 1, "맞아요")]);
    const once = events.reduce((call, event) => reduce(call, event, 0), newCall(CALL));
    expect(events.reduce((call, event) => reduce(call, event, 0), once)).toBe(once);
  });

  it("of another call, or of an unknown kind, changes nothing that is shown", () => {
    const call = played([final("caller", 1, "네")]);
    expect(reduce(call, { call_id: "other", seq: 1, at_ms: 0, type: "call_ended" })).toBe(call);
    const after = reduce(call, { call_id: CALL, seq: 1, at_ms: 0, type: "something_new", what: 1 });
    expect({ ...after, next_seq: 1 }).toEqual({ ...call, began_at: after.began_at });
  });

  it("tells when the call began by the event that came soonest", () => {
    let call = reduce(newCall(CALL), { call_id: CALL, seq: 0, at_ms: 0, type: "speech_started" }, 70_000);
    call = reduce(call, { call_id: CALL, seq: 1, at_ms: 60_000, type: "speech_started" }, 70_100);
    expect(call.began_at).toBe(10_100);
  });

  it("with fields of the wrong kind breaks nothing", () => {
    const call = played([
      { type: "suggested", items: "x", phrases: null, questions: 3, reply: {} },
      { type: "slot_filled", slot: 4 },
      { type: "alert_raised", kind: "<script>" },
      { type: "page_answered", values: null },
      partial("nobody", 1, "네"),
    ]);
    expect(call.alerts).toEqual([]);
    expect(call.lines.at(-1)?.kind).toBe("caller");
  });
});

describe("what helps", () => {
  const item = { document: "faq-1", title: "제목", answer: "답", score: 0.9, why: "낱말" };
  const suggested = { type: "suggested", turn: 1, items: [item], ms: 5, reply: "답", questions: [], phrases: [] };

  it("knows what became of a suggestion, and only of the newest", () => {
    const used = { type: "suggestion_used", suggestion: 0, document: "faq-1", verdict: "used", by: "kim" };
    expect(played([suggested, used]).suggestion?.verdicts).toEqual({ "faq-1": "used" });
    expect(played([suggested, suggested, used]).suggestion?.verdicts).toEqual({});
  });

  it("keeps the suggestion where only phrases are told anew", () => {
    const phrases = [{ rule: "인사", kind: "said", text: "안녕하세요" }];
    const call = played([suggested, { ...suggested, items: [], reply: "", phrases }]);
    expect(call.suggestion?.items).toEqual([item]);
    expect(call.phrases).toEqual(phrases);
  });

  it("fills the customer card, a correction in the place of what it corrects", () => {
    const slot = (type: string, name: string, written: string) => ({ type, slot: name, written, value: written });
    const call = played([
      slot("slot_filled", "주문번호", "1"),
      slot("slot_filled", "이름", "김서연"),
      slot("slot_corrected", "주문번호", "2"),
    ]);
    expect(call.slots).toEqual([
      { slot: "주문번호", written: "2", isCorrected: true },
      { slot: "이름", written: "김서연", isCorrected: false },
    ]);
  });

  it("knows who is in the call, and nobody when it is over", () => {
    const joined = { type: "agent_joined", agent: "kim", how: "answered" };
    const consulted = { type: "agent_joined", agent: "lee", how: "consulted" };
    expect(played([joined, consulted]).people).toEqual({ kim: "answered", lee: "consulted" });
    expect(played([joined, consulted, { type: "agent_left", agent: "lee", reason: "ended" }]).people).toEqual({
      kim: "answered",
    });
    const over = played([joined, { type: "call_ended", by: "caller", reason: "hung_up", duration_ms: 9_000 }]);
    expect(over.people).toEqual({});
    expect(over.ended).toEqual({ by: "caller", reason: "hung_up", duration_ms: 9_000 });
  });
});

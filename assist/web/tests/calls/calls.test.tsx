import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { hrefOf } from "../../src/app/route";
import { XSS, openPanel } from "../pages";

const CALL = "019e8a10-0000-7000-8000-000000000001";
const RECORDED = {
  call_id: CALL,
  began_at: "2026-11-22T03:00:00Z",
  duration_ms: 61_000,
  direction: "in",
  door: "sip",
  caller: "01012345678",
  callee: "",
  agents: [XSS],
  skill: "배송",
  code: "D10",
  has_recording: true,
  snippet: { seq: 3, at_ms: 2_000, side: "caller", before: XSS, match: "환불", after: "해 주세요" },
};
const WHOLE = { ...RECORDED, started_at: RECORDED.began_at, ended_at: "2026-11-22T03:01:01Z", recording: { removed_at: null } };
const EVENTS = [
  { call_id: CALL, seq: 1, at_ms: 3_000, type: "transcript_final", side: "caller", turn: 1, written: XSS, words: [{ text: "x", start_ms: 1_500, end_ms: 2_900 }] },
  { call_id: CALL, seq: 2, at_ms: 9_000, type: "transcript_final", side: "agent", turn: 2, written: "네 고객님", words: [{ text: "네", start_ms: 5_000, end_ms: 6_000 }] },
];
const ANSWERS = {
  "GET /api/desk/recorded": { status: 200, told: { calls: [RECORDED], next: CALL } },
  [`GET /api/calls/${CALL}`]: { status: 200, told: WHOLE },
  [`GET /api/calls/${CALL}/events`]: { status: 200, told: { events: EVENTS, next: null } },
  [`GET /api/desk/recorded/${CALL}/peaks`]: { status: 200, told: { caller: [0, 1], other: [1, 0], duration_ms: 61_000 } },
};

async function settle() {
  await act(async () => void (await new Promise((done) => setTimeout(done, 0))));
}

describe("recorded calls", () => {
  it("are listed with the place that matched, as text", async () => {
    await openPanel("calls", "reviewer", ANSWERS);
    const link = await screen.findByRole("link", { name: /010-1234-5678/ });
    expect(link.querySelector("mark")?.textContent).toBe("환불");
    expect(link.getAttribute("href")).toBe(`${hrefOf("calls", CALL)}?at=2000`);
    expect(document.querySelector("#main img, #main script")).toBeNull();
  });

  it("are asked for as they are being written, the newest question alone", async () => {
    const asked = await openPanel("calls", "reviewer", ANSWERS);
    await screen.findByRole("link", { name: /010/ });
    vi.useFakeTimers();
    for (const q of ["환", "환불", "환불 100%"]) fireEvent.change(screen.getByLabelText("대화 내용 검색"), { target: { value: q } });
    await act(async () => void (await vi.advanceTimersByTimeAsync(400)));
    const searches = asked.filter(({ path }) => path.startsWith("/api/desk/recorded?"));
    expect(searches.map(({ path }) => new URL(path, "http://x").searchParams.get("q"))).toEqual(["환불 100%"]);
  });

  it("go on behind the last one", async () => {
    const asked = await openPanel("calls", "reviewer", ANSWERS);
    fireEvent.click(await screen.findByRole("button", { name: "더 보기" }));
    await settle();
    expect(asked.at(-1)?.path).toBe(`/api/desk/recorded?before=${CALL}`);
    expect(screen.getAllByRole("link", { name: /010/ }).length).toBe(2);
  });

  it("tell a person without the right so", async () => {
    await openPanel("calls", "agent", { "GET /api/desk/recorded": { status: 403, told: { error: "no", cure: "x" } } });
    expect((await screen.findByRole("alert")).textContent).toBe("이 일을 할 권한이 없어요.");
  });
});

describe("one of them", () => {
  it("is played from where a line is pressed, and the line is marked", async () => {
    const play = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    await openPanel(`calls/${CALL}`, "reviewer", ANSWERS);
    await screen.findByRole("slider", { name: "녹음 위치" });
    const script = screen.getByRole("list", { name: "대화" });
    const second = within(script).getByText("네 고객님");
    expect(within(script).getByText(XSS)).toBeTruthy();
    fireEvent.click(second);
    const audio = document.querySelector("audio") as HTMLAudioElement;
    expect(audio.getAttribute("src")).toBe(`/api/calls/${CALL}/recording?beeped=true`);
    expect(audio.currentTime).toBe(5);
    expect(play).toHaveBeenCalled();
    expect(second.closest("li")?.getAttribute("aria-current")).toBe("true");
    play.mockRestore();
  });

  it("begins at what a search has found", async () => {
    await openPanel(`calls/${CALL}?at=5200`, "reviewer", ANSWERS);
    await screen.findByRole("slider", { name: "녹음 위치" });
    expect((document.querySelector("audio") as HTMLAudioElement).currentTime).toBe(5.2);
  });

  it("is led by keys alone, and the controls keep theirs", async () => {
    const play = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    await openPanel(`calls/${CALL}`, "reviewer", ANSWERS);
    await screen.findByRole("slider", { name: "녹음 위치" });
    const audio = document.querySelector("audio") as HTMLAudioElement;
    fireEvent.keyDown(document.body, { key: "ArrowRight" });
    expect(audio.currentTime).toBe(5);
    fireEvent.keyDown(document.body, { key: "ArrowLeft" });
    fireEvent.keyDown(document.body, { key: "ArrowLeft" });
    expect(audio.currentTime).toBe(0);
    fireEvent.keyDown(document.body, { key: "ArrowUp" });
    expect(audio.playbackRate).toBe(1.25);
    fireEvent.keyDown(document.body, { key: " " });
    expect(play).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(screen.getByLabelText("대화 내용 검색"), { key: " " });
    fireEvent.keyDown(screen.getByRole("button", { name: "재생" }), { key: " " });
    expect(play).toHaveBeenCalledTimes(1);
    play.mockRestore();
  });

  it.each([
    [404, "이 통화는 녹음되지 않았거나 보관 기간이 지났어요."],
    [409, "녹음을 정리하는 중이에요. 잠시 뒤에 다시 열어 주세요."],
    [503, "녹음을 재생할 수 없어요."],
  ])("has its transcript without a recording (%i)", async (status, text) => {
    const peaks = { [`GET /api/desk/recorded/${CALL}/peaks`]: { status, told: { error: "x", cure: "y" } } };
    await openPanel(`calls/${CALL}`, "reviewer", { ...ANSWERS, ...peaks });
    expect(await screen.findByText(text)).toBeTruthy();
    expect(screen.getByText("네 고객님")).toBeTruthy();
    expect(document.querySelector("audio")).toBeNull();
  });

  it("asks for no recording where there is none", async () => {
    const whole = { [`GET /api/calls/${CALL}`]: { status: 200, told: { ...WHOLE, recording: { removed_at: "2026-11-23T00:00:00Z" } } } };
    const asked = await openPanel(`calls/${CALL}`, "reviewer", { ...ANSWERS, ...whole });
    await screen.findByText("이 통화는 녹음되지 않았거나 보관 기간이 지났어요.");
    expect(asked.some(({ path }) => path.includes("/peaks"))).toBe(false);
  });

  it.each([403, 404])("that is another's or made up is told so (%i)", async (status) => {
    await openPanel("calls/..%2F..%2Fetc", "reviewer", { ...ANSWERS, "GET /api/calls/..%252F..%252Fetc": { status, told: {} } });
    expect((await screen.findByRole("alert")).textContent).not.toBe("");
  });
});

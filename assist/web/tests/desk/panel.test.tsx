import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "../../src/app/session";
import { Shell } from "../../src/app/Shell";
import { ToastProvider } from "../../src/parts/toasts";
import { PhoneProvider } from "../../src/phone/PhoneProvider";
import { WordsProvider } from "../../src/words/words";

const CALL = "019e8a10-0000-7000-8000-000000000001";
const ME = { name: "kim", shown_name: "김상담", role: "agent", skills: [], phone: "sip:kim@desk", csrf: "c", language: "ko" };
const CONFIG = {
  company: "누리몰",
  language: "ko",
  queues: [{ skill: "배송", title: "배송" }],
  flows: [],
  ring_s: 20,
  wrapup_s: 60,
  ice_servers: [],
  screen_pop_url: "https://crm.example/?tel={number}",
  codes: [
    { code: "D10", title: "배송 조회" },
    { code: "D20", title: "배송지 변경" },
  ],
};
const NOTE = {
  version: 1,
  edited_by: "",
  summary: { issue: "배송지 변경", actions: ["변경함"], resolution: "resolved", resolution_text: "" },
  slots: {},
  follow_ups: [],
  code: "",
  suggested_code: "D20",
  confidence: 0.9,
};

class FakeSocket {
  static OPEN = 1;
  static newest: FakeSocket; // of this test: the one before has left none
  readyState = 1;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.newest = this;
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {}
}

let asked: { method: string; path: string; body: unknown }[];
let answers: Record<string, { status: number; told?: unknown }>;
let opened: ReturnType<typeof vi.fn>;

beforeEach(() => {
  FakeSocket.newest = undefined as unknown as FakeSocket;
  asked = [];
  opened = vi.fn();
  answers = {
    "GET /api/desk/login/ways": { status: 200, told: { oidc: false, title: "" } },
    "GET /api/desk/me": { status: 200, told: ME },
    "GET /api/desk/config": { status: 200, told: CONFIG },
    "GET /api/desk/messages": { status: 200, told: { messages: [] } },
    "GET /api/desk/callbacks": { status: 200, told: { callbacks: [] } },
    [`GET /api/desk/calls/${CALL}/history`]: { status: 200, told: { calls: [] } },
    [`GET /api/calls/${CALL}/events?types=wrapped_up`]: { status: 200, told: { events: [{}] } },
    [`GET /api/calls/${CALL}/wrapup`]: { status: 200, told: NOTE },
  };
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("open", opened);
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit) => {
    asked.push({ method, path, body: body ? JSON.parse(String(body)) : undefined });
    const { status, told } = answers[`${method} ${path}`] ?? { status: 204 };
    return new Response(status === 204 ? null : JSON.stringify(told ?? {}), { status });
  });
  history.replaceState(null, "", import.meta.env.BASE_URL);
});

const tell = (message: object) => act(() => FakeSocket.newest.onmessage?.({ data: JSON.stringify(message) }));
const row = (phase: string) => ({
  call_id: CALL,
  caller: "01012345678",
  customer: "01012345678",
  skill: "배송",
  phase,
  agent: "kim",
  began_at: "2026-11-22T09:00:00+09:00",
  alerts: 0,
  door: "chat",
});
const desk = (calls: object[], state = "ready") =>
  tell({ type: "desk", me: { state, since_s: 1 }, agents: [], queues: [], calls });
let seq = 0;
const event = (fields: object) =>
  tell({ type: "event", event: { call_id: CALL, seq: seq++, at_ms: seq * 100, ...fields } });
const askedFor = (method: string, path: string) => asked.filter((one) => one.method === method && one.path === path);

async function panel() {
  seq = 0;
  render(
    <WordsProvider>
      <ToastProvider>
        <Session>
          <PhoneProvider>
            <Shell />
          </PhoneProvider>
        </Session>
      </ToastProvider>
    </WordsProvider>,
  );
  await screen.findByRole("button", { name: "김상담" });
  await waitFor(() => expect(FakeSocket.newest?.onmessage).toBeTruthy()); // it is opened behind the first drawing
  act(() => FakeSocket.newest.onopen?.());
}

async function inCall() {
  await panel();
  desk([row("talking")], "talking");
  await screen.findByRole("log");
}

describe("the panel", () => {
  it("shows the login to a stranger", async () => {
    answers["GET /api/desk/me"] = { status: 401 };
    const faults = { no_person: { ko: "이 계정으로는 들어올 수 없어요.", en: "x" } };
    answers["GET /api/desk/login/ways"] = { status: 200, told: { oidc: true, title: "누리 계정으로 로그인", faults } };
    history.replaceState(null, "", `${import.meta.env.BASE_URL}?fault=no_person`);
    answers["POST /api/desk/login"] = { status: 401 };
    render(
      <WordsProvider>
        <Session>
          <p>안</p>
        </Session>
      </WordsProvider>,
    );
    expect(await screen.findByRole("link", { name: "누리 계정으로 로그인" })).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toBe("이 계정으로는 들어올 수 없어요.");
    fireEvent.change(screen.getByLabelText("아이디"), { target: { value: "kim" } });
    fireEvent.change(screen.getByLabelText("비밀번호"), { target: { value: "x" } });
    await act(async () => fireEvent.submit(screen.getByRole("button", { name: "로그인" })));
    expect(screen.getByRole("alert").textContent).toBe("아이디나 비밀번호가 맞지 않아요.");
    expect(screen.queryByText("안")).toBeNull();
  });

  it("rings, is answered, and opens the customer's page", async () => {
    await panel();
    desk([]);
    tell({
      type: "offer",
      call_id: CALL,
      caller: "01012345678",
      customer: "김서연",
      skill: "배송",
      summary: "배송지를 바꾸려 함",
      reason: "asked",
      wait_s: 5,
      is_chat: true,
      until_s: 20,
    });
    const ringing = screen.getByRole("alertdialog", { name: /010-1234-5678/ });
    expect(within(ringing).getByText("배송지를 바꾸려 함")).toBeTruthy();
    await act(async () => fireEvent.click(within(ringing).getByRole("button", { name: /받기/ })));
    expect(askedFor("POST", `/api/desk/calls/${CALL}/accept`)).toHaveLength(1);
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.getByRole("heading", { level: 1, name: "010-1234-5678" })).toBeTruthy();
    expect(opened).toHaveBeenCalledWith("https://crm.example/?tel=01012345678", "_blank", "noopener,noreferrer");
  });

  it("says so when somebody else was faster", async () => {
    answers[`POST /api/desk/calls/${CALL}/accept`] = { status: 409 };
    await panel();
    desk([]);
    tell({ type: "offer", ...row("ringing"), summary: "", reason: "asked", wait_s: 5, is_chat: true, until_s: 20 });
    await act(async () => fireEvent.keyDown(document.body, { code: "KeyA", altKey: true }));
    expect(await screen.findByText("다른 상담사가 먼저 받았거나 고객이 끊었어요.")).toBeTruthy();
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(opened).not.toHaveBeenCalled();
  });

  it("shows what callers say as text, whatever it is", async () => {
    await inCall();
    const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    event({ type: "transcript_final", side: "caller", turn: 1, spoken: evil, written: evil, words: [], engine: "typed" });
    event({ type: "slot_filled", slot: evil, written: evil, value: evil });
    event({
      type: "suggested",
      turn: 1,
      items: [{ document: "d", title: evil, answer: evil, score: 1, why: evil }],
      reply: evil,
      questions: [evil],
      phrases: [{ rule: "r", kind: "required", text: evil }],
    });
    event({ type: "alert_raised", side: "caller", kind: "abuse", text: evil });
    event({ type: "page_answered", values: { [evil]: evil } });
    expect(document.querySelector("img, script")).toBeNull();
    expect(screen.getAllByText(evil).length).toBeGreaterThan(5);
  });

  it("puts a suggestion to use by key, into the chat's input, and says so to the service", async () => {
    await inCall();
    event({ type: "suggested", turn: 1, items: [{ document: "d1", title: "제목", answer: "답", score: 1, why: "" }], reply: "바로 바꿔 드릴게요.", questions: [], phrases: [] });
    await act(async () => fireEvent.keyDown(document.body, { code: "Digit1", altKey: true }));
    expect(askedFor("POST", `/api/calls/${CALL}/suggestions/0`)[0]?.body).toEqual({
      document: "d1",
      verdict: "used",
      by: "kim",
    });
    expect((screen.getByLabelText("메시지 쓰기") as HTMLTextAreaElement).value).toBe("바로 바꿔 드릴게요.");
  });

  it("sends a message, and not with the Enter that ends a Hangul syllable", async () => {
    await inCall();
    const box = screen.getByLabelText("메시지 쓰기");
    fireEvent.change(box, { target: { value: "안녕하세요" } });
    await act(async () => fireEvent.keyDown(box, { key: "Enter", isComposing: true }));
    expect(askedFor("POST", `/api/desk/calls/${CALL}/message`)).toHaveLength(0);
    await act(async () => fireEvent.keyDown(box, { key: "Enter" }));
    expect(askedFor("POST", `/api/desk/calls/${CALL}/message`)[0]?.body).toEqual({ text: "안녕하세요" });
  });

  it("keeps the note and goes on; somebody else's edit is not written over unseen", async () => {
    await inCall();
    event({ type: "call_ended", by: "caller", reason: "hung_up", duration_ms: 5_000 });
    desk([row("wrapping")], "wrapping");
    const code = (await screen.findByLabelText("상담 유형")) as HTMLSelectElement;
    expect(code.value).toBe("D20");
    fireEvent.change(code, { target: { value: "D10" } });
    answers[`PUT /api/calls/${CALL}/wrapup`] = { status: 409 };
    answers[`GET /api/calls/${CALL}/wrapup`] = { status: 200, told: { ...NOTE, version: 2, edited_by: "lee" } };
    await act(async () => fireEvent.click(screen.getByRole("button", { name: "저장하고 마치기" })));
    expect(await screen.findByText(/그사이 다른 사람이 노트를 고쳤어요/)).toBeTruthy();
    expect(askedFor("POST", `/api/desk/calls/${CALL}/done`)).toHaveLength(0);
    answers[`PUT /api/calls/${CALL}/wrapup`] = { status: 200, told: NOTE };
    await act(async () => fireEvent.click(screen.getByRole("button", { name: "저장하고 마치기" })));
    expect(askedFor("PUT", `/api/calls/${CALL}/wrapup`).at(-1)?.body).toMatchObject({ code: "D10", edited_by: "kim" });
    expect(askedFor("POST", `/api/desk/calls/${CALL}/done`)).toHaveLength(1);
    expect(screen.queryByRole("log")).toBeNull();
  });

  it("tells of a lost line, with the call still there", async () => {
    await inCall();
    act(() => FakeSocket.newest.onclose?.({ code: 1006 }));
    expect(screen.getByText("연결이 끊겼어요. 다시 연결하는 중…")).toBeTruthy();
    expect(screen.getByRole("log")).toBeTruthy();
  });

  it("has the login again when the session is over, and nothing of the call", async () => {
    await inCall();
    act(() => FakeSocket.newest.onclose?.({ code: 4401 }));
    expect(await screen.findByText(/다시 로그인해 주세요/)).toBeTruthy();
    expect(screen.queryByRole("log")).toBeNull();
  });

  it("asks before a page goes that holds a call, and not otherwise", async () => {
    await inCall();
    const leaving = () => {
      const leave = new Event("beforeunload", { cancelable: true });
      dispatchEvent(leave);
      return leave.defaultPrevented;
    };
    expect(leaving()).toBe(true);
    desk([row("wrapping")], "wrapping");
    expect(leaving()).toBe(false);
  });
});

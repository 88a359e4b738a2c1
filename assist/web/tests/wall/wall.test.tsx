import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeSocket, XSS, openPanel } from "../pages";

const CALL = "019e8a10-0000-7000-8000-000000000001";
const row = (fields: object) => ({
  call_id: CALL,
  caller: "01012345678",
  customer: "",
  skill: "배송",
  title: "배송",
  phase: "talking",
  agent: "lee",
  began_at: new Date().toISOString(),
  alerts: 0,
  door: "sip",
  ...fields,
});
const desk = (...calls: object[]) => ({
  type: "desk",
  me: { state: "away", since_s: 1 },
  agents: [{ name: "lee", shown_name: XSS, role: "agent", skills: [], state: "talking", since_s: 70, call_id: CALL, is_connected: true }],
  queues: [{ skill: "배송", title: "배송", waiting: 3, longest_wait_s: 75, expected_wait_s: 30, service_level: 0.5 }],
  calls,
});

async function openWall(...calls: object[]) {
  const asked = await openPanel("wall", "supervisor", { [`POST /api/desk/calls/${CALL}/listen`]: { status: 204 } });
  FakeSocket.newest?.tell(desk(...calls));
  await screen.findByText("진행 중인 상담", { selector: "h2" });
  return asked;
}

describe("the wall", () => {
  it("shows what goes on, and names as text", async () => {
    await openWall(row({ alerts: 2, supervisors: { park: "listening" } }));
    const table = screen.getByRole("table", { name: "진행 중인 상담" });
    expect(within(table).getByText("010-1234-5678")).toBeTruthy();
    expect(within(table).getByText("알림 2건")).toBeTruthy();
    expect(within(table).getByText("park 참여 중")).toBeTruthy();
    expect(screen.getAllByText(XSS, { exact: false }).length).toBeGreaterThan(0);
    expect(document.querySelector("#main img, #main script")).toBeNull();
    expect(screen.getAllByText("1:15").length).toBeGreaterThan(0);
  });

  it("offers nothing where nobody can listen", async () => {
    await openWall(row({ door: "chat" }), row({ call_id: "b", agent: "boss" }), row({ call_id: "c", phase: "wrapping" }));
    expect(screen.queryByRole("button", { name: "듣기" })).toBeNull();
  });

  it("whispers to agents alone", async () => {
    await openWall(row({ phase: "bot", agent: null }));
    expect(screen.getByRole("button", { name: "귓속말" }).hasAttribute("disabled")).toBe(true);
  });

  it("tells when there is no sound, and asks to listen to nothing", async () => {
    const asked = await openWall(row({}));
    await act(async () => void fireEvent.click(screen.getByRole("button", { name: "듣기" })));
    expect(asked.some(({ path }) => path.endsWith("/listen"))).toBe(false);
    expect(document.querySelector(".toast")).not.toBeNull();
    expect(screen.queryByText("그만 듣기")).toBeNull();
  });

  it("asks once more before a call is taken over", async () => {
    await openWall(row({}));
    fireEvent.click(screen.getByRole("button", { name: "가로채기" }));
    expect(screen.getByRole("dialog", { name: "상담을 가로챌까요?" })).toBeTruthy();
  });

  it("reads along with a call and gathers alerts", async () => {
    await openWall(row({ alerts: 1 }));
    const socket = FakeSocket.newest;
    expect(socket?.sent.some((text) => text.includes('"follow"') && text.includes(CALL))).toBe(true);
    const say = (seq: number, fields: object) => socket?.tell({ type: "event", event: { call_id: CALL, seq, at_ms: seq, ...fields } });
    say(0, { type: "call_started", caller: "01012345678", callee: "", direction: "in", door: "sip" });
    say(1, { type: "alert_raised", side: "caller", kind: "abuse", text: XSS });
    say(2, { type: "transcript_final", side: "caller", turn: 1, written: "왜 안 와요", words: [], engine: "b" });
    fireEvent.click(screen.getByText("이 상담 보기").closest("button") as HTMLElement);
    expect(screen.getByText("왜 안 와요")).toBeTruthy();
    FakeSocket.newest?.tell(desk());
    expect(screen.getByText("상담이 끝났어요.")).toBeTruthy();
    expect(screen.getByText("이 상담 보기")).toBeTruthy(); // the alert stays
  });

  it("is for supervisors", async () => {
    await openPanel("wall", "agent", {});
    expect(await screen.findByText("이 화면을 볼 권한이 없어요.")).toBeTruthy();
  });
});

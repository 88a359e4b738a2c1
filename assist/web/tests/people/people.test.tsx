import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Asked, XSS, openPanel } from "../pages";

const person = (name: string, fields: object = {}) => ({
  name,
  shown_name: name,
  role: "agent",
  skills: ["배송"],
  phone: "",
  language: "ko",
  max_chats: 3,
  is_active: true,
  has_password: true,
  oidc_subject: null,
  created_at: "2026-11-01T00:00:00Z",
  ...fields,
});
const PEOPLE = { status: 200, told: { people: [person("boss", { role: "admin" }), person("lee"), person("bad", { shown_name: XSS })] } };
const ENTRY = { at: "2026-11-22T03:00:00Z", person: "lee", address: "10.0.0.7", action: "refused", object: XSS, outcome: "not their call" };

async function openPeople(answers: Parameters<typeof openPanel>[2] = {}): Promise<Asked[]> {
  const asked = await openPanel("people", "admin", { "GET /api/desk/people": PEOPLE, ...answers });
  await screen.findByText("lee", { selector: "strong" });
  return asked;
}

const press = (name: string | RegExp) => act(async () => void fireEvent.click(screen.getByRole("button", { name })));

describe("people", () => {
  it("are listed, names as text", async () => {
    await openPeople();
    expect(screen.getByText(XSS, { selector: "strong" })).toBeTruthy();
    expect(document.querySelector("#main img, #main script")).toBeNull();
    fireEvent.change(screen.getByLabelText("이름으로 찾기"), { target: { value: "LEE" } });
    expect(screen.queryByText("boss", { selector: "strong" })).toBeNull();
  });

  it("are added, and their password is shown once", async () => {
    const asked = await openPeople({ "POST /api/desk/people": { status: 201, told: { password: "abcde-fghjk" } } });
    await press("구성원 추가");
    const dialog = screen.getByRole("dialog");
    await act(async () => void fireEvent.click(within(dialog).getByRole("button", { name: "저장" })));
    expect(within(dialog).getAllByText("꼭 적어 주세요.").length).toBe(2);
    fireEvent.change(within(dialog).getByLabelText("아이디"), { target: { value: "Park" } });
    fireEvent.change(within(dialog).getByLabelText("이름"), { target: { value: "박민호" } });
    fireEvent.change(within(dialog).getByLabelText("담당"), { target: { value: "배송, 일반" } });
    await act(async () => void fireEvent.click(within(dialog).getByRole("button", { name: "저장" })));
    const sent = asked.find(({ method }) => method === "POST");
    expect(sent?.body).toEqual({ name: "park", shown_name: "박민호", role: "agent", skills: ["배송", "일반"], phone: "", max_chats: 3, with_oidc: false });
    expect(screen.getByText("abcde-fghjk")).toBeTruthy();
    await act(async () => void fireEvent.click(screen.getAllByRole("button", { name: "닫기" })[0] as HTMLElement));
    expect(screen.queryByText("abcde-fghjk")).toBeNull();
  });

  it("keep what was written where the service refuses", async () => {
    await openPeople({ "PATCH /api/desk/people/lee": { status: 409, told: { error: "x", cure: "y" } } });
    await press("lee 고치기");
    fireEvent.change(screen.getByLabelText("이름"), { target: { value: "이수진" } });
    await press("저장");
    expect(screen.getByText(/마지막 운영자는/)).toBeTruthy();
    expect((screen.getByLabelText("이름") as HTMLInputElement).value).toBe("이수진");
  });

  it("get a new password that was made here", async () => {
    const asked = await openPeople({ "PATCH /api/desk/people/lee": { status: 200, told: person("lee") } });
    await press("lee 고치기");
    await press("비밀번호 새로 만들기");
    expect(asked.some(({ method }) => method === "PATCH")).toBe(false); // asks once more
    await press("계속하기");
    const { password } = asked.find(({ method }) => method === "PATCH")?.body as { password: string };
    expect(screen.getByText(password)).toBeTruthy();
  });

  it("are deactivated and removed, but never oneself", async () => {
    const asked = await openPeople({
      "PATCH /api/desk/people/lee": { status: 200, told: person("lee") },
      "DELETE /api/desk/people/lee": { status: 204 },
    });
    await press("lee 고치기");
    await press("사용 중지");
    await press("계속하기");
    expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ is_active: false });
    await press("lee 고치기");
    await press("삭제");
    await press("계속하기");
    expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
    await press("boss 고치기");
    expect(screen.getByRole("button", { name: "사용 중지" }).hasAttribute("disabled")).toBe(true);
    expect(screen.getByRole("button", { name: "삭제" }).hasAttribute("disabled")).toBe(true);
  });
});

describe("the audit trail", () => {
  it("is shown as text, and asked for by person and page", async () => {
    let id = 8;
    const page = () => ({ status: 200, told: { entries: [{ ...ENTRY, id: --id }], next: id } });
    const asked = await openPeople({ "GET /api/desk/audit": page });
    await act(async () => void fireEvent.click(screen.getByRole("radio", { name: "활동 기록" })));
    expect(screen.getByText(XSS)).toBeTruthy();
    expect(screen.getByText("거절됨", { selector: ".badge" })).toBeTruthy();
    await press("더 보기");
    expect(asked.at(-1)?.path).toBe("/api/desk/audit?limit=100&before=7");
    await act(async () => void fireEvent.change(screen.getByLabelText("구성원"), { target: { value: "lee" } }));
    expect(asked.at(-1)?.path).toBe("/api/desk/audit?limit=100&person=lee");
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { keepCsrf } from "../../src/api";
import { type Note, editOf, formOf, readNote, writeNote } from "../../src/desk/note";

const note: Note = {
  version: 3,
  edited_by: "",
  summary: { issue: "배송지 변경", actions: ["확인함", "변경함"], resolution: "resolved", resolution_text: "바꿈." },
  slots: {},
  follow_ups: [{ what: "문자", due: "2026-11-24T15:00:00+09:00" }],
  code: "",
  suggested_code: "D20",
  confidence: 0.93,
};

afterEach(() => vi.restoreAllMocks());

function answering(status: number, told: unknown): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(async () => new Response(JSON.stringify(told), { status, headers: { etag: '"3"' } }));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

describe("the note", () => {
  it("comes with the suggested code chosen", () => expect(formOf(note).code).toBe("D20"));

  it("keeps the code that a person has chosen before", () => expect(formOf({ ...note, code: "R10" }).code).toBe("R10"));

  it("goes back as it was edited, and a time that was left alone stays whole", () => {
    const form = { ...formOf(note), actions: " 확인함 \n\n안내함" };
    form.follow_ups.push({ what: " ", due: "" });
    expect(editOf(note, form, "kim")).toEqual({
      edited_by: "kim",
      summary: { issue: "배송지 변경", actions: ["확인함", "안내함"], resolution: "resolved" },
      follow_ups: [{ what: "문자", due: "2026-11-24T15:00:00+09:00" }],
      code: "D20",
    });
  });

  it("loses the sentence of an outcome that is another one now", () => {
    const edit = editOf(note, { ...formOf(note), resolution: "callback" }, "kim");
    expect(edit).toMatchObject({ summary: { resolution: "callback", resolution_text: "" } });
  });

  it("is written as the next of the version that was read", async () => {
    keepCsrf("token");
    const fetch = answering(200, note);
    await writeNote("019e", note, formOf(note), "kim");
    const [path, sent] = fetch.mock.calls[0] as unknown as [string, RequestInit];
    expect(path).toBe("/api/calls/019e/wrapup");
    expect(sent.headers).toMatchObject({ "if-match": '"3"', "x-csrf-token": "token" });
  });

  it("is none before it is there, and a failure is one", async () => {
    answering(404, { error: "the call has no note yet", cure: "wait" });
    expect(await readNote("019e")).toBeNull();
    answering(500, {});
    await expect(readNote("019e")).rejects.toMatchObject({ status: 500 });
  });
});

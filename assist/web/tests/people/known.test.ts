import { describe, expect, it } from "vitest";
import { type KnownPerson, NOBODY, fits, newPassword, problemsOf, skillsOf } from "../../src/people/known";

const KIM: KnownPerson = {
  name: "jiyeong.kim",
  shown_name: "김 지영",
  role: "agent",
  skills: [],
  phone: "",
  language: "ko",
  max_chats: 3,
  is_active: true,
  has_password: true,
  oidc_subject: null,
  created_at: "",
};

describe("before somebody is sent to the service", () => {
  const wanted = { ...NOBODY, name: "kim", shown_name: "김상담" };
  it("what is missing or cannot be is told", () => {
    expect(problemsOf(NOBODY)).toEqual({ name: "needed", shown_name: "needed" });
    expect(problemsOf(wanted)).toEqual({});
    for (const name of ["김", ".kim", "a b", "A", "a".repeat(65)]) expect(problemsOf({ ...wanted, name }).name).toBe("badName");
    for (const phone of ["sip:7001", "javascript:alert(1)", "7001@x", "sip:a b@c"]) {
      expect(problemsOf({ ...wanted, phone }).phone).toBe("badPhone");
    }
    for (const phone of ["", "sip:7001@pbx.example", "sips:a@[::1]:5061;transport=tls", "010-1234-5678", "+82101234"]) {
      expect(problemsOf({ ...wanted, phone })).toEqual({});
    }
  });
  it("skills are parted and said once", () => {
    expect(skillsOf(" 배송, 일반 ,,배송、결제")).toEqual(["배송", "일반", "결제"]);
    expect(skillsOf("")).toEqual([]);
  });
});

it("finds people by either name", () => {
  for (const wanted of ["", "김지영", "지영", "KIM", "jiyeong.k", "김지영".normalize("NFD")]) expect(fits(KIM, wanted)).toBe(true);
  expect(fits(KIM, "이")).toBe(false);
});

it("makes passwords that nobody guesses or misreads", () => {
  const made = new Set(Array.from({ length: 200 }, newPassword));
  expect(made.size).toBe(200);
  for (const one of made) expect(one).toMatch(/^[abcdefghjkmnpqrstuvwxyz2-9]{5}(-[abcdefghjkmnpqrstuvwxyz2-9]{5}){3}$/);
});

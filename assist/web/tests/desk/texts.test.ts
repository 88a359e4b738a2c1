import { describe, expect, it } from "vitest";
import { ApiError, sentenceOf } from "../../src/api";
import { hrefOf, placeOf } from "../../src/app/route";
import { beganAt, endsAt, momentOf } from "../../src/app/times";
import { shownNumber } from "../../src/desk/numbers";
import { embeddedIn, screenPopAddress } from "../../src/desk/screen_pop";
import { clockOf } from "../../src/parts/Clock";
import { fieldsOf, pageAddress } from "../../src/phone/ShowDialog";
import { en } from "../../src/words/en";
import { ko } from "../../src/words/ko";

describe("a number", () => {
  it.each([
    ["01012345678", "010-1234-5678"],
    ["0212345678", "02-1234-5678"],
    ["021234567", "02-123-4567"],
    ["0313334444", "031-333-4444"],
    ["15880000", "1588-0000"],
    ["05012345678", "0501-234-5678"],
    ["+821012345678", "010-1234-5678"],
    ["010-****-5678", "010-****-5678"],
    ["sip:7001@pbx.example", "7001"],
    ["김서연", "김서연"],
    ["", ""],
  ])("%s is written %s", (told, shown) => expect(shownNumber(told)).toBe(shown));
});

describe("the screen that pops", () => {
  it("has its number and call filled in and encoded", () => {
    expect(screenPopAddress("https://crm.example/c?tel={number}&call={call_id}", "+82 10&x=1", "019e")).toBe(
      "https://crm.example/c?tel=%2B82%2010%26x%3D1&call=019e",
    );
  });

  it.each(["javascript:alert({number})", "data:text/html,{number}", "/crm/{number}", "", "file:///{number}"])(
    "is none at %j",
    (template) => expect(screenPopAddress(template, "010", "019e")).toBeNull(),
  );

  it("is told only to an origin", () => {
    expect(embeddedIn("?embed=https%3A%2F%2Fcrm.example%2Fpage")).toBe("https://crm.example");
    expect(embeddedIn("?embed=*")).toBeNull();
    expect(embeddedIn("?embed=javascript%3Aalert(1)")).toBeNull();
    expect(embeddedIn("")).toBeNull();
  });
});

describe("what is pushed to a caller's browser", () => {
  it("is a page of the web", () => {
    expect(pageAddress(" https://shop.example/a b ")).toBe("https://shop.example/a%20b");
    expect(pageAddress("javascript:alert(1)")).toBeNull();
    expect(pageAddress("shop.example")).toBeNull();
  });

  it("or a form of different fields", () => expect(fieldsOf("이름\n\n 주소 \n이름")).toEqual(["이름", "주소"]));
});

describe("times", () => {
  it("are seconds ago or to go, or a date", () => {
    expect(beganAt(30, 100_000)).toBe(70_000);
    expect(endsAt(20, 100_000)).toBe(120_000);
    expect(endsAt(1_790_000_000, 5)).toBe(1_790_000_000_000);
    expect(momentOf("2026-11-22T00:00:00Z")).toBe(momentOf(Date.parse("2026-11-22T00:00:00Z") / 1000));
  });

  it("run in minutes, and in hours where they are needed", () => {
    expect([clockOf(-1), clockOf(65), clockOf(3_729)]).toEqual(["0:00", "1:05", "1:02:09"]);
  });
});

describe("the pages", () => {
  it("are found by their path", () => {
    const base = hrefOf("desk");
    expect(placeOf(`${base}calls/019e`)).toEqual({ place: "calls", rest: "019e" });
    expect(placeOf(hrefOf("wall"))).toEqual({ place: "wall", rest: "" });
    expect(placeOf(`${base}nowhere`)).toEqual({ place: "desk", rest: "" });
  });
});

describe("words", () => {
  it("of a failure are a sentence for people, in both languages", () => {
    const late = new ApiError(409, "somebody else took it", "wait for the next one");
    expect(sentenceOf(late, ko)).toBe(ko.errors.tooLate);
    expect(sentenceOf(late, en)).toBe(en.errors.tooLate);
    expect(sentenceOf(new ApiError(502, "x", "y"), ko)).toBe(ko.errors.broken);
    expect(sentenceOf(new TypeError("x"), ko)).toBe(ko.errors.unknown);
  });

  it("are there in English for everything that is there in Korean, and no Hangul is left in them", () => {
    const leaves = (value: unknown, path: string): [string, unknown][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([name, one]) => leaves(one, `${path}.${name}`))
        : [[path, value]];
    for (const [path, value] of leaves(en, "")) {
      const text = typeof value === "function" ? String(value("a", 1)) : String(value);
      expect(text, path).not.toMatch(/[가-힣]/);
    }
  });
});

import { describe, expect, it } from "vitest";
import { barsOf } from "../../src/calls/Wave";
import { nextSpeed } from "../../src/calls/player";
import { NO_FILTERS, addressOf, customerOf, hasFilters } from "../../src/calls/recorded";

function asked(filters: Partial<typeof NO_FILTERS>, before: string | null = null): URLSearchParams {
  return new URL(addressOf({ ...NO_FILTERS, ...filters }, before), "http://here").searchParams;
}

describe("what is asked for", () => {
  it("is nothing without filters", () => {
    expect(addressOf(NO_FILTERS)).toBe("/api/desk/recorded");
    expect(addressOf({ ...NO_FILTERS, q: "  " })).toBe("/api/desk/recorded");
  });
  it("is written so that no sign of it means something in an address", () => {
    for (const q of ["100% & more=1#x", "'\" OR 1=1", "<script>", "환불 😀"]) expect(asked({ q }).get("q")).toBe(q);
    expect(asked({ agent: "a&skill=b" }).has("skill")).toBe(false);
  });
  it("is no longer than the service takes", () => {
    expect(asked({ q: "가".repeat(10_000) }).get("q")?.length).toBe(200);
  });
  it("counts whole days of this browser's time zone", () => {
    const query = asked({ from: "2026-11-30", to: "2026-11-30" }, "x");
    const [from, to] = [new Date(query.get("from") ?? ""), new Date(query.get("to") ?? "")];
    expect([from.getDate(), from.getHours(), to.getMonth(), to.getDate(), to.getHours()]).toEqual([30, 0, 11, 1, 0]);
    expect(query.get("before")).toBe("x");
  });
  it("leaves out what is no day", () => {
    for (const day of ["tomorrow", "2026-1-1", "99999-01-01", "2026-11-30T00:00"]) expect(asked({ from: day }).has("from")).toBe(false);
  });
  it("tells whether there is anything to clear", () => {
    expect(hasFilters(NO_FILTERS)).toBe(false);
    expect(hasFilters({ ...NO_FILTERS, code: "D10" })).toBe(true);
  });
});

it("names the customer, whoever called whom", () => {
  expect(customerOf({ direction: "in", caller: "1", callee: "2" })).toBe("1");
  expect(customerOf({ direction: "out", caller: "1", callee: "2" })).toBe("2");
  expect(customerOf({ direction: null, caller: null, callee: null })).toBe("");
});

describe("bars of the waveform", () => {
  it("are the loudest of their part", () => {
    expect(barsOf([0, 0.2, 0.9, 0.1], 2)).toEqual([0.2, 0.9]);
    expect(barsOf([0.5], 3)).toEqual([0.5, 0.5, 0.5]);
    expect(barsOf([], 2)).toEqual([0, 0]);
    expect(barsOf([1], -1)).toEqual([]);
    expect(barsOf([7, -3], 2)).toEqual([1, 0]);
  });
});

it("goes through the speeds and stays within them", () => {
  expect(nextSpeed(1, 1)).toBe(1.25);
  expect(nextSpeed(2, 1)).toBe(2);
  expect(nextSpeed(0.75, -1)).toBe(0.75);
});

import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

let element: HTMLElement;
let heard: unknown[];

beforeAll(() => {
  class Sheet {
    replaceSync() {}
  }
  Object.assign(globalThis, { CSSStyleSheet: Sheet });
  new Function(readFileSync("public/desk-embed.js", "utf8"))();
});

beforeEach(() => {
  document.body.innerHTML = '<aicc-desk src="https://desk.example/desk/"></aicc-desk>';
  element = document.querySelector("aicc-desk")!;
  heard = [];
  element.addEventListener("call", (event) => heard.push((event as CustomEvent).detail));
});

const frame = () => element.shadowRoot!.querySelector("iframe")!;

function post(data: unknown, origin = "https://desk.example", source: unknown = frame().contentWindow) {
  dispatchEvent(Object.assign(new Event("message"), { data, origin, source }));
}

const call = { type: "call", number: "01012345678", call_id: "019e" };

describe("the desk in another page", () => {
  it("is a frame that may use the microphone and knows whom it may tell", () => {
    expect(frame().src).toBe(`https://desk.example/desk/?embed=${encodeURIComponent(location.origin)}`);
    expect(frame().allow).toContain("microphone https://desk.example");
  });

  it("tells of a call that an agent took", () => {
    post({ ...call, extra: 1 });
    expect(heard).toEqual([{ number: "01012345678", call_id: "019e" }]);
  });

  it("believes nobody else, and nothing else", () => {
    post(call, "https://evil.example");
    post(call, "https://desk.example", window);
    post({ type: "call", number: 1, call_id: "019e" });
    post("call");
    post(null);
    expect(heard).toEqual([]);
  });

  it("opens nothing but a page of the web", () => {
    element.setAttribute("src", "javascript:alert(1)");
    expect(frame().getAttribute("src")).toBeNull();
  });
});

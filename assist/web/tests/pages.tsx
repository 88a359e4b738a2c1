// The whole panel with a made-up service, for tests of its pages.

import { act, configure, render, waitFor } from "@testing-library/react";
import { expect, vi } from "vitest";
import { Session } from "../src/app/session";
import { Shell } from "../src/app/Shell";
import { BASE } from "../src/app/route";
import { ToastProvider } from "../src/parts/toasts";
import { PhoneProvider } from "../src/phone/PhoneProvider";
// loaded at once: a page that comes late is none of these tests' concerns
import "../src/calls/Calls";
import "../src/people/People";
import "../src/wall/Wall";
import { WordsProvider } from "../src/words/words";

configure({ asyncUtilTimeout: 5_000 }); // a busy machine

export const XSS = "<img src=x onerror=alert(1)><script>alert(1)</script>";

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

type Answer = { status: number; told?: unknown } | ((asked: Asked) => { status: number; told?: unknown });

export class FakeSocket {
  static OPEN = 1;
  static newest: FakeSocket | undefined;
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
  tell(message: object) {
    act(() => this.onmessage?.({ data: JSON.stringify(message) }));
  }
}

/** Opens the page PLACE for somebody of `role`; `answers` are by method and path without its query. */
export async function openPanel(place: string, role: string, answers: Record<string, Answer>): Promise<Asked[]> {
  const asked: Asked[] = [];
  const me = { name: "boss", shown_name: "정관리", role, skills: [], phone: "sip:boss@desk", csrf: "c", language: "ko" };
  const config = { company: "누리몰", language: "ko", queues: [], flows: [], ring_s: 20, wrapup_s: 60, ice_servers: [], screen_pop_url: "", codes: [{ code: "D10", title: "배송 조회" }] };
  const all: Record<string, Answer> = {
    "GET /api/desk/me": { status: 200, told: me },
    "GET /api/desk/config": { status: 200, told: config },
    ...answers,
  };
  FakeSocket.newest = undefined;
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  Element.prototype.scrollTo = () => undefined; // jsdom has no layout
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit) => {
    const one = { method, path, body: body ? JSON.parse(String(body)) : undefined };
    asked.push(one);
    const answer = all[`${method} ${path.split("?")[0]}`] ?? { status: 404, told: { error: "no such path", cure: "x" } };
    const { status, told } = typeof answer === "function" ? answer(one) : answer;
    return new Response(told === undefined ? null : JSON.stringify(told), { status });
  });
  history.replaceState(null, "", BASE + place);
  await act(async () => {
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
  });
  await waitFor(() => expect(FakeSocket.newest).toBeDefined());
  act(() => FakeSocket.newest?.onopen?.());
  return asked;
}

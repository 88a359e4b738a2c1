import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api";
import type { CallRow } from "../../src/types";
import { useListening } from "../../src/wall/listening";

const done: string[] = [];
let refused = "";

vi.mock("../../src/phone/PhoneProvider", () => ({
  usePhone: () => phone,
}));
vi.mock("../../src/api", async (original) => ({
  ...(await original<typeof import("../../src/api")>()),
  deed: async (callId: string, what: string, body: { how: string }) => {
    done.push(`${what} ${callId} ${body.how}`);
    if (refused === body.how) throw new ApiError(409, "too late", "look again");
  },
}));
const phone = {
  join: async (callId: string) => void done.push(`join ${callId}`),
  leave: (callId: string) => void done.push(`leave ${callId}`),
  mute: (callId: string, isMuted: boolean) => void done.push(`${isMuted ? "mute" : "open"} ${callId}`),
};

const calls = ["a", "b"].map((call_id) => ({ call_id, phase: "talking" }) as CallRow);
const listening = (those = calls) => renderHook(({ rows }) => useListening(rows), { initialProps: { rows: those } });

beforeEach(() => {
  done.length = 0;
  refused = "";
});

it("sits down first, then listens, and speaks only where it whispers", async () => {
  const { result } = listening();
  await act(() => result.current.start("a", "listening"));
  expect(done).toEqual(["join a", "listen a listening", "mute a"]);
  expect(result.current.beside).toEqual({ callId: "a", how: "listening", isConnecting: false });
  await act(() => result.current.start("a", "whispering"));
  expect(done.slice(3)).toEqual(["join a", "listen a whispering", "open a"]);
});

it("is beside one call at a time", async () => {
  const { result } = listening();
  await act(() => result.current.start("a", "listening"));
  await act(() => result.current.start("b", "listening"));
  expect(done.slice(3)).toEqual(["leave a", "listen a stopped", "join b", "listen b listening", "mute b"]);
});

it("leaves where the service refuses", async () => {
  refused = "listening";
  const { result } = listening();
  await act(() => result.current.start("a", "listening").catch(() => undefined));
  await act(async () => result.current.stop());
  expect(done).toContain("leave a");
  expect(result.current.beside).toBeNull();
});

it("keeps the sound of a call that was taken over, and goes to it", async () => {
  const { result, unmount } = listening();
  await act(() => result.current.start("a", "listening"));
  await act(() => result.current.takeOver("a"));
  unmount();
  expect(done.slice(3)).toEqual(["join a", "listen a taking_over", "open a"]);
  expect(location.pathname).toBe(import.meta.env.BASE_URL);
});

it("stops with the page, and leaves a call that is over", async () => {
  const { result, rerender, unmount } = listening();
  await act(() => result.current.start("a", "listening"));
  rerender({ rows: calls.slice(1) });
  expect(done.slice(3)).toEqual(["leave a"]);
  await act(() => result.current.start("b", "listening"));
  unmount();
  expect(done.slice(-2)).toEqual(["leave b", "listen b stopped"]);
});

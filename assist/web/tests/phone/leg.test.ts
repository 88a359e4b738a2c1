import { beforeEach, describe, expect, it, vi } from "vitest";
import { Leg, type LegState } from "../../src/phone/leg";

class FakePeer extends EventTarget {
  static all: FakePeer[] = [];
  connectionState = "new";
  iceGatheringState = "complete";
  localDescription = { sdp: "offer" };
  offers: RTCOfferOptions[] = [];
  isClosed = false;
  sender = { replaceTrack: vi.fn(async () => undefined) };
  constructor() {
    super();
    FakePeer.all.push(this);
  }
  addTransceiver() {}
  async createOffer(options: RTCOfferOptions) {
    this.offers.push(options);
    return { type: "offer", sdp: "offer" };
  }
  async setLocalDescription() {}
  async setRemoteDescription() {}
  getSenders() {
    return [this.sender];
  }
  close() {
    this.isClosed = true;
  }
  become(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

let states: LegState[];
let asked: { path: string; body: Record<string, unknown> }[];
let answers: number[]; // statuses of what is asked next; 200 when there are none
let leg: Leg;
let track: { enabled: boolean; stop: () => void };
const newest = () => FakePeer.all.at(-1)!;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  vi.useFakeTimers();
  FakePeer.all = [];
  states = [];
  asked = [];
  answers = [];
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("MediaStream", class {});
  vi.stubGlobal("fetch", async (path: string, { body }: RequestInit) => {
    if (path.endsWith("config")) return new Response('{"ice_servers":[]}');
    asked.push({ path, body: JSON.parse(String(body)) });
    const status = answers.shift() ?? 200;
    if (status === 0) throw new TypeError("no network");
    return new Response(JSON.stringify({ leg: "kim.1", sdp: "answer" }), { status });
  });
  track = { enabled: true, stop: vi.fn() };
  leg = new Leg("019e", track as unknown as MediaStreamTrack, {
    state: (state) => states.push(state),
    blocked: () => undefined,
  });
  await leg.open();
  return () => leg.close();
});

describe("a leg", () => {
  it("is made while it rings, and heard only once it is taken", () => {
    expect(asked).toEqual([{ path: "/api/desk/calls/019e/leg", body: { sdp: "offer" } }]);
    expect(track.enabled).toBe(false);
    leg.mute(false);
    expect(track.enabled).toBe(true);
  });

  it("restarts ICE over the same connection when the way has been gone for two seconds", async () => {
    newest().become("connected");
    newest().become("disconnected");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(FakePeer.all).toHaveLength(1);
    expect(newest().offers.at(-1)).toEqual({ iceRestart: true });
    expect(asked.at(-1)?.body).toEqual({ leg: "kim.1", sdp: "offer" });
    newest().become("connected");
    expect(states).toEqual(["connecting", "up", "lost", "lost", "up"]);
  });

  it("leaves a way alone that comes back by itself", async () => {
    newest().become("connected");
    newest().become("disconnected");
    await vi.advanceTimersByTimeAsync(1_000);
    newest().become("connected");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
  });

  it("is made anew where the service does not know it any more, with the voice as it was", async () => {
    leg.mute(false);
    answers = [409];
    newest().become("failed");
    await settle();
    expect(FakePeer.all).toHaveLength(2);
    expect(FakePeer.all[0]?.isClosed).toBe(true);
    expect(asked.at(-1)?.body).toEqual({ sdp: "offer" });
    expect(track.enabled).toBe(true);
  });

  it("tries again and again while there is no network, and at once when there is", async () => {
    answers = [0, 0, 0];
    newest().become("failed");
    await vi.advanceTimersByTimeAsync(600);
    const before = asked.length;
    dispatchEvent(new Event("online"));
    await settle();
    expect(asked.length).toBeGreaterThan(before);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.at(-1)?.body).toEqual({ leg: "kim.1", sdp: "offer" });
  });

  it("gives up where the call is not ours any more", async () => {
    answers = [403, 403];
    newest().become("failed");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(states.at(-1)).toBe("failed");
    expect(asked).toHaveLength(3);
  });

  it("gives the microphone back at its end and is not mended any more", async () => {
    leg.close();
    expect(track.stop).toHaveBeenCalled();
    expect(newest().isClosed).toBe(true);
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(1);
  });
});

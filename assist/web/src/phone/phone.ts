// The softphone: this browser's legs of calls, the microphone that they share, and what a person sees of both.

import { type Devices, type MicrophoneProblem, NoMicrophone, chooseDevice, devices, openMicrophone } from "./microphone";
import { Leg, type LegState } from "./leg";

export interface PhoneState {
  /** By call. */
  legs: Readonly<Record<string, { state: LegState; isMuted: boolean }>>;
  microphone: "closed" | "open" | MicrophoneProblem;
  isBlocked: boolean;
  devices: Devices;
}

interface Wanted {
  /** Whether one's own voice goes along from the beginning. */
  isOpen?: boolean;
}

export class Phone {
  #state: PhoneState = { legs: {}, microphone: "closed", isBlocked: false, devices: { microphones: [], speakers: [] } };
  #legs = new Map<string, Leg>();
  #opening = new Map<string, Promise<Leg>>();
  #microphone: MediaStreamTrack | null = null;
  #asking: Promise<MediaStreamTrack | null> | null = null;
  #listeners = new Set<() => void>();

  constructor() {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.#look());
  }

  get state(): PhoneState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether there is a microphone that may be used; asks for it once, and gives it back at once. */
  async tryMicrophone(): Promise<boolean> {
    const track = await this.#open();
    this.#closeIfUnused();
    return track !== null;
  }

  /** A leg of this call, made if there is none; ready when the service has answered. Rejects with what it says. */
  join(callId: string, { isOpen = false }: Wanted = {}): Promise<Leg> {
    const there = this.#opening.get(callId);
    if (there) return there;
    const opening = this.#make(callId, isOpen).catch((error: unknown) => {
      this.leave(callId);
      throw error;
    });
    this.#opening.set(callId, opening);
    return opening;
  }

  isIn(callId: string): boolean {
    return this.#opening.has(callId);
  }

  leave(callId: string): void {
    this.#opening.delete(callId);
    this.#legs.get(callId)?.close();
    this.#legs.delete(callId);
    const { [callId]: _, ...legs } = this.#state.legs;
    this.#change({ legs });
    this.#closeIfUnused();
  }

  leaveAll(): void {
    for (const callId of [...this.#opening.keys()]) this.leave(callId);
  }

  mute(callId: string, isMuted: boolean): void {
    const leg = this.#legs.get(callId);
    if (!leg) return;
    leg.mute(isMuted);
    this.#told(callId, { isMuted });
  }

  /** The service has lost a leg, or the machine was asleep. */
  mend(callId?: string): void {
    for (const [id, leg] of this.#legs) if (callId === undefined || callId === id) leg.mend();
  }

  play(): void {
    this.#change({ isBlocked: false });
    for (const leg of this.#legs.values()) leg.play();
  }

  async choose(kind: "microphone" | "speaker", deviceId: string): Promise<void> {
    chooseDevice(kind, deviceId);
    if (kind === "speaker") await Promise.all([...this.#legs.values()].map((leg) => leg.useSpeaker()));
    else if (this.#legs.size) await this.anotherMicrophone();
  }

  /** Opens it anew, for the calls that are up too. */
  async anotherMicrophone(): Promise<void> {
    this.#microphone?.stop();
    this.#microphone = null;
    const track = await this.#open();
    await Promise.all([...this.#legs.values()].map((leg) => leg.replace(track?.clone() ?? null)));
    this.#closeIfUnused();
  }

  /** For a level meter; null while there is none. */
  get track(): MediaStreamTrack | null {
    return this.#microphone;
  }

  async #make(callId: string, isOpen: boolean): Promise<Leg> {
    const track = await this.#open();
    if (!this.#opening.has(callId)) throw new Error("the call went away while the microphone was opened");
    const leg = new Leg(
      callId,
      track?.clone() ?? null,
      { state: (state) => this.#told(callId, { state }), blocked: () => this.#change({ isBlocked: true }) },
      isOpen,
    );
    this.#legs.set(callId, leg);
    this.#told(callId, { state: "connecting", isMuted: leg.isMuted });
    await leg.open();
    return leg;
  }

  /** One question to the browser at a time, whatever many calls ask for it. */
  #open(): Promise<MediaStreamTrack | null> {
    if (this.#microphone?.readyState === "live") return Promise.resolve(this.#microphone);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<MediaStreamTrack | null> {
    try {
      const track = await openMicrophone();
      track.addEventListener("ended", () => this.#unplugged(track));
      this.#microphone = track;
      this.#change({ microphone: "open" });
      void this.#look();
      return track;
    } catch (error) {
      this.#change({ microphone: error instanceof NoMicrophone ? error.problem : "missing" });
      return null;
    }
  }

  async #unplugged(track: MediaStreamTrack): Promise<void> {
    if (this.#microphone !== track) return;
    await this.anotherMicrophone(); // the one that is built in, perhaps
    if (!this.#microphone && this.#legs.size) this.#change({ microphone: "unplugged" });
  }

  #closeIfUnused(): void {
    if (this.#opening.size) return;
    this.#microphone?.stop();
    this.#microphone = null;
    if (this.#state.microphone === "open") this.#change({ microphone: "closed" });
  }

  async #look(): Promise<void> {
    this.#change({ devices: await devices() });
  }

  #told(callId: string, part: { state?: LegState; isMuted?: boolean }): void {
    const before = this.#state.legs[callId] ?? { state: "connecting" as const, isMuted: true };
    if (this.#legs.has(callId)) this.#change({ legs: { ...this.#state.legs, [callId]: { ...before, ...part } } });
  }

  #change(part: Partial<PhoneState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}

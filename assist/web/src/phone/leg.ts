// This browser's way into one call: a peer connection that is made while it rings, and made good when it breaks.

import { ApiError, deed, get } from "../api";
import type { Config } from "../types";
import { chosenDevice } from "./microphone";

export type LegState = "connecting" | "up" | "lost" | "failed";

export interface LegListener {
  state(state: LegState): void;
  /** The browser plays no sound before something was pressed. */
  blocked(): void;
}

const GATHER_MS = 800; // a TURN server that does not answer is not waited for
const BLIP_MS = 2_000; // the way often comes back by itself
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

type Speaker = HTMLAudioElement & { setSinkId?(id: string): Promise<void> };

export class Leg {
  #peer: RTCPeerConnection | null = null;
  #name = "";
  #track: MediaStreamTrack | null;
  #isOpen: boolean;
  #audio: Speaker = new Audio();
  #blip: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;
  #isClosed = false;
  #making: Promise<void> | null = null;

  /** `track` is this leg's own copy; it is heard from :meth:`unmute` on. */
  constructor(
    readonly callId: string,
    track: MediaStreamTrack | null,
    private readonly listener: LegListener,
    isOpen = false,
  ) {
    this.#track = track;
    this.#isOpen = isOpen;
    if (track) track.enabled = isOpen;
    this.#audio.autoplay = true;
    addEventListener("online", this.#anew);
  }

  /** Until the service has answered. Throws what it says. */
  open(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  mute(isMuted: boolean): void {
    this.#isOpen = !isMuted;
    if (this.#track) this.#track.enabled = this.#isOpen;
  }

  get isMuted(): boolean {
    return !this.#isOpen;
  }

  /** Another microphone, or none. */
  async replace(track: MediaStreamTrack | null): Promise<void> {
    this.#track?.stop();
    this.#track = track;
    if (track) track.enabled = this.#isOpen;
    await this.#peer?.getSenders()[0]?.replaceTrack(track);
  }

  async useSpeaker(): Promise<void> {
    await this.#audio.setSinkId?.(chosenDevice("speaker")).catch(() => undefined); // unplugged: the usual one
  }

  play(): void {
    this.#audio.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError") this.listener.blocked();
    });
  }

  /** The service says that it is gone there, or the machine has slept. */
  mend(): void {
    if (!this.#isClosed) void this.#mend();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#blip);
    removeEventListener("online", this.#anew);
    this.#drop();
    this.#track?.stop();
    this.#track = null;
    this.#audio.srcObject = null;
  }

  async #make(): Promise<void> {
    this.listener.state("connecting");
    const peer = new RTCPeerConnection({ iceServers: await iceServers(), bundlePolicy: "max-bundle" });
    try {
      peer.addEventListener("track", ({ track }) => {
        this.#audio.srcObject = new MediaStream([track]);
        void this.useSpeaker();
        this.play();
      });
      peer.addTransceiver(this.#track ?? "audio", { direction: "sendrecv" });
      const answer = await this.#described(peer, {});
      if (this.#isClosed) return peer.close();
      await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      this.#drop();
      this.#name = answer.leg;
      this.#peer = peer;
      await peer.getSenders()[0]?.replaceTrack(this.#track); // it may have changed meanwhile
      peer.addEventListener("connectionstatechange", () => this.#look());
      this.#look();
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  async #described(peer: RTCPeerConnection, options: RTCOfferOptions): Promise<{ leg: string; sdp: string }> {
    await peer.setLocalDescription(await peer.createOffer(options));
    await gathered(peer);
    const sdp = peer.localDescription?.sdp ?? "";
    return deed(this.callId, "leg", options.iceRestart ? { leg: this.#name, sdp } : { sdp });
  }

  #look(): void {
    clearTimeout(this.#blip);
    switch (this.#peer?.connectionState) {
      case "connected":
        this.#waitMs = FIRST_WAIT_MS;
        return this.listener.state("up");
      case "disconnected":
        this.listener.state("lost");
        this.#blip = setTimeout(() => this.mend(), BLIP_MS);
        return;
      case "failed":
        this.mend();
    }
  }

  /** ICE anew over the same connection; where the service does not know it any more, a new one. */
  async #mend(): Promise<void> {
    if (this.#making) return;
    clearTimeout(this.#blip);
    this.listener.state("lost");
    this.#making = (this.#peer ? this.#restart(this.#peer) : this.#make()).catch((error: unknown) => this.#tryLater(error));
    await this.#making;
    this.#making = null;
  }

  async #restart(peer: RTCPeerConnection): Promise<void> {
    try {
      const answer = await this.#described(peer, { iceRestart: true });
      await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) throw error; // no network yet
      await this.#make();
    }
  }

  #tryLater(error: unknown): void {
    if (this.#isClosed) return;
    const isOver = error instanceof ApiError && [401, 403, 404].includes(error.status);
    if (isOver) return this.listener.state("failed");
    console.info("the call's connection:", error);
    this.#blip = setTimeout(() => this.mend(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }

  #anew = (): void => {
    this.#waitMs = FIRST_WAIT_MS;
    this.mend();
  };

  #drop(): void {
    this.#peer?.close();
    this.#peer = null;
  }
}

/** Their passwords expire: asked anew for each connection. */
async function iceServers(): Promise<RTCIceServer[]> {
  const { ice_servers: servers } = await get<Config>("/api/desk/config");
  return servers ?? [];
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, GATHER_MS);
    if (peer.iceGatheringState === "complete") return done();
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") done();
    });
  });
}

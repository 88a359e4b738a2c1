// The sound's way to the service: one peer connection after another, all of the same call.

const GATHER_MS = 1500; // for this browser's addresses: a TURN server that does not answer is not waited for
const CONNECT_MS = 15000; // as long as the service tries
const BLIP_MS = 2000; // the way often comes back by itself
const RETRY_MS = 2000;
const GIVE_UP_MS = 60000; // the service has given up before

/** No packet finds a way between the two. */
export class NoWay extends Error {}

export class Wire {
  #track;
  #host;
  #peer = null;
  #blip = null;
  #trying = null;
  #rested = () => {};
  #isMending = false;
  #isClosed = false;

  /**
   * `host` is the call: `servers(signal)` and `offer(sdp, signal)` ask the service, `voice(stream)` is what comes from
   * it, `lost()` and `back()` tell how the way is, and `over(error)` that there will be none any more.
   */
  constructor(track, host) {
    this.#track = track;
    this.#host = host;
  }

  /** Throws what keeps the first connection from being made. */
  async open() {
    await this.#connect();
    addEventListener("online", this.#anew);
    addEventListener("offline", this.#away);
  }

  /** Another microphone; null for none. */
  async replace(track) {
    this.#track = track;
    await this.#peer?.getSenders()[0].replaceTrack(track);
  }

  close() {
    this.#isClosed = true;
    removeEventListener("online", this.#anew);
    removeEventListener("offline", this.#away);
    clearTimeout(this.#blip);
    this.#trying?.abort();
    this.#rested();
    this.#peer?.close();
  }

  /** A new connection beside the old one, which is closed behind it: the service would take that for the call's end. */
  async #connect() {
    this.#trying = new AbortController();
    const { signal } = this.#trying;
    let peer, voice;
    try {
      peer = new RTCPeerConnection({ iceServers: await this.#host.servers(signal), bundlePolicy: "max-bundle" });
      peer.addEventListener("track", ({ track }) => {
        voice = new MediaStream([track]);
        if (this.#peer === null) this.#host.voice(voice); // from its first packet on
      });
      peer.addTransceiver(this.#track ?? "audio", { direction: "sendrecv" });
      await peer.setLocalDescription();
      await gathered(peer, signal);
      const answer = await this.#host.offer(peer.localDescription.sdp, signal);
      await peer.setRemoteDescription({ type: "answer", sdp: answer });
      await connected(peer, signal);
      signal.throwIfAborted();
    } catch (error) {
      peer?.close();
      throw error;
    } finally {
      this.#trying = null;
    }
    const old = this.#peer;
    this.#peer = peer;
    if (old !== null) this.#host.voice(voice);
    old?.close();
    await this.replace(this.#track); // it may have changed meanwhile
    peer.addEventListener("connectionstatechange", () => this.#look());
    // closed by the service: it will say whether that was the call's end
    peer.getSenders()[0].transport.addEventListener("statechange", ({ target }) => {
      if (target.state === "closed" && this.#peer === peer) this.#mend();
    });
  }

  #look() {
    clearTimeout(this.#blip);
    const state = this.#peer.connectionState;
    if (state === "connected" && !this.#isMending) this.#host.back();
    if (state === "disconnected") this.#blip = setTimeout(() => this.#mend(), BLIP_MS);
    if (state === "failed") this.#mend();
  }

  #away = () => this.#host.lost();

  /** The network is another one: what is being tried belongs to the old one. */
  #anew = () => {
    this.#trying?.abort();
    this.#rested();
    this.#mend();
  };

  async #mend() {
    if (this.#isMending || this.#isClosed) return;
    this.#isMending = true;
    this.#host.lost();
    const until = Date.now() + GIVE_UP_MS; // by the clock: the timers of a page that sleeps stand still
    while (!this.#isClosed) {
      try {
        await this.#connect();
        this.#host.back();
        break;
      } catch (error) {
        if (this.#isClosed) break;
        if (error.status === 404 || error.status === 409 || Date.now() > until) {
          this.#host.over(error);
          break;
        }
        console.info("the call's connection:", error.message);
        if (error.name !== "AbortError") await this.#rest();
      }
    }
    this.#isMending = false;
  }

  #rest() {
    return new Promise((resolve) => {
      this.#rested = resolve;
      setTimeout(resolve, RETRY_MS);
    });
  }
}

/** Until `test()`, looked at with each `event` of `peer`, or for `ms`. Throws when `signal` is aborted. */
function until(test, ms, peer, event, signal) {
  const stop = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    stop.signal.addEventListener("abort", () => clearTimeout(timer));
    peer.addEventListener(event, () => test() && resolve(), { signal: stop.signal });
    signal.addEventListener("abort", () => reject(signal.reason), { signal: stop.signal });
    if (signal.aborted) reject(signal.reason);
    if (test()) resolve();
  }).finally(() => stop.abort());
}

async function gathered(peer, signal) {
  const isComplete = () => peer.iceGatheringState === "complete";
  await until(isComplete, GATHER_MS, peer, "icegatheringstatechange", signal);
}

async function connected(peer, signal) {
  const isDecided = () => ["connected", "failed"].includes(peer.connectionState);
  await until(isDecided, CONNECT_MS, peer, "connectionstatechange", signal);
  if (peer.connectionState !== "connected") throw new NoWay(`ICE is ${peer.iceConnectionState}`);
}

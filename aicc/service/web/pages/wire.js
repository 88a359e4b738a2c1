// The sound's way to the service: one peer connection after another, all of the same call.

const GATHER_MS = 1500; // for this browser's addresses: a TURN server that does not answer is not waited for
const CONNECT_MS = 15000; // as long as the service tries
const BLIP_MS = 2000; // the way often comes back by itself
const RETRY_MS = 2000;
const GIVE_UP_MS = 60000; // the service has given up before

/** No packet finds a way between the two. */
class NoWay extends Error {
  name = "NoWay";
}

export class Wire {
  #track;
  #host;
  #peer = null;
  #blip = null;
  #trying = null;
  #isClosed = false;

  /**
   * `host` is the call: `offer(sdp, signal)` and `servers(signal)` ask the service, `voice(stream)` is what comes,
   * `lost()` and `back()` say how it stands, `over(error)` that it will not come back.
   */
  constructor(track, host) {
    this.#track = track;
    this.#host = host;
  }

  /** Throws what keeps the first connection from being made. */
  async open() {
    await this.#try();
    addEventListener("online", this.#anew);
    addEventListener("offline", this.#told);
  }

  /** Another microphone; null for none. */
  async replace(track) {
    this.#track = track;
    const senders = this.#peer?.getSenders() ?? [];
    await Promise.all(senders.map((sender) => sender.replaceTrack(track)));
  }

  close() {
    this.#isClosed = true;
    removeEventListener("online", this.#anew);
    removeEventListener("offline", this.#told);
    clearTimeout(this.#blip);
    this.#trying?.abort();
    this.#peer?.close();
  }

  /** A new connection beside the old one, which goes on until it is replaced: the service lets both be. */
  async #try() {
    this.#trying = new AbortController();
    const { signal } = this.#trying;
    const peer = new RTCPeerConnection({ iceServers: await this.#host.servers(signal), bundlePolicy: "max-bundle" });
    try {
      let voice = null;
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
      const old = this.#peer;
      this.#peer = peer;
      if (old !== null) this.#host.voice(voice);
      old?.close();
    } catch (error) {
      peer.close();
      throw error;
    } finally {
      this.#trying = null;
    }
    await this.replace(this.#track); // which may have changed meanwhile
    peer.addEventListener("connectionstatechange", () => this.#look());
    // the service has closed it; whether the call is over is the service's to say
    peer.getSenders()[0].transport?.addEventListener("statechange", ({ target }) => {
      if (target.state === "closed" && this.#peer === peer) this.#mend();
    });
  }

  #look() {
    clearTimeout(this.#blip);
    switch (this.#peer.connectionState) {
      case "connected":
        if (!this.#trying) this.#host.back();
        break;
      case "disconnected":
        this.#blip = setTimeout(() => this.#mend(), BLIP_MS);
        break;
      case "failed":
        this.#mend();
        break;
    }
  }

  #told = () => this.#host.lost();

  /** The network is another one: what is being tried belongs to the old one. */
  #anew = () => {
    this.#trying?.abort();
    this.#mend();
  };

  #isMending = false;

  async #mend() {
    if (this.#isMending || this.#isClosed) return;
    this.#isMending = true;
    this.#host.lost();
    const until = Date.now() + GIVE_UP_MS; // by the clock: a page that sleeps has no other
    while (!this.#isClosed) {
      try {
        await this.#try();
        this.#host.back();
        break;
      } catch (error) {
        if (this.#isClosed) break;
        if (error.status === 404 || error.status === 409 || Date.now() > until) {
          this.#host.over(error);
          break;
        }
        console.info("the call's connection:", error.message);
        if (error.name !== "AbortError") await Promise.race([pause(RETRY_MS), online()]);
      }
    }
    this.#isMending = false;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const online = () => new Promise((resolve) => addEventListener("online", resolve, { once: true }));

/** Waits until `test()` is true after an event of `peer`; throws when `signal` is aborted. True in time, or false. */
function within(ms, peer, event, signal, test) {
  return new Promise((resolve, reject) => {
    const look = () => test() && done(true);
    const stop = () => done(false, signal.reason);
    const timer = setTimeout(() => done(false), ms);
    function done(isTrue, error) {
      clearTimeout(timer);
      peer.removeEventListener(event, look);
      signal.removeEventListener("abort", stop);
      if (error) reject(error);
      else resolve(isTrue);
    }
    peer.addEventListener(event, look);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    else look();
  });
}

function gathered(peer, signal) {
  return within(GATHER_MS, peer, "icegatheringstatechange", signal, () => peer.iceGatheringState === "complete");
}

async function connected(peer, signal) {
  const isDecided = () => ["connected", "failed"].includes(peer.connectionState);
  await within(CONNECT_MS, peer, "connectionstatechange", signal, isDecided);
  if (peer.connectionState !== "connected") throw new NoWay(`ICE is ${peer.iceConnectionState}`);
}

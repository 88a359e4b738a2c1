// One call, from the offer to the end: its token, its sound, its captions, what is entered. Knows nothing of the page.

import { Entries } from "./entries.js";
import { Reader } from "./reader.js";
import { ask, sayBye } from "./service.js";
import { Wire } from "./wire.js";

export class Call {
  #called;
  #shown;
  #wire;
  #reader = null;
  #token = null;
  #entries = null;
  #isOver = false;

  /**
   * `called` is the number that chooses the scenario, `track` the microphone's, or null. `shown` is told what happens:
   * `talking()`, `lost()`, `voice(stream)`, `caption(message)`, and once, in the end, `over(by)`.
   */
  constructor(called, track, shown) {
    this.#called = called;
    this.#shown = shown;
    this.#wire = new Wire(track, {
      servers: async (signal) => (await ask("page", undefined, signal)).ice_servers.map(asIceServer),
      offer: (sdp, signal) => this.#offer(sdp, signal),
      voice: (stream) => shown.voice(stream),
      lost: () => this.#isOver || shown.lost(),
      back: () => this.#back(),
      over: (error) => this.#end(error.status ? "unknown" : "network"),
    });
  }

  /** Throws why there is no call; does nothing more where it was hung up meanwhile. */
  async begin() {
    try {
      await this.#wire.open();
      if (!this.#isOver) this.#shown.talking();
    } catch (error) {
      if (this.#isOver) return;
      this.hangUp();
      throw error;
    }
  }

  replace(track) {
    return this.#wire.replace(track);
  }

  /** Throws where it has not arrived. */
  enter(what, body) {
    return this.#entries.post(what, body);
  }

  hangUp() {
    if (this.#token && !this.#isOver) sayBye(this.#token);
    this.#close();
  }

  async #offer(sdp, signal) {
    if (this.#token) return (await ask(`calls/${this.#token}/offer`, { sdp }, signal)).sdp;
    const begun = await ask("calls", { sdp, called: this.#called }, signal);
    this.#token = begun.token;
    this.#entries = new Entries(begun.token);
    if (this.#isOver) sayBye(this.#token); // hung up while the service answered
    else this.#reader = new Reader(this.#token, (message) => this.#read(message), () => this.#end("unknown"));
    return begun.sdp;
  }

  #read(message) {
    if (message.type === "ended") this.#end(message.by);
    else this.#shown.caption(message);
  }

  /** A socket of the network that is gone would wait for ever. */
  #back() {
    if (this.#isOver) return;
    this.#reader?.again();
    this.#shown.talking();
  }

  #end(by) {
    if (this.#isOver) return;
    this.#close();
    this.#shown.over(by);
  }

  #close() {
    this.#isOver = true;
    this.#reader?.close();
    this.#wire.close();
  }
}

function asIceServer({ urls, username, credential }) {
  return username ? { urls, username, credential } : { urls };
}

// One text chat, from the first line to the end. It outlives its page: one that is loaded anew goes on with it.

import { Entries } from "./entries.js";
import { Reader } from "./reader.js";
import { ask, sayBye } from "./service.js";

const KEPT = "aicc-chat";

/** The token of the chat that this tab has had, or null. */
export function keptChat() {
  return withStorage((storage) => storage.getItem(KEPT)) ?? null;
}

export class Chat {
  #called;
  #token;
  #shown;
  #reader = null;
  #entries = null;
  #hasRead = false;
  #isOver = false;

  /**
   * `called` is the number that chooses the scenario, `token` that of a chat to go on with, or null. `shown` is told
   * what happens: `talking()`, `lost()`, `caption(message)`, and once, in the end, `over(by)`, by "forgotten" where a
   * chat that was to go on is not there any more.
   */
  constructor(called, token, shown) {
    this.#called = called;
    this.#token = token;
    this.#shown = shown;
  }

  /** Throws why there is none. */
  async begin() {
    this.#token ??= (await ask("chats", { called: this.#called })).token;
    if (this.#isOver) {
      sayBye(this.#token); // ended while the service answered
      return;
    }
    withStorage((storage) => storage.setItem(KEPT, this.#token));
    this.#entries = new Entries(this.#token);
    this.#reader = new Reader(this.#token, (message) => this.#read(message), () => this.#end(), {
      lost: () => this.#shown.lost(),
      back: () => this.#shown.talking(),
    });
    addEventListener("online", this.#again);
    addEventListener("visibilitychange", this.#again);
  }

  /** Throws where it has not arrived. */
  enter(what, body) {
    return this.#entries.post(what, body);
  }

  hangUp() {
    if (this.#token && !this.#isOver) sayBye(this.#token);
    this.#close();
  }

  /** The socket of a page that has slept, or of the network before, may be dead and not know it. */
  #again = () => {
    if (!document.hidden) this.#reader?.again();
  };

  #read(message) {
    this.#hasRead = true;
    if (message.type === "ended") this.#end(message.by);
    else this.#shown.caption(message);
  }

  #end(by = this.#hasRead ? "unknown" : "forgotten") {
    if (this.#isOver) return;
    this.#close();
    this.#shown.over(by);
  }

  #close() {
    this.#isOver = true;
    this.#reader?.close();
    removeEventListener("online", this.#again);
    removeEventListener("visibilitychange", this.#again);
    withStorage((storage) => storage.removeItem(KEPT));
  }
}

/** Where a browser lets a page keep nothing, a chat does not outlive it. */
function withStorage(use) {
  try {
    return use(sessionStorage);
  } catch (error) {
    console.info("nothing is kept of the chat:", error.message);
    return null;
  }
}

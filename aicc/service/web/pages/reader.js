// Reads the captions of a call or chat over one WebSocket after another, each message once.

import { openCaptions } from "./service.js";

const ENDED = 1000;
const NO_CALL = 4404;
const RETRY_MS = 2000;

export class Reader {
  #token;
  #read;
  #over;
  #way;
  #socket = null;
  #timer = null;
  #next = 0;

  /**
   * `read(message)` for each; `over()` where the service has none, or no more, whatever the last one was. `lost()` and
   * `back()` tell how the way is.
   */
  constructor(token, read, over, { lost, back } = {}) {
    this.#token = token;
    this.#read = read;
    this.#over = over;
    this.#way = { lost, back };
    this.again();
  }

  /** On a new socket, from where the last one was. */
  again() {
    this.close();
    const socket = openCaptions(this.#token, this.#next);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#socket === socket && this.#way.back?.());
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket !== socket) return;
      const message = JSON.parse(data);
      this.#next = message.seq + 1;
      this.#read(message);
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket !== socket) return;
      if (code === ENDED || code === NO_CALL) {
        this.#over();
      } else {
        this.#way.lost?.();
        this.#timer = setTimeout(() => this.again(), RETRY_MS);
      }
    });
  }

  close() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}

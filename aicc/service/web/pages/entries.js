// What a page enters into its call or chat, in the order in which it was entered: requests may overtake each other.

import { ask } from "./service.js";

export class Entries {
  #token;
  #sent = Promise.resolve();

  constructor(token) {
    this.#token = token;
  }

  /** Throws where it has not arrived. */
  post(what, body) {
    const sent = this.#sent.then(() => ask(`calls/${this.#token}/${what}`, body));
    this.#sent = sent.catch(() => {}); // its caller is told
    return sent;
  }
}

// What both sides say, as lines of a list.

import { ASIDES } from "./words.js";

const NEAR_PX = 48; // who has scrolled up to read is left there

export class Captions {
  #list;
  #heard = new Map();
  #said = null;
  #pressed = null;

  constructor(list) {
    this.#list = list;
  }

  clear() {
    this.#list.replaceChildren();
    this.#heard.clear();
    this.#said = this.#pressed = null;
  }

  /** A message of aicc/service/web/captions.py. */
  show(message) {
    this.#keepingEnd(() => {
      switch (message.type) {
        case "heard":
          return this.#hear(message);
        case "pressed":
          this.#pressed ??= this.#add("caller pressed");
          this.#pressed.textContent += message.key;
          return;
        case "said":
          this.#silence();
          this.#said = this.#add("bot speaking");
          this.#said.textContent = message.text;
          return;
        case "said_up_to":
          this.#silence();
          return this.#cut(message);
        case "silent":
          return this.#silence();
        case "off_record":
          return this.#aside(message.is_off ? ASIDES.offRecord : ASIDES.onRecord);
        case "handoff":
          return this.#aside(ASIDES.handoff);
      }
    });
  }

  /** A word of the page itself. */
  remark(text) {
    this.#keepingEnd(() => this.#aside(text));
  }

  #keepingEnd(change) {
    const list = this.#list;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
    change();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  #aside(text) {
    this.#add("aside").textContent = text;
  }

  /** A partial result is all of the turn so far; its final ones come as parts. */
  #hear({ turn, text, is_final: isFinal }) {
    const line = this.#heard.get(turn) ?? this.#add("caller running");
    this.#heard.set(turn, line);
    const isFirst = line.classList.contains("running");
    line.textContent = isFinal && !isFirst ? `${line.textContent} ${text}` : text;
    if (isFinal) line.classList.remove("running");
  }

  #silence() {
    this.#said?.classList.remove("speaking");
  }

  /** What the caller talked over was not heard, and is shown so. */
  #cut({ text, heard_text: heard }) {
    if (this.#said?.textContent !== text || !text.startsWith(heard)) return;
    const unheard = document.createElement("span");
    unheard.className = "unheard";
    unheard.textContent = text.slice(heard.length);
    this.#said.replaceChildren(heard, unheard);
  }

  /** Below what was said; what was heard in part and came to nothing makes room. */
  #add(kind) {
    for (const [turn, line] of this.#heard) {
      if (line.classList.contains("running")) {
        line.remove();
        this.#heard.delete(turn);
      }
    }
    this.#pressed = null;
    const line = document.createElement("li");
    line.className = kind;
    this.#list.append(line);
    return line;
  }
}

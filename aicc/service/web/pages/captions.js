// What all sides say and send, as lines of a list in a log, which scrolls.

import { FormCard, PageCard } from "./cards.js";
import { ASIDES, CARDS, NAMES } from "./words.js";

const NEAR_PX = 48; // who has scrolled up to read is left there

export class Captions {
  #list;
  #heard = new Map();
  #said = null;
  #pressed = null;
  #cards = [];
  #form = null;
  #sent;
  #thinking = null;
  #hasBot = false;

  /** What becomes of what an agent has sent is told to `sent`: `open(seq)`, `answer(seq, values)`. */
  constructor(list, sent) {
    this.#list = list;
    this.#sent = sent;
  }

  /** With `hasBot` it is shown that the bot is at its answer: who hears it speak does not need that. */
  clear(hasBot) {
    this.#list.replaceChildren();
    this.#heard.clear();
    this.#said = this.#pressed = this.#form = this.#thinking = null;
    this.#cards = [];
    this.#hasBot = hasBot;
  }

  /** Nothing can be entered any more. */
  end() {
    this.#thinking?.remove();
    for (const card of this.#cards) card.close(CARDS.over);
    this.#cards = [];
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
          this.#hasBot = false;
          return this.#aside(ASIDES.handoff);
        case "agent":
          this.#hasBot = false;
          this.#add("agent").textContent = message.text;
          return;
        case "joined":
          return this.#aside(ASIDES.joined);
        case "shown":
          return this.#send(message);
        case "answered":
          return this.#closeForm(message.is_turned_down ? CARDS.turnedDown : CARDS.sent);
      }
    });
  }

  /** A word of the page itself. */
  remark(text) {
    this.#keepingEnd(() => this.#aside(text));
  }

  #keepingEnd(change) {
    const log = this.#list.parentElement;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    change();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
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
    if (isFinal && this.#hasBot) this.#think();
  }

  /** Of forms the newest counts. */
  #send(message) {
    const line = this.#add("card");
    if (message.kind === "page") {
      this.#cards.push(new PageCard(line, message, this.#sent.open));
    } else {
      this.#closeForm(CARDS.replaced);
      this.#form = new FormCard(line, message, this.#sent.answer);
      this.#cards.push(this.#form);
    }
  }

  #closeForm(note) {
    if (this.#form === null) return;
    this.#form.close(note);
    this.#cards = this.#cards.filter((card) => card !== this.#form);
    this.#form = null;
  }

  /** Not read out, and not shown where the answer is there at once. */
  #think() {
    this.#thinking = this.#add("aside thinking");
    this.#thinking.textContent = ASIDES.thinking;
    this.#thinking.setAttribute("aria-hidden", "true");
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
    this.#thinking?.remove();
    this.#thinking = null;
    const line = document.createElement("li");
    line.className = kind;
    const [who] = line.classList;
    if (NAMES[who] && !this.#list.lastElementChild?.classList.contains(who)) line.dataset.name = NAMES[who];
    this.#list.append(line);
    return line;
  }
}

// What an agent has sent, as a card among the captions: a page to open, or a form to fill in.

import { CARDS } from "./words.js";

const MOST_CHARS = 500;
const OPENABLE = ["http:", "https:"];

/** Opened by the caller's click alone; what comes behind `open(seq)` is that the agent knows. */
export class PageCard {
  #together = [];

  constructor(line, { seq, title, url }, open) {
    line.append(made("p", "from", CARDS.page), made("strong", "", title));
    const address = openable(url);
    if (address === null) {
      line.append(made("p", "small", CARDS.notOpenable));
      return;
    }
    line.append(made("p", "address", address.href));
    const together = link(address, CARDS.together);
    together.addEventListener("click", () => open(seq));
    const ways = made("p", "ways");
    ways.append(link(address, CARDS.open), together);
    const what = made("p", "small", CARDS.whatTogetherIs);
    line.append(ways, what);
    this.#together = [together, what];
  }

  /** Nobody is told any more. */
  close() {
    for (const part of this.#together) part.remove();
  }
}

/** `answer(seq, values)` sends what was written, nothing where it is turned down; throws where it has not arrived. */
export class FormCard {
  #form = made("form", "asked");
  #note = made("p", "small");
  #inputs = new Map();
  #seq;
  #answer;

  constructor(line, { seq, title, fields }, answer) {
    this.#seq = seq;
    this.#answer = answer;
    fields.forEach((field, index) => this.#ask(field, `field-${seq}-${index}`));
    const ways = made("p", "ways");
    const send = made("button", "", CARDS.send);
    const refuse = made("button", "", CARDS.turnDown);
    refuse.type = "button";
    refuse.addEventListener("click", () => this.#post({}));
    ways.append(send, refuse);
    this.#form.append(ways);
    this.#form.setAttribute("aria-label", title);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#note.setAttribute("role", "status");
    line.append(made("p", "from", CARDS.form), made("strong", "", title), this.#form, this.#note);
  }

  /** Nothing can be written any more, and `note` says why. */
  close(note) {
    this.#form.remove();
    this.#note.textContent = note;
  }

  #ask(field, id) {
    const label = made("label", "", field);
    const input = made("input", "");
    Object.assign(input, { id, type: "text", maxLength: MOST_CHARS, autocomplete: "off" });
    label.htmlFor = id;
    this.#inputs.set(field, input);
    this.#form.append(label, input);
  }

  #send() {
    const values = Object.fromEntries([...this.#inputs].map(([field, input]) => [field, input.value.trim()]));
    if (Object.values(values).some((value) => value)) {
      this.#post(values);
    } else {
      this.#note.textContent = CARDS.empty;
      this.#inputs.values().next().value?.focus();
    }
  }

  async #post(values) {
    const buttons = [...this.#form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    try {
      await this.#answer(this.#seq, values);
      // the caption of the answer closes the card, in every tab
    } catch (error) {
      console.info("the answer did not arrive:", error.message);
      this.#note.textContent = error.status === 409 ? CARDS.late : CARDS.notSent;
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }
}

function openable(text) {
  try {
    const address = new URL(text);
    return OPENABLE.includes(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

function link(address, text) {
  return Object.assign(made("a", "", text), { href: address.href, target: "_blank", rel: "noopener noreferrer" });
}

function made(tag, name, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

// The line to write on. Whoever composes a syllable and presses Enter has the syllable sent too, once and whole.

export class Writing {
  #text;
  #write;
  #isComposing = false;
  #isSent = false;

  constructor(form, text, write) {
    this.#text = text;
    this.#write = write;
    text.addEventListener("compositionstart", () => {
      this.#isComposing = true;
    });
    text.addEventListener("compositionend", () => {
      this.#isComposing = false;
      // the value is whole only behind this event
      if (this.#isSent) setTimeout(() => this.#send());
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#isSent = true;
      if (this.#isComposing) text.blur(); // ends it: a line that is emptied in the middle keeps the last syllable
      else this.#send();
      text.focus();
    });
  }

  #send() {
    this.#isSent = false;
    const text = this.#text.value.trim();
    this.#text.value = "";
    if (text) this.#write(text);
  }
}

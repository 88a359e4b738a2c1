// The page with one button: what is shown and pressed. A call itself is in one_call.js.

import { Captions } from "./captions.js";
import { Microphone } from "./microphone.js";
import { Call } from "./one_call.js";
import { ask } from "./service.js";
import { ASIDES, BUTTONS, ENDINGS, PROBLEMS, STATUS, explainCall, explainMicrophone, nameOfKey } from "./words.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

const element = (id) => document.getElementById(id);
const address = new URL(location.href);
const isFramed = window.parent !== window; // by the call button of a company's own site

/** One caller's phone. Idle, or asking for the microphone, calling, talking, or with the way lost. */
class Phone {
  #call = null;
  #state = "idle";
  #captions = new Captions(element("captions"));
  #microphone = new Microphone((track) => this.#replace(track));
  #keypadFirst = false;
  #since = 0;
  #ticking = null;
  #wakeLock = null;
  #attempt = 0;

  /** `keypadFirst`: what is said may not be understood. */
  ready(keypadFirst) {
    this.#keypadFirst = keypadFirst;
    this.#enter("idle", STATUS.idle);
    element("call").disabled = false;
  }

  get isIdle() {
    return this.#state === "idle";
  }

  async dial(withMicrophone = true) {
    const attempt = ++this.#attempt; // hung up and dialled anew while the browser asked, it is another one
    this.#solve();
    this.#captions.clear();
    this.#enter("asking", withMicrophone ? STATUS.asking : STATUS.calling);
    try {
      if (withMicrophone) await this.#microphone.open();
      else await this.#microphone.doWithout();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#idle(STATUS.notCalled);
      this.#problem(explainMicrophone(error), BUTTONS.withoutMicrophone, () => this.dial(false), isFramed);
      return;
    }
    if (attempt !== this.#attempt) return;
    this.#enter("calling", STATUS.calling);
    const call = new Call(address.searchParams.get("called") ?? "", this.#microphone.track, {
      talking: () => this.#talk(),
      lost: () => this.#enter("lost", STATUS.lost),
      voice: (stream) => this.#hear(stream),
      caption: (message) => this.#captions.show(message),
      over: (by) => this.#idle(ENDINGS[by] ?? ENDINGS.unknown),
    });
    this.#call = call;
    try {
      await call.begin();
    } catch (error) {
      if (this.#call !== call) return;
      this.#idle(STATUS.notCalled);
      this.#problem(explainCall(error));
    }
  }

  hangUp() {
    this.#call?.hangUp();
    this.#idle(this.#call ? ENDINGS.caller : STATUS.idle);
  }

  async press(digit) {
    await this.#send("keys", digit);
  }

  async write(text) {
    if (!(await this.#send("text", text)) && !element("text").value) element("text").value = text;
  }

  mute(isMuted) {
    element("mute").setAttribute("aria-pressed", String(isMuted));
    this.#microphone.mute(isMuted);
  }

  showKeypad(isShown) {
    element("keypad").hidden = !isShown;
    element("keypad-toggle").setAttribute("aria-expanded", String(isShown));
  }

  /** The screen of a telephone that goes dark takes the page along; the lock is lost whenever the page is hidden. */
  async keepAwake() {
    if (this.isIdle || document.hidden || !navigator.wakeLock) return;
    try {
      this.#wakeLock = await navigator.wakeLock.request("screen");
    } catch (error) {
      console.info("the screen may go dark:", error.message); // the battery is low, or the frame may not
    }
    if (this.isIdle) this.#wakeLock?.release();
  }

  // ---- what the call tells

  #talk() {
    if (this.#state === "calling") {
      this.#since = Date.now();
      this.#ticking = setInterval(() => this.#tick(), 1000);
      if (this.#keypadFirst) this.showKeypad(true);
      this.keepAwake();
    }
    this.#enter("talking", STATUS.talking);
    this.#tick();
  }

  async #hear(stream) {
    const voice = element("voice");
    voice.srcObject = stream;
    try {
      await voice.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return; // AbortError: the next stream has come
      this.#problem(PROBLEMS.voiceBlocked, BUTTONS.hearVoice, () => {
        voice.play();
        this.#solve();
      });
    }
  }

  // ---- what the page does

  #replace(track) {
    this.#call?.replace(track);
    if (track === null) {
      this.#problem(PROBLEMS.microphoneGone);
    } else {
      this.#solve();
      this.#captions.remark(ASIDES.anotherMicrophone);
    }
    element("mute").hidden = track === null;
  }

  async #send(what, entered) {
    try {
      await this.#call?.enter(what, entered);
      return true;
    } catch (error) {
      console.info(`${what} did not arrive:`, error.message);
      this.#captions.remark(error.status === 429 ? ASIDES.tooFast : ASIDES.notSent);
      return false;
    }
  }

  #idle(status) {
    this.#attempt += 1;
    this.#call = null;
    this.#microphone.close();
    this.#wakeLock?.release();
    clearInterval(this.#ticking);
    element("voice").srcObject = null;
    this.showKeypad(false);
    this.mute(false);
    this.#enter("idle", status);
  }

  #enter(state, status) {
    this.#state = state;
    const isUp = state === "talking" || state === "lost";
    const hasCaptions = isUp || element("captions").childElementCount > 0;
    element("phone").dataset.state = state;
    if (element("status").textContent !== status) element("status").textContent = status; // else it is read out again
    element("call-text").textContent = this.isIdle ? (hasCaptions ? BUTTONS.dialAgain : BUTTONS.dial) : BUTTONS.hangUp;
    element("welcome").hidden = hasCaptions;
    element("captions").hidden = !hasCaptions;
    element("clock").hidden = state !== "talking";
    for (const id of ["writing", "keypad-toggle"]) element(id).hidden = !isUp;
    element("mute").hidden = !isUp || this.#microphone.track === null;
  }

  #tick() {
    const seconds = Math.floor((Date.now() - this.#since) / 1000);
    const two = (number) => String(number).padStart(2, "0");
    element("clock").textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  }

  /** `way` is the label of a button, `go` what it does; `isApart`: it may be the frame that is the problem. */
  #problem(text, way, go, isApart = false) {
    element("problem-text").textContent = text;
    element("way").textContent = way;
    element("way").onclick = go;
    element("way").hidden = !way;
    element("apart").hidden = !isApart;
    element("problem").hidden = false;
  }

  #solve() {
    if (element("problem").contains(document.activeElement)) element("call").focus();
    element("problem").hidden = true;
  }
}

const phone = new Phone();

element("call").addEventListener("click", () => (phone.isIdle ? phone.dial() : phone.hangUp()));
element("keypad-toggle").addEventListener("click", () => phone.showKeypad(element("keypad").hidden));
element("mute").addEventListener("click", ({ currentTarget }) => {
  phone.mute(currentTarget.getAttribute("aria-pressed") !== "true");
});
element("writing").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = element("text").value.trim();
  element("text").value = "";
  if (text) phone.write(text);
});
for (const digit of KEYS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = digit;
  button.setAttribute("aria-label", nameOfKey(digit));
  button.addEventListener("click", () => phone.press(digit));
  element("keypad").append(button);
}
// a keyboard has these keys, too
addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey, repeat }) => {
  const isMeant = !element("keypad").hidden && target !== element("text") && !(ctrlKey || metaKey || altKey || repeat);
  if (isMeant && KEYS.includes(key)) phone.press(key);
});
addEventListener("visibilitychange", () => phone.keepAwake());
// a page that is closed or left; one that comes back from the browser's memory has hung up
addEventListener("pagehide", () => phone.isIdle || phone.hangUp());

document.documentElement.classList.toggle("framed", isFramed);
const apart = new URL(address);
apart.searchParams.delete("start");
element("apart").href = apart;

try {
  const page = await ask("page");
  if (page.company) {
    document.title = element("company").textContent = `${page.company} 상담 전화`;
  }
  element("notice").hidden = !page.synthetic_voices_only;
  phone.ready(page.synthetic_voices_only);
} catch (error) {
  console.warn("what the page should know:", error.message); // to dial will tell
  phone.ready(false);
}
// who opens the panel has pressed a button; a mere link does not make anybody's telephone call
if (isFramed && address.searchParams.has("start")) phone.dial();

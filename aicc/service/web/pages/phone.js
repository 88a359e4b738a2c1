// The page's telephone: what is shown, and what becomes of what is pressed. A call itself is in one_call.js, a chat in
// one_chat.js.

import { Captions } from "./captions.js";
import { Microphone } from "./microphone.js";
import { Call } from "./one_call.js";
import { Chat } from "./one_chat.js";
import {
  ASIDES,
  BUTTONS,
  CHAT_ENDINGS,
  ENDINGS,
  PROBLEMS,
  STATUS,
  WRITING,
  cameIn,
  explainCall,
  explainChat,
  explainMicrophone,
} from "./words.js";

export const element = (id) => document.getElementById(id);
export const address = new URL(location.href);
export const isFramed = window.parent !== window; // by the call button of a company's own site

/** One caller's phone. Idle, or asking for the microphone, calling, talking, or with the way lost; or all that by text. */
export class Phone {
  #call = null;
  #isChat = false;
  #state = "idle";
  #captions = new Captions(element("captions"), {
    open: (seq) => this.#send("opened", { shown: seq }),
    answer: (seq, values) => this.#call.enter("answers", { shown: seq, values }),
  });
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
    element("call").disabled = element("chat").disabled = false;
  }

  get isIdle() {
    return this.#state === "idle";
  }

  async dial(withMicrophone = true) {
    const attempt = ++this.#attempt; // hung up and dialled anew while the browser asked, it is another one
    this.#begin(false);
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
      caption: (message) => this.#read(message),
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

  /** A new one, or on with that of `token`. */
  async chat(token = null) {
    this.#begin(true);
    this.#enter("calling", STATUS.opening);
    const chat = new Chat(address.searchParams.get("called") ?? "", token, {
      talking: () => this.#talk(),
      lost: () => this.#enter("lost", STATUS.lost),
      caption: (message) => this.#read(message),
      over: (by) => this.#endChat(CHAT_ENDINGS[by] ?? CHAT_ENDINGS.unknown),
    });
    this.#call = chat;
    try {
      await chat.begin();
    } catch (error) {
      if (this.#call !== chat) return;
      console.info("no chat:", error.message);
      this.#idle(STATUS.notChatting);
      this.#problem(explainChat(error));
    }
  }

  hangUp() {
    this.#call?.hangUp();
    if (this.#isChat) this.#endChat(CHAT_ENDINGS.caller);
    else this.#idle(this.#call ? ENDINGS.caller : STATUS.idle);
  }

  /** The page goes. A chat is gone on with where it is loaded anew. */
  leave() {
    if (!this.isIdle && !this.#isChat) this.hangUp();
  }

  async press(digit) {
    await this.#send("keys", { keys: digit });
  }

  async write(text) {
    if (!(await this.#send("text", { text })) && !element("text").value) element("text").value = text;
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
    if (this.isIdle || this.#isChat || document.hidden || !navigator.wakeLock) return;
    try {
      this.#wakeLock = await navigator.wakeLock.request("screen");
    } catch (error) {
      console.info("the screen may go dark:", error.message); // the battery is low, or the frame may not
    }
    if (this.isIdle) this.#wakeLock?.release();
  }

  // ---- what the call tells

  #talk() {
    const isFirst = this.#state === "calling";
    if (isFirst && !this.#isChat) {
      this.#since = Date.now();
      this.#ticking = setInterval(() => this.#tick(), 1000);
      if (this.#keypadFirst) this.showKeypad(true);
      this.keepAwake();
    }
    this.#enter("talking", this.#isChat ? STATUS.chatting : STATUS.talking);
    if (this.#isChat && isFirst) element("text").focus();
    else this.#tick();
  }

  #read(message) {
    this.#captions.show(message);
    if (message.type === "shown" && !this.#isChat) element("news").textContent = cameIn(message);
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

  #begin(isChat) {
    this.#solve();
    this.#isChat = isChat;
    this.#captions.clear(isChat);
    const { label, placeholder } = WRITING[isChat ? "chat" : "call"];
    element("writing-label").textContent = label;
    element("text").placeholder = placeholder;
    element("text").value = element("news").textContent = "";
    // whoever has a screen reader hears the bot itself, and two voices at once are none; a chat is heard by nothing else
    element("log").ariaLive = isChat ? "polite" : "off";
    element("phone").dataset.mode = isChat ? "chat" : "call";
  }

  #endChat(note) {
    if (element("captions").childElementCount > 0) this.#captions.remark(note);
    this.#idle(note);
  }

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

  async #send(what, body) {
    try {
      await this.#call?.enter(what, body);
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
    this.#captions.end();
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
    element("call-text").textContent = this.#label(hasCaptions);
    element("chat").hidden = !this.isIdle;
    element("welcome").hidden = hasCaptions;
    element("log").hidden = !hasCaptions;
    element("clock").hidden = state !== "talking" || this.#isChat;
    element("writing").hidden = !isUp;
    element("keypad-toggle").hidden = !isUp || this.#isChat;
    element("mute").hidden = !isUp || this.#isChat || this.#microphone.track === null;
  }

  #label(hasCaptions) {
    if (this.isIdle) return hasCaptions && !this.#isChat ? BUTTONS.dialAgain : BUTTONS.dial;
    return this.#isChat ? BUTTONS.endChat : BUTTONS.hangUp;
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

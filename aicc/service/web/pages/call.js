// The page with its two buttons: what may be pressed and typed, and how it begins. What comes of it is in phone.js.

import { keptChat } from "./one_chat.js";
import { Phone, address, element, isFramed } from "./phone.js";
import { ask } from "./service.js";
import { nameOfKey } from "./words.js";
import { Writing } from "./writing.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

const phone = new Phone();

element("call").addEventListener("click", () => (phone.isIdle ? phone.dial() : phone.hangUp()));
element("keypad-toggle").addEventListener("click", () => phone.showKeypad(element("keypad").hidden));
element("mute").addEventListener("click", ({ currentTarget }) => {
  phone.mute(currentTarget.getAttribute("aria-pressed") !== "true");
});
element("chat").addEventListener("click", () => phone.chat());
new Writing(element("writing"), element("text"), (text) => phone.write(text));
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
  const isMeant = !element("keypad").hidden && !target.closest?.("input") && !(ctrlKey || metaKey || altKey || repeat);
  if (isMeant && KEYS.includes(key)) phone.press(key);
});
addEventListener("visibilitychange", () => phone.keepAwake());
// a page that is closed or left; one that comes back from the browser's memory has hung up
addEventListener("pagehide", () => phone.leave());

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
const kept = keptChat();
if (kept !== null) phone.chat(kept);
// who opens the panel has pressed a button; a mere link does not make anybody's telephone call
else if (isFramed && address.searchParams.has("start")) phone.dial();

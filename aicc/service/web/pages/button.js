// The call button for a company's own site: <aicc-call called="15880000">상담 전화</aicc-call>, and this script.
// The call itself runs in a frame that comes from the voicebot's address: neither sees anything of the other.
//
// The site may dress the button: aicc-call::part(button) { background: navy; }

{
  const home = new URL(document.currentScript.src).origin;

  const STYLE = `
    :host { display: inline-block; }
    button { font: inherit; cursor: pointer; border: 0; }
    button:focus-visible { outline: 3px solid #1f6feb; outline-offset: 2px; }
    .open { padding: .75em 1.25em; border-radius: 1em; background: #0f7a43; color: #fff; font-weight: 600; }
    .panel {
      position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483000; width: min(24rem, 100vw - 2rem); height: min(42rem, 100dvh - 2rem);
      overflow: hidden; border-radius: 1.5rem; background: Canvas; box-shadow: 0 12px 48px rgb(0 0 0 / 32%);
    }
    @media (max-width: 30rem) { .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; } }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .close {
      position: absolute; top: .75rem; right: .75rem; width: 2.25rem; height: 2.25rem; padding: 0; border-radius: 50%;
      background: rgb(128 140 155 / 22%); font: 1rem/1 system-ui, sans-serif; color: #6b7785;
    }
  `;

  class CallButton extends HTMLElement {
    #root = this.attachShadow({ mode: "open" });
    #opener = document.createElement("button");
    #panel = null;

    constructor() {
      super();
      // a sheet of its own is let be by a site's policy that lets no <style> be
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
      const text = document.createElement("slot");
      text.textContent = "상담 전화";
      Object.assign(this.#opener, { type: "button", className: "open", part: "button" });
      this.#opener.append(text);
      this.#opener.addEventListener("click", () => this.#open());
      this.#root.append(this.#opener);
    }

    disconnectedCallback() {
      this.#close();
    }

    #open() {
      if (this.#panel) return;
      const frame = document.createElement("iframe");
      frame.src = `${home}/call?start&called=${encodeURIComponent(this.getAttribute("called") ?? "")}`;
      frame.allow = "microphone; autoplay; screen-wake-lock";
      frame.title = "상담 전화";
      const close = document.createElement("button");
      Object.assign(close, { type: "button", className: "close", textContent: "✕", title: "전화를 끊고 닫기" });
      close.setAttribute("aria-label", close.title);
      close.addEventListener("click", () => this.#close());
      this.#panel = document.createElement("div");
      this.#panel.className = "panel";
      this.#panel.setAttribute("role", "dialog");
      this.#panel.setAttribute("aria-label", frame.title);
      this.#panel.append(close, frame);
      this.#root.append(this.#panel);
      frame.focus();
    }

    /** The frame's page hangs up as it goes. */
    #close() {
      if (!this.#panel) return;
      this.#panel.remove();
      this.#panel = null;
      this.#opener.focus();
    }
  }

  // a script that is on the page twice defines it once
  if (!customElements.get("aicc-call")) customElements.define("aicc-call", CallButton);
}

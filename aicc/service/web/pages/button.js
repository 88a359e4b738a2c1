// The call button for a company's own site: <aicc-call called="15880000">상담 전화</aicc-call>, and this script.
// The call itself runs in a frame that comes from the voicebot's address: nothing of the site is seen by it.

const home = new URL(document.currentScript.src).origin;

const STYLE = `
  button { font: 600 1rem/1.2 system-ui, sans-serif; color: #fff; background: #128a4b; border: 0; border-radius: 999px; padding: .8rem 1.3rem; cursor: pointer; }
  button:focus-visible { outline: 3px solid #4c8dff; outline-offset: 2px; }
  .panel { position: fixed; right: 1rem; bottom: 1rem; width: min(24rem, calc(100vw - 2rem)); height: min(40rem, calc(100vh - 2rem));
    border-radius: 1.25rem; overflow: hidden; box-shadow: 0 12px 48px rgb(0 0 0 / 28%); z-index: 2147483000; background: #fff; }
  iframe { width: 100%; height: 100%; border: 0; }
  .close { position: absolute; top: .6rem; right: .6rem; padding: .3rem .7rem; background: #0000001f; color: inherit; }
`;

customElements.define(
  "aicc-call",
  class extends HTMLElement {
    #panel = null;

    connectedCallback() {
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      const style = document.createElement("style");
      style.textContent = STYLE;
      const button = document.createElement("button");
      button.type = "button";
      button.append(document.createElement("slot"));
      button.addEventListener("click", () => this.#open(root));
      root.replaceChildren(style, button);
    }

    disconnectedCallback() {
      this.#close();
    }

    #open(root) {
      if (this.#panel) return;
      const frame = document.createElement("iframe");
      const called = encodeURIComponent(this.getAttribute("called") ?? "");
      frame.src = `${home}/call?start&called=${called}`;
      frame.allow = "microphone; autoplay";
      frame.title = "상담 전화";
      const close = document.createElement("button");
      close.type = "button";
      close.className = "close";
      close.setAttribute("aria-label", "닫기");
      close.textContent = "✕";
      close.addEventListener("click", () => this.#close());
      this.#panel = document.createElement("div");
      this.#panel.className = "panel";
      this.#panel.append(frame, close);
      root.append(this.#panel);
    }

    #close() {
      this.#panel?.remove();
      this.#panel = null;
    }
  },
);

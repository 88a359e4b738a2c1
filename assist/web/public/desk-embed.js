// The desk inside of a company's own page: <aicc-desk src="https://desk.example/desk/"></aicc-desk>, and this script.
//
// The desk runs in a frame from its own address: neither page sees anything of the other. When an agent takes a call,
// the element fires "call" with detail {number, call_id}, and the page around shows the customer. `origin` is who may
// be told, this page by default. A frame keeps its session only where both are of one site (desk.example, crm.example:
// SameSite cookies), and the service must name this page among those that may frame it.

{
  class DeskElement extends HTMLElement {
    static observedAttributes = ["src", "origin"];

    #frame = document.createElement("iframe");
    #hear = (event) => this.#told(event);

    constructor() {
      super();
      const sheet = new CSSStyleSheet(); // let be by a policy that lets no <style> be
      sheet.replaceSync(`
        :host { display: block; min-height: 36rem; }
        iframe { display: block; width: 100%; height: 100%; min-height: inherit; border: 0; }
      `);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      this.#frame.title = "상담 데스크";
      root.append(this.#frame);
    }

    connectedCallback() {
      addEventListener("message", this.#hear);
      this.#show();
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hear);
    }

    attributeChangedCallback(_name, before, after) {
      if (this.isConnected && before !== after) this.#show();
    }

    #show() {
      const address = this.#address();
      if (!address) {
        console.error('aicc-desk: src is no http or https address: give the desk\'s, as in src="https://desk.example/desk/"');
        this.#frame.removeAttribute("src");
        return;
      }
      address.searchParams.set("embed", this.getAttribute("origin") ?? location.origin);
      this.#frame.allow = `microphone ${address.origin}; speaker-selection ${address.origin}; autoplay ${address.origin}; clipboard-write ${address.origin}`;
      if (this.#frame.src !== address.href) this.#frame.src = address.href;
    }

    #address() {
      try {
        const address = new URL(this.getAttribute("src") ?? "", location.href);
        return /^https?:$/.test(address.protocol) ? address : null;
      } catch {
        return null;
      }
    }

    /** Of all that is posted to this page, only what this frame says, and only what is a call. */
    #told({ source, origin, data }) {
      if (source !== this.#frame.contentWindow || origin !== this.#address()?.origin) return;
      if (data?.type !== "call" || typeof data.number !== "string" || typeof data.call_id !== "string") return;
      const detail = { number: data.number, call_id: data.call_id };
      this.dispatchEvent(new CustomEvent("call", { detail, bubbles: true }));
    }
  }

  if (!customElements.get("aicc-desk")) customElements.define("aicc-desk", DeskElement);
}

// An accepted call opens the customer's page in another system: a new tab, or a word to the page around this frame.

/** The address with `{number}` and `{call_id}` filled in; null where it is none that a browser may open. */
export function screenPopAddress(template: string, number: string, callId: string): string | null {
  if (!template) return null;
  const filled = template
    .replaceAll("{number}", encodeURIComponent(number))
    .replaceAll("{call_id}", encodeURIComponent(callId));
  try {
    const address = new URL(filled);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}

/** The page that this one is embedded in, as `desk-embed.js` says; null where there is none. */
export function embeddedIn(search: string = location.search): string | null {
  const told = new URLSearchParams(search).get("embed");
  if (!told) return null;
  try {
    const { origin } = new URL(told);
    return /^https?:/.test(origin) ? origin : null;
  } catch {
    return null;
  }
}

const around = embeddedIn(); // the address changes as one goes from page to page

export function popScreen(template: string, number: string, callId: string): void {
  if (around && window.parent !== window) {
    window.parent.postMessage({ type: "call", number, call_id: callId }, around);
  }
  const address = screenPopAddress(template, number, callId);
  if (address) window.open(address, "_blank", "noopener,noreferrer");
}

// Small choices that this browser keeps. Where it may keep nothing they last as long as the page.

const kept = new Map<string, string>();
const PREFIX = "aicc.desk.";

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name) ?? kept.get(name) ?? null;
  } catch {
    return kept.get(name) ?? null;
  }
}

export function remember(name: string, value: string): void {
  kept.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // a browser in private mode, or a frame without storage
  }
}

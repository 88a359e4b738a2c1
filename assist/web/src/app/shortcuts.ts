// Keys for the whole page, by where they are on the keyboard: a Korean input method changes what they write.

import { useEffect, useRef } from "react";

type Deeds = Partial<Record<string, () => void>>;

let askForHelp: () => void = () => undefined;

export function onShortcutsAsked(open: () => void): void {
  askForHelp = open;
}

export function openShortcuts(): void {
  askForHelp();
}

/** `Alt+Digit1`, `Alt+KeyA`; a bare key such as `?` counts only where nobody is writing. */
export function useShortcuts(deeds: Deeds): void {
  const newest = useRef(deeds);
  useEffect(() => {
    newest.current = deeds;
  });
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.repeat || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      const name = event.altKey ? `Alt+${event.code}` : isWriting(event.target) ? "" : event.key;
      const deed = newest.current[name];
      if (!deed) return;
      event.preventDefault();
      deed();
    }
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

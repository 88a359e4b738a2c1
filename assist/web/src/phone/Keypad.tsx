import { useEffect, useState } from "react";
import { deed } from "../api";
import { Button } from "../parts/Button";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const SHOWN = 24;

/** Keys towards the caller's line; the keyboard's digits count too while it is open. */
export function Keypad({ callId }: { callId: string }) {
  const words = useWords();
  const { trying } = useToasts();
  const [pressed, setPressed] = useState("");

  async function press(key: string) {
    setPressed((before) => (before + key).slice(-SHOWN));
    await trying(() => deed(callId, "keys", { keys: key }));
  }

  useEffect(() => {
    function typed(event: KeyboardEvent) {
      const isWriting = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (isWriting || event.altKey || event.ctrlKey || event.metaKey || !KEYS.includes(event.key)) return;
      void press(event.key);
    }
    addEventListener("keydown", typed);
    return () => removeEventListener("keydown", typed);
  });

  const nameOf = (key: string) => ({ "*": `* ${words.phone.star}`, "#": `# ${words.phone.hash}` })[key];
  return (
    <div className="keypad" role="group" aria-label={words.phone.keypad}>
      <output className="keypad-pressed" aria-label={words.phone.keypad}>
        {pressed}
      </output>
      {KEYS.map((key) => (
        <Button key={key} aria-label={nameOf(key)} onClick={() => void press(key)}>
          {key}
        </Button>
      ))}
    </div>
  );
}

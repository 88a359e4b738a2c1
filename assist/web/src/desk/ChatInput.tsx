import { type KeyboardEvent, type RefObject, useImperativeHandle, useRef, useState } from "react";
import { deed } from "../api";
import { useShortcuts } from "../app/shortcuts";
import { Button } from "../parts/Button";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";

/** What others put into the message that is being written. */
export interface Draft {
  put(text: string): void;
}

const LONGEST = 2_000;

export function ChatInput({ callId, draft }: { callId: string; draft: RefObject<Draft | null> }) {
  const words = useWords();
  const { trying } = useToasts();
  const [text, setText] = useState("");
  const [isSending, setSending] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(draft, () => ({
    put(ready) {
      setText((before) => (before.trim() ? `${before.trimEnd()} ${ready}` : ready));
      box.current?.focus();
    },
  }));
  useShortcuts({ "Alt+KeyR": () => box.current?.focus() });

  async function send() {
    const written = text.trim();
    if (!written || isSending) return;
    setSending(true);
    const isSent = await trying(() => deed(callId, "message", { text: written }).then(() => true));
    setSending(false);
    if (isSent) setText((now) => (now.trim() === written ? "" : now));
    box.current?.focus();
  }

  function press(event: KeyboardEvent) {
    // the Enter that ends a syllable of the input method sends nothing
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <div className="chat-input">
      <textarea
        ref={box}
        className="input"
        rows={2}
        maxLength={LONGEST}
        aria-label={words.desk.transcript.reply}
        placeholder={words.desk.transcript.reply}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      <Button kind="main" onClick={() => void send()} disabled={!text.trim() || isSending}>
        {words.desk.transcript.send}
      </Button>
    </div>
  );
}

import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "../words/words";
import { Button } from "./Button";

interface DialogProps {
  title: string;
  isWide?: boolean;
  onClose(): void;
  children: ReactNode;
}

/** Shown as long as it is rendered; the browser keeps the focus inside and gives it back. */
export function Dialog({ title, isWide = false, onClose, children }: DialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element && !element.open) element.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={isWide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose(); // beside it
      }}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button kind="plain" icon="close" label={words.common.close} onClick={onClose} />
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}

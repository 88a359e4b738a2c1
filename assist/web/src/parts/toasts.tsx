// Short words of the page at its lower edge: what went wrong, what was done.

import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from "react";
import { sentenceOf } from "../api";
import { useWords } from "../words/words";
import { Button } from "./Button";

const SHOWN_MS = 6_000;
const MOST = 3;

interface Toasts {
  tell(text: string): void;
  /** Runs it; a failure is told, and undefined comes back. */
  trying<T>(run: () => Promise<T>): Promise<T | undefined>;
}

const Told = createContext<Toasts>({ tell: () => undefined, trying: async (run) => run() });
let count = 0;

export function ToastProvider({ children }: { children: ReactNode }) {
  const words = useWords();
  const [toasts, setToasts] = useState<{ id: number; text: string }[]>([]);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((one) => one.id !== id)), []);
  const tell = useCallback(
    (text: string) => {
      const id = ++count;
      setToasts((all) => [...all.filter((one) => one.text !== text), { id, text }].slice(-MOST));
      setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const value = useMemo(
    () => ({
      tell,
      async trying<T>(run: () => Promise<T>) {
        try {
          return await run();
        } catch (error) {
          console.info("not done:", error);
          tell(sentenceOf(error, words));
          return undefined;
        }
      },
    }),
    [tell, words],
  );
  return (
    <Told value={value}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <div key={id} className="toast">
            <span>{text}</span>
            <Button kind="plain" size="small" icon="close" label={words.common.close} onClick={() => drop(id)} />
          </div>
        ))}
      </div>
    </Told>
  );
}

export const useToasts = (): Toasts => useContext(Told);

// The language of the panel: Korean first, English by choice, remembered by this browser.

import { type ReactNode, createContext, useContext, useEffect, useMemo, useState } from "react";
import { remembered, remember } from "../app/remembered";
import { en } from "./en";
import { type Words, ko } from "./ko";

export type Language = "ko" | "en";

interface Choice {
  language: Language;
  words: Words;
  choose(language: Language): void;
  /** A person's own, where this browser was told nothing else. */
  suggest(language: string): void;
}

const Chosen = createContext<Choice>({
  language: "ko",
  words: ko,
  choose: () => undefined,
  suggest: () => undefined,
});

export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (remembered("language") === "en" ? "en" : "ko"));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choice = useMemo(
    () => ({
      language,
      words: language === "en" ? en : ko,
      choose(wanted: Language) {
        remember("language", wanted);
        setLanguage(wanted);
      },
      suggest(wanted: string) {
        if (!remembered("language")) setLanguage(wanted === "en" ? "en" : "ko");
      },
    }),
    [language],
  );
  return <Chosen value={choice}>{children}</Chosen>;
}

export const useWords = (): Words => useContext(Chosen).words;
export const useLanguage = (): Choice => useContext(Chosen);

/** For a page that keeps its own dictionary beside itself: `const words = useOwnWords({ ko, en })`. */
export function useOwnWords<T>(both: { ko: T; en: T }): T {
  return both[useContext(Chosen).language];
}

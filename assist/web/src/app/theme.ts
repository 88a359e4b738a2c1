// Light or dark: as the system says, or as this browser was told.

import { useState } from "react";
import { remember, remembered } from "./remembered";

export type Theme = "system" | "light" | "dark";

export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function rememberedTheme(): Theme {
  const theme = remembered("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(rememberedTheme);
  return [
    theme,
    (wanted) => {
      remember("theme", wanted);
      showTheme(wanted);
      setTheme(wanted);
    },
  ];
}

// the styles of parts come first: a page may dress them otherwise
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Session } from "./app/session";
import { Shell } from "./app/Shell";
import { rememberedTheme, showTheme } from "./app/theme";
import { ToastProvider } from "./parts/toasts";
import { PhoneProvider } from "./phone/PhoneProvider";
import { WordsProvider } from "./words/words";

showTheme(rememberedTheme());
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <WordsProvider>
        <ToastProvider>
          <Session>
            <PhoneProvider>
              <Shell />
            </PhoneProvider>
          </Session>
        </ToastProvider>
      </WordsProvider>
    </StrictMode>,
  );
}

import { useState } from "react";
import { put } from "../api";
import { useShortcuts } from "../app/shortcuts";
import { useDesk, useSession } from "../app/session";
import { Clock } from "../parts/Clock";
import { Segments } from "../parts/Segments";
import { useToasts } from "../parts/toasts";
import { usePhone } from "../phone/PhoneProvider";
import { useWords } from "../words/words";

/** 대기 or 이석 by choice, 통화 and 후처리 as they come, and for how long already. */
export function StateSwitch() {
  const words = useWords();
  const { me } = useSession();
  const { state, since } = useDesk((desk) => desk.me);
  const isKnown = useDesk((desk) => desk.isKnown);
  const phone = usePhone();
  const { trying } = useToasts();
  const [wanted, setWanted] = useState<"ready" | "away" | null>(null);
  const isChoice = state === "ready" || state === "away";

  async function enter(next: "ready" | "away") {
    setWanted(next);
    // the browser asks for the microphone now and not while a caller waits
    if (next === "ready" && !me.phone) void phone.tryMicrophone();
    await trying(() => put("/api/desk/state", { state: next }));
    setWanted(null);
  }
  useShortcuts({ "Alt+KeyQ": () => void enter(state === "ready" ? "away" : "ready") });

  if (!isKnown) return null;
  return (
    <div className="state">
      {isChoice ? (
        <Segments
          label={words.desk.state.label}
          value={wanted ?? state}
          onChange={(next) => void enter(next)}
          choices={[
            { value: "ready", title: words.states.ready },
            { value: "away", title: words.states.away },
          ]}
        />
      ) : (
        <span className={`state-now ${state}`} role="status">
          {words.states[state]}
        </span>
      )}
      <span className="state-clock">
        <span className={`dot ${state}`} aria-hidden="true" />
        <Clock since={since} label={words.states[state]} />
      </span>
    </div>
  );
}

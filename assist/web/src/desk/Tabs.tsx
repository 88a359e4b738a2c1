import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useShortcuts } from "../app/shortcuts";
import { useDesk, useSession } from "../app/session";
import { Icon } from "../parts/Icon";
import { isVoice } from "../phone/PhoneProvider";
import type { CallRow } from "../types";
import { useWords } from "../words/words";
import { shownNumber } from "./numbers";

/** Arrow keys move between them; Alt+Up and Alt+Down do from anywhere. */
export function Tabs({ calls, chosen }: { calls: CallRow[]; chosen: string }) {
  const words = useWords();
  const { desk } = useSession();
  const list = useRef<HTMLDivElement>(null);

  function step(by: number) {
    const place = calls.findIndex((call) => call.call_id === chosen);
    const next = calls[(place + by + calls.length) % calls.length];
    if (next) desk.choose(next.call_id);
  }
  useShortcuts({ "Alt+ArrowUp": () => step(-1), "Alt+ArrowDown": () => step(1) });

  function press(event: KeyboardEvent) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  }

  return (
    <div className="tabs" role="tablist" aria-label={words.desk.tabs.label} ref={list} onKeyDown={press}>
      {calls.map((call) => (
        <Tab key={call.call_id} call={call} isChosen={call.call_id === chosen} />
      ))}
    </div>
  );
}

function Tab({ call, isChosen }: { call: CallRow; isChosen: boolean }) {
  const words = useWords();
  const { desk } = useSession();
  const heard = useDesk((state) => lastOfCaller(state.logs[call.call_id]?.lines ?? []));
  const [seen, setSeen] = useState(heard);
  useEffect(() => {
    if (isChosen) setSeen(heard);
  }, [isChosen, heard]);
  const isFresh = !isChosen && heard !== seen;
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${call.call_id}`}
      aria-selected={isChosen}
      aria-controls="call"
      tabIndex={isChosen ? 0 : -1}
      onClick={() => desk.choose(call.call_id)}
    >
      <Icon name={isVoice(call) ? "phone" : "chat"} />
      <span>{shownNumber(call.caller) || (isVoice(call) ? words.desk.tabs.call : words.desk.tabs.chat)}</span>
      <span className="quiet small">{words.phases[call.phase] ?? call.phase}</span>
      {isFresh && (
        <>
          <span className="dot bad" aria-hidden="true" />
          <span className="unseen">{words.desk.tabs.fresh}</span>
        </>
      )}
    </button>
  );
}

function lastOfCaller(lines: readonly { kind: string; key: string; text: string }[]): string {
  const line = lines.findLast(({ kind }) => kind === "caller");
  return line ? `${line.key} ${line.text}` : "";
}

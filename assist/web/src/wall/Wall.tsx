// The supervisor's wall: everything that goes on, at a glance; on a large screen nothing but that.

import { useEffect, useRef, useState } from "react";
import { useDesk } from "../app/session";
import { Button } from "../parts/Button";
import { clockOf } from "../parts/Clock";
import { Dialog } from "../parts/Dialog";
import type { CallRow } from "../types";
import { useOwnWords, useWords } from "../words/words";
import { LiveCalls } from "./LiveCalls";
import { Peek } from "./Peek";
import { Agents, Alerts, Queues, percentOf } from "./Side";
import { useListening } from "./listening";
import { standingOf, totalsOf } from "./overview";
import { en, ko } from "./words";
import "./wall.css";

export default function Wall() {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const calls = useDesk((state) => state.calls);
  const agents = useDesk((state) => state.agents);
  const [chosen, setChosen] = useState("");
  const [taking, setTaking] = useState<CallRow | null>(null);
  const listening = useListening(calls);
  const wall = useRef<HTMLDivElement>(null);
  const [isBig, setBig] = useBigScreen(wall);
  const beside = listening.beside?.callId ?? "";
  useEffect(() => {
    if (beside) setChosen(beside);
  }, [beside]);
  const agentOf = (call: CallRow) => agents.find((agent) => agent.name === call.agent)?.shown_name ?? call.agent ?? "";

  return (
    <div ref={wall} className={isBig ? "wall is-big" : "wall"}>
      <h1 className="unseen">{words.places.wall}</h1>
      <div className="wall-top">
        <Tiles />
        <Button icon={isBig ? "close" : "page"} onClick={() => setBig(!isBig)} aria-pressed={isBig}>
          {isBig ? own.small : own.big}
        </Button>
      </div>
      <div className={chosen ? "wall-grid has-peek" : "wall-grid"}>
        <div className="wall-main">
          <LiveCalls calls={calls} chosen={chosen} listening={listening} onChoose={setChosen} onTake={setTaking} />
          <Agents />
        </div>
        {chosen && (
          <Peek
            callId={chosen}
            call={calls.find((call) => call.call_id === chosen)}
            listening={listening}
            onTake={setTaking}
            onClose={() => {
              if (beside === chosen) listening.stop();
              setChosen("");
            }}
          />
        )}
        <div className="wall-side">
          <Queues />
          <Alerts onChoose={setChosen} />
        </div>
      </div>
      {taking && (
        <Dialog title={own.listening.takeTitle} onClose={() => setTaking(null)}>
          <p>{own.listening.takeText(agentOf(taking))}</p>
          <div className="dialog-foot">
            <Button onClick={() => setTaking(null)}>{words.common.cancel}</Button>
            <Button
              kind="main"
              onClick={() => {
                setTaking(null);
                void listening.takeOver(taking.call_id);
              }}
            >
              {own.listening.take}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Tiles() {
  const own = useOwnWords({ ko, en }).tiles;
  const calls = useDesk((state) => state.calls);
  const queues = useDesk((state) => state.queues);
  const agents = useDesk((state) => state.agents);
  const totals = totalsOf(calls, queues, agents);
  const level = totals.service_level;
  const tiles: [string, string, string][] = [
    [own.waiting, String(totals.waiting), totals.waiting ? "warn" : ""],
    [own.longest, clockOf(totals.longest_wait_s), totals.longest_wait_s > 60 ? "bad" : ""],
    [own.talking, String(totals.talking), ""],
    [own.bot, String(totals.bot), ""],
    [own.ready, `${totals.ready}/${totals.people}`, totals.ready === 0 && totals.waiting > 0 ? "bad" : ""],
    [own.level, percentOf(level), level === null ? "" : standingOf(level)],
  ];
  return (
    <dl className="wall-tiles" aria-label={own.label}>
      {tiles.map(([title, figure, standing]) => (
        <div key={title} className={standing ? `wall-tile ${standing}` : "wall-tile"}>
          <dt>{title}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The browser's full screen; where a page may not have that (in a frame) the larger letters are all. */
function useBigScreen(wall: React.RefObject<HTMLDivElement | null>): [boolean, (isBig: boolean) => void] {
  const [isBig, setBig] = useState(false);
  useEffect(() => {
    const changed = () => {
      if (!document.fullscreenElement) setBig(false);
    };
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  function change(wanted: boolean): void {
    setBig(wanted);
    if (wanted) wall.current?.requestFullscreen?.().catch(() => undefined);
    else if (document.fullscreenElement) void document.exitFullscreen();
  }
  return [isBig, change];
}

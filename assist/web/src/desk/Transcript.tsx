// What is said, both sides. It follows its end unless somebody has scrolled up to read.

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { CallState } from "../call/state";
import { Button } from "../parts/Button";
import { useWords } from "../words/words";
import { TranscriptLine } from "./TranscriptLine";

const SHOWN = 150; // lines in the page; older ones come when they are asked for
const NEAR_PX = 56;

export function Transcript({ call }: { call: CallState }) {
  const words = useWords();
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const ours = useRef(false);
  const [isAtEnd, setAtEnd] = useState(true);
  const [shown, setShown] = useState(SHOWN);
  const [seen, setSeen] = useState(0);
  const total = call.forgotten + call.lines.length;
  const lines = call.lines.slice(-shown);
  const fresh = Math.max(0, total - seen);

  useLayoutEffect(() => {
    const element = list.current;
    if (!element || !follows.current) return;
    ours.current = true;
    element.scrollTop = element.scrollHeight;
  }, [call.lines]);

  // a notice above or a keypad below leaves less room: the end stays in sight
  useEffect(() => {
    const element = list.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  function scrolled() {
    const element = list.current;
    if (!element) return;
    const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    // a line that came while we scrolled is no reader's wish to stay
    if (ours.current && !isNear) {
      ours.current = false;
      return;
    }
    ours.current = false;
    if (follows.current && !isNear) setSeen(total);
    follows.current = isNear;
    setAtEnd(isNear);
    if (isNear && shown !== SHOWN) setShown(SHOWN);
  }

  function toEnd() {
    follows.current = true;
    setAtEnd(true);
    setShown(SHOWN);
    const element = list.current;
    if (element) element.scrollTop = element.scrollHeight;
  }

  return (
    <div className="transcript-frame">
      <div
        className="transcript"
        ref={list}
        role="log"
        aria-label={words.desk.transcript.label}
        aria-live="off"
        tabIndex={0}
        onScroll={scrolled}
      >
        {call.lines.length > shown && (
          <Button kind="plain" size="small" className="transcript-earlier" onClick={() => setShown(shown + SHOWN)}>
            {words.desk.transcript.earlier}
          </Button>
        )}
        {lines.length === 0 && <p className="empty">{words.desk.transcript.empty}</p>}
        {lines.map((line, place) => (
          <TranscriptLine key={line.key} line={line} isFirst={lines[place - 1]?.kind !== line.kind} />
        ))}
      </div>
      {!isAtEnd && (
        <Button kind="main" size="small" icon="down" className="transcript-end" onClick={toEnd}>
          {fresh > 0 ? words.desk.transcript.fresh(fresh) : words.desk.transcript.toEnd}
        </Button>
      )}
    </div>
  );
}

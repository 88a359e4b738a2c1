// What was said, running along with what is played.

import { memo, useEffect, useRef } from "react";
import { clockOf } from "../parts/Clock";
import { useOwnWords, useWords } from "../words/words";
import { type PlayedLine } from "./transcript";
import { en, ko } from "./words";

const LEFT_ALONE_MS = 4_000; // whoever scrolls reads elsewhere for a while

interface ScriptProps {
  lines: readonly PlayedLine[];
  current: number;
  onJump(at_ms: number): void;
}

export const Script = memo(function Script({ lines, current, onJump }: ScriptProps) {
  const words = useWords();
  const own = useOwnWords({ ko, en }).transcript;
  const list = useRef<HTMLOListElement>(null);
  const leftAlone = useRef(0);

  useEffect(() => {
    const frame = list.current;
    const line = frame?.children[current];
    if (!frame || !(line instanceof HTMLElement) || Date.now() < leftAlone.current) return;
    const top = line.offsetTop - frame.offsetTop - frame.clientHeight / 3;
    frame.scrollTo({ top, behavior: "smooth" });
  }, [current]);

  const leave = () => {
    leftAlone.current = Date.now() + LEFT_ALONE_MS;
  };
  if (lines.length === 0) return <p className="empty">{own.none}</p>;
  return (
    <ol className="script" ref={list} aria-label={own.label} onWheel={leave} onTouchMove={leave}>
      {lines.map((line, place) => (
        <li key={line.key} className={`of-${line.side}`} aria-current={place === current || undefined}>
          <button type="button" onClick={() => onJump(line.start_ms)}>
            <span className="unseen">{own.jump(clockOf(line.start_ms / 1000))}</span>
            <span className="script-time" aria-hidden="true">
              {clockOf(line.start_ms / 1000)}
            </span>
            <span className="script-side">{words.sides[line.side]}</span>
            <Said line={line} unheard={own.unheard} />
          </button>
        </li>
      ))}
    </ol>
  );
});

function Said({ line, unheard }: { line: PlayedLine; unheard: string }) {
  if (line.heard_chars === undefined) return <span className="script-text">{line.text}</span>;
  return (
    <span className="script-text">
      {line.text.slice(0, line.heard_chars)}
      <s title={unheard}>{line.text.slice(line.heard_chars)}</s>
    </span>
  );
}

import { memo } from "react";
import type { Line, Remark } from "../call/state";
import { clockOf } from "../parts/Clock";
import { type Words } from "../words/ko";
import { useWords } from "../words/words";
import { useShownName } from "./Colleagues";
import { useSession } from "../app/session";

/** One utterance or remark. A line that has not changed is not drawn again. */
export const TranscriptLine = memo(function TranscriptLine({ line, isFirst }: { line: Line; isFirst: boolean }) {
  if (line.remark) return <RemarkLine remark={line.remark} />;
  return <Utterance line={line} isFirst={isFirst} />;
});

function Utterance({ line, isFirst }: { line: Line; isFirst: boolean }) {
  const words = useWords();
  if (line.kind === "remark") return null;
  const { text, stable_chars: stable, heard_chars: heard } = line;
  return (
    <div className={`line ${line.kind}`} data-first={isFirst || undefined}>
      {isFirst && (
        <p className="line-head">
          <strong>{words.sides[line.kind]}</strong>
          <span>{clockOf(line.at_ms / 1000)}</span>
          {line.isTyped && <span>{words.desk.transcript.typed}</span>}
        </p>
      )}
      <p className="line-text" data-open={line.isSettled ? undefined : true}>
        {heard !== undefined && heard < text.length ? (
          <>
            {text.slice(0, heard)}
            <del title={words.desk.transcript.unheard}>{text.slice(heard)}</del>
          </>
        ) : line.isSettled || line.kind === "bot" ? (
          text
        ) : (
          <>
            {text.slice(0, stable)}
            <span className="line-unsure">{text.slice(stable)}</span>
          </>
        )}
      </p>
    </div>
  );
}

function RemarkLine({ remark }: { remark: Remark }) {
  const words = useWords();
  const shownName = useShownName();
  const { config } = useSession();
  const titleOf = (skill: string) => config.queues.find((queue) => queue.skill === skill)?.title ?? skill;
  return (
    <div className={`remark ${remark.what}`}>
      <p>{sentenceOf(remark, words, shownName, titleOf)}</p>
      {remark.what === "answered" && Object.keys(remark.values).length > 0 && (
        <dl className="pairs">
          {Object.entries(remark.values).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

type Naming = (name: string) => string;

function sentenceOf(remark: Remark, words: Words, shownName: Naming, titleOf: Naming): string {
  const say = words.desk.remarks;
  switch (remark.what) {
    case "queued":
      return say.queued(titleOf(remark.queue), remark.position);
    case "handoff":
      return say.handoff(words.desk.reasons[remark.reason] ?? remark.reason, titleOf(remark.skill));
    case "joined":
      if (remark.how === "consulted") return say.consulted(shownName(remark.who));
      return (remark.how === "took_over" ? say.tookOver : say.joined)(shownName(remark.who));
    case "left":
      return say.left(shownName(remark.who));
    case "transferred":
      return say.transferred(titleOf(shownName(remark.to)));
    case "keys":
      return say.keys(remark.keys);
    case "shown":
      return (remark.kind === "form" ? say.shownForm : say.shownPage)(remark.title);
    case "answered":
      return Object.keys(remark.values).length ? say.answered : say.turnedDown;
    case "ended":
      return say.ended[remark.by] ?? say.endedElse;
    case "flow":
      return remark.flow;
    default:
      return say[remark.what];
  }
}

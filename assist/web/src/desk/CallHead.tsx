import type { ReactNode } from "react";
import type { CallState, SpeakerCheck } from "../call/state";
import { useSession } from "../app/session";
import { momentOf } from "../app/times";
import { Badge, type Tone } from "../parts/Badge";
import { Clock, clockOf } from "../parts/Clock";
import type { CallRow, Phase } from "../types";
import { useWords } from "../words/words";
import { shownNumber } from "./numbers";

const TONES: Partial<Record<Phase, Tone>> = {
  talking: "good",
  held: "warn",
  consulting: "accent",
  wrapping: "warn",
  bot: "bot",
};

export function CallHead({ row, call, isOver }: { row: CallRow; call: CallState; isOver: boolean }) {
  const words = useWords();
  const { config } = useSession();
  const phase: Phase = isOver ? "wrapping" : row.phase;
  const began = call.began_at || momentOf(row.began_at);
  const queue = row.title || config.queues.find((one) => one.skill === row.skill)?.title || row.skill;
  return (
    <header className="call-head">
      <div className="grows">
        <h1 className="cut">{shownNumber(row.caller || call.caller) || words.desk.head.unknownCaller}</h1>
        <p className="row wraps">
          <Badge tone={TONES[phase]}>{words.phases[phase] ?? phase}</Badge>
          {queue && <Badge tone="accent">{queue}</Badge>}
          {call.speaker && <Verified check={call.speaker} />}
          {call.mood?.label === "angry" && !isOver && <Badge tone="bad">{words.desk.head.angry}</Badge>}
          {call.isOffRecord && <Badge tone="warn">{words.desk.head.offRecord}</Badge>}
        </p>
      </div>
      <p className="call-clock">
        {call.ended ? (
          <span>{clockOf(call.ended.duration_ms / 1000)}</span>
        ) : (
          <Clock since={began} label={words.desk.head.since} />
        )}
      </p>
    </header>
  );
}

function Verified({ check }: { check: SpeakerCheck }): ReactNode {
  const words = useWords();
  const head = words.desk.head;
  const hint = check.refused ? (head.refused[check.refused] ?? check.refused) : head.verifiedHint(check.score.toFixed(2));
  const [tone, text] = check.refused
    ? (["warn", head.unverifiable] as const)
    : check.accepted
      ? (["good", head.verified] as const)
      : (["bad", head.notVerified] as const);
  return (
    <span className="row" title={hint}>
      <Badge tone={tone} icon="shield">
        {text}
        <span className="unseen"> ({hint})</span>
      </Badge>
    </span>
  );
}

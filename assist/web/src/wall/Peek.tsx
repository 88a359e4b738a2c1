import { useEffect, useRef } from "react";
import { useDesk, useSession } from "../app/session";
import { shownNumber } from "../desk/numbers";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import type { CallRow } from "../types";
import { useOwnWords, useWords } from "../words/words";
import { CallDeeds } from "./CallDeeds";
import { DeedsLine } from "./LiveCalls";
import type { Listening } from "./listening";
import { en, ko } from "./words";

const MOST_LINES = 40;

interface PeekProps {
  callId: string;
  call: CallRow | undefined;
  listening: Listening;
  onTake(call: CallRow): void;
  onClose(): void;
}

/** What is being said in one call, as it is said. */
export function Peek({ callId, call, listening, onTake, onClose }: PeekProps) {
  const words = useWords();
  const own = useOwnWords({ ko, en }).listening;
  const { desk, me } = useSession();
  const log = useDesk((state) => state.logs[callId]);
  useEffect(() => desk.watch(callId), [desk, callId]);
  const lines = (log?.lines ?? []).filter((line) => line.kind !== "remark" && line.text).slice(-MOST_LINES);
  const last = lines.at(-1);

  const end = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [last?.key, last?.text]);

  const beside = listening.beside?.callId === callId ? listening.beside : null;
  const caller = shownNumber(call?.customer || call?.caller || log?.caller || "") || words.common.unknown;
  return (
    <Card
      title={caller}
      icon={call?.door === "chat" ? "chat" : "phone"}
      className="wall-peek"
      aside={<Button kind="plain" icon="close" label={words.common.close} onClick={onClose} />}
    >
      {beside && (
        <DeedsLine onStop={listening.stop}>
          {beside.isConnecting ? own.connecting : beside.how === "listening" ? own.isListening : own.isWhispering}
        </DeedsLine>
      )}
      {call ? (
        <CallDeeds call={call} isMine={call.agent === me.name} listening={listening} onTake={onTake} />
      ) : (
        <p className="notice">{own.over}</p>
      )}
      {call?.door === "chat" && <p className="quiet small">{own.notVoice}</p>}
      {lines.length === 0 && <p className="empty">{own.empty}</p>}
      <ol className="wall-lines" ref={end} tabIndex={0} aria-label={own.peek}>
        {lines.map((line) => (
          <li key={line.key} className={line.isSettled ? `of-${line.kind}` : `of-${line.kind} is-growing`}>
            <span className="quiet small">{line.kind === "remark" ? "" : words.sides[line.kind]}</span>
            <p>{line.text}</p>
          </li>
        ))}
      </ol>
    </Card>
  );
}

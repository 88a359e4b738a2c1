import { Button } from "../parts/Button";
import { isVoice } from "../phone/PhoneProvider";
import type { CallRow } from "../types";
import { useOwnWords } from "../words/words";
import type { How, Listening } from "./listening";
import { en, ko } from "./words";

interface CallDeedsProps {
  call: CallRow;
  isMine: boolean;
  listening: Listening;
  onTake(call: CallRow): void;
}

/** Listen, whisper, take over; nothing of it for one's own call, a chat, or one that is over. */
export function CallDeeds({ call, isMine, listening, onTake }: CallDeedsProps) {
  const own = useOwnWords({ ko, en }).listening;
  if (isMine || !isVoice(call) || call.phase === "wrapping") return null;
  const here = listening.beside?.callId === call.call_id ? listening.beside : null;
  const press = (how: How) =>
    here?.how === how && !here.isConnecting ? listening.stop() : void listening.start(call.call_id, how);
  // a word in the ear is for an agent
  const hasAgent = call.phase === "talking" || call.phase === "held" || call.phase === "consulting";
  return (
    <div className="wall-deeds">
      <Button size="small" icon="ear" aria-pressed={here?.how === "listening"} onClick={() => press("listening")}>
        {own.listen}
      </Button>
      <Button
        size="small"
        icon="mic"
        aria-pressed={here?.how === "whispering"}
        disabled={!hasAgent}
        onClick={() => press("whispering")}
      >
        {own.whisper}
      </Button>
      <Button size="small" icon="forward" onClick={() => onTake(call)}>
        {own.take}
      </Button>
    </div>
  );
}

import { useSession } from "../app/session";
import { Button } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { useWords } from "../words/words";
import { MicrophoneNotice } from "./MicrophoneNotice";
import { usePhone, usePhoneState } from "./PhoneProvider";

/** How the sound of a call is, where it is not simply there. */
export function SoundNotice({ callId }: { callId: string }) {
  const words = useWords();
  const { me } = useSession();
  const phone = usePhone();
  const state = usePhoneState((all) => all.legs[callId]?.state);
  const isBlocked = usePhoneState((all) => all.isBlocked);
  if (me.phone) return <p className="softphone-state quiet small">{words.phone.sip}</p>;
  const isBad = state === undefined || state === "failed";
  return (
    <div className="column" role="status">
      {state !== "up" && (
        <p className={isBad ? "notice bad" : "notice warn"}>
          <Icon name="alert" />
          <span className="grows">{words.phone.states[state ?? "failed"]}</span>
          {isBad && (
            <Button
              size="small"
              onClick={() => {
                phone.leave(callId);
                phone.join(callId, { isOpen: true }).catch((error: unknown) => console.info("no sound:", error));
              }}
            >
              {words.phone.reconnect}
            </Button>
          )}
        </p>
      )}
      {isBlocked && (
        <p className="notice warn">
          <Icon name="alert" />
          <span className="grows">{words.phone.blocked}</span>
          <Button size="small" onClick={() => phone.play()}>
            {words.phone.hear}
          </Button>
        </p>
      )}
      <MicrophoneNotice />
    </div>
  );
}

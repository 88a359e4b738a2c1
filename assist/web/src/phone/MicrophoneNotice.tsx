import { Button } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { useWords } from "../words/words";
import { usePhone, usePhoneState } from "./PhoneProvider";

/** Why there is no microphone, and the way out; nothing while there is one or none was asked for. */
export function MicrophoneNotice() {
  const words = useWords();
  const phone = usePhone();
  const microphone = usePhoneState((state) => state.microphone);
  if (microphone === "open" || microphone === "closed") return null;
  return (
    <p className="notice warn" role="status">
      <Icon name="micOff" />
      <span className="grows">{words.phone.problems[microphone]}</span>
      <Button size="small" onClick={() => void phone.anotherMicrophone()}>
        {words.phone.tryAgain}
      </Button>
    </p>
  );
}

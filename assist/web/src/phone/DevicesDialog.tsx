import { useState } from "react";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { useWords } from "../words/words";
import { Level } from "./Level";
import { MicrophoneNotice } from "./MicrophoneNotice";
import { usePhone, usePhoneState } from "./PhoneProvider";
import { chosenDevice } from "./microphone";

export function DevicesDialog({ onClose }: { onClose(): void }) {
  const words = useWords();
  const devices = usePhoneState((state) => state.devices);
  return (
    <Dialog title={words.phone.devices} onClose={onClose}>
      <div className="column">
        <MicrophoneNotice />
        <Choice kind="microphone" label={words.phone.microphone} devices={devices.microphones} />
        <div className="row">
          <span className="quiet small">{words.phone.level}</span>
          <Level isMuted={false} />
        </div>
        <Choice kind="speaker" label={words.phone.speaker} devices={devices.speakers} />
        <div className="dialog-foot">
          <Button kind="main" onClick={onClose}>
            {words.common.close}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  kind: "microphone" | "speaker";
  label: string;
  devices: MediaDeviceInfo[];
}

function Choice({ kind, label, devices }: ChoiceProps) {
  const words = useWords();
  const phone = usePhone();
  const [chosen, setChosen] = useState(() => chosenDevice(kind));
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={devices.some((device) => device.deviceId === chosen) ? chosen : ""}
          onChange={(event) => {
            setChosen(event.target.value);
            void phone.choose(kind, event.target.value);
          }}
        >
          <option value="">{words.phone.usual}</option>
          {devices.map((device, place) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || words.phone.unnamed(place + 1)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

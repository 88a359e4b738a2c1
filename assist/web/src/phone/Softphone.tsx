// What an agent does with a call: mute, hold, keys, colleagues, transfer, pages, the end.

import { useState } from "react";
import { deed } from "../api";
import { useShortcuts } from "../app/shortcuts";
import { useSession } from "../app/session";
import type { CallState } from "../call/state";
import { Button } from "../parts/Button";
import { useToasts } from "../parts/toasts";
import type { CallRow } from "../types";
import { useWords } from "../words/words";
import { DevicesDialog } from "./DevicesDialog";
import { Keypad } from "./Keypad";
import { Level } from "./Level";
import { usePhone, usePhoneState } from "./PhoneProvider";
import { ShowDialog } from "./ShowDialog";
import { SoundNotice } from "./SoundNotice";
import { TransferDialog } from "./TransferDialog";
import "./phone.css";

type Open = "keypad" | "transfer" | "show" | "devices" | null;

export function Softphone({ row, call, isChat }: { row: CallRow; call: CallState; isChat: boolean }) {
  const words = useWords();
  const { me } = useSession();
  const phone = usePhone();
  const leg = usePhoneState((state) => state.legs[row.call_id]);
  const { trying } = useToasts();
  const [open, setOpen] = useState<Open>(null);
  const isHeld = row.phase === "held";
  const isConsulting = row.phase === "consulting";
  const isGuest = row.consulted === me.name; // asked by a colleague: the call is not theirs to pass on
  const isThere = Boolean(row.consulted);
  const isMuted = leg?.isMuted ?? false;
  const door = row.door || call.door;
  const canShow = door === "webrtc" || door === "chat";
  const act = (what: string, body?: object) => void trying(() => deed(row.call_id, what, body));
  const close = () => setOpen(null);

  /** Here and at once: silence goes over the line. A telephone has a key of its own for that. */
  function mute() {
    if (leg) phone.mute(row.call_id, !leg.isMuted);
  }
  const hold = () => act(isHeld ? "resume" : "hold");
  const hangUp = () => act("hang_up");
  useShortcuts({
    ...(isChat ? {} : { "Alt+KeyM": mute, "Alt+KeyK": () => setOpen(open === "keypad" ? null : "keypad") }),
    ...(isChat || isGuest || isConsulting ? {} : { "Alt+KeyH": hold }),
    ...(isGuest ? {} : { "Alt+KeyT": () => setOpen("transfer") }),
    "Alt+KeyE": hangUp,
  });

  return (
    <div className="softphone" role="group" aria-label={words.phone.bar}>
      {!isChat && <SoundNotice callId={row.call_id} />}
      {open === "keypad" && <Keypad callId={row.call_id} />}
      <div className="softphone-bar">
        {!isChat && (
          <>
            {leg && (
              <Button icon={isMuted ? "micOff" : "mic"} aria-pressed={isMuted} onClick={mute}>
                {words.phone.mute}
              </Button>
            )}
            {!isGuest && (
              <Button icon={isHeld ? "play" : "pause"} aria-pressed={isHeld} onClick={hold} disabled={isConsulting}>
                {words.phone.hold}
              </Button>
            )}
            <Button
              icon="keypad"
              aria-expanded={open === "keypad"}
              onClick={() => setOpen(open === "keypad" ? null : "keypad")}
            >
              {words.phone.keypad}
            </Button>
          </>
        )}
        {!isGuest && (
          <>
            {isConsulting && (
              <>
                {isThere && (
                  <Button kind="main" icon="people" onClick={() => act("conference")}>
                    {words.phone.conference}
                  </Button>
                )}
                {isThere && (
                  <Button icon="forward" onClick={() => act("transfer", { how: "warm" })}>
                    {words.phone.handOver}
                  </Button>
                )}
                <Button onClick={() => act("end_consult")}>{words.phone.endConsult}</Button>
              </>
            )}
            {!isConsulting && isThere && (
              <Button icon="forward" onClick={() => act("transfer", { how: "warm" })}>
                {words.phone.handOver}
              </Button>
            )}
            {!isConsulting && (
              <>
                <Button icon="forward" aria-haspopup="dialog" onClick={() => setOpen("transfer")}>
                  {words.phone.transfer}
                </Button>
                <Button
                  icon="page"
                  aria-haspopup="dialog"
                  onClick={() => setOpen("show")}
                  disabled={!canShow}
                  title={canShow ? undefined : words.show.onlyBrowser}
                >
                  {words.phone.show}
                </Button>
              </>
            )}
          </>
        )}
        <span className="grows" />
        {!isChat && leg && (
          <>
            <Level isMuted={isMuted} />
            <Button kind="plain" icon="gear" label={words.phone.devices} onClick={() => setOpen("devices")} />
          </>
        )}
        <Button kind="bad" icon="hangUp" onClick={hangUp}>
          {words.phone.hangUp}
        </Button>
      </div>
      {open === "transfer" && <TransferDialog row={row} isChat={isChat} onClose={close} />}
      {open === "show" && <ShowDialog callId={row.call_id} onClose={close} />}
      {open === "devices" && <DevicesDialog onClose={close} />}
    </div>
  );
}

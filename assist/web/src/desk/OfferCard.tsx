import { useEffect, useId, useRef, useState } from "react";
import type { RingingOffer } from "../app/desk_store";
import { useShortcuts } from "../app/shortcuts";
import { useSession } from "../app/session";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { clockOf, useNow } from "../parts/Clock";
import { Icon } from "../parts/Icon";
import { usePhoneState } from "../phone/PhoneProvider";
import { useWords } from "../words/words";
import { shownNumber } from "./numbers";

interface OfferCardProps {
  offer: RingingOffer;
  isFirst: boolean;
  ringsHere: boolean;
  onAccept(): Promise<void>;
  onRefuse(): void;
  onOver(): void;
}

const GONE_AFTER_MS = 3_000; // the service says when it is over; without its word it is over then

export function OfferCard({ offer, isFirst, ringsHere, onAccept, onRefuse, onOver }: OfferCardProps) {
  const words = useWords();
  const { config } = useSession();
  const microphone = usePhoneState((state) => state.microphone);
  const [isAccepting, setAccepting] = useState(false);
  const accept = useRef<HTMLButtonElement>(null);
  const id = useId();
  const now = useNow(500);
  const leftMs = offer.ends_at - now;
  const isTelephone = !offer.is_chat && !ringsHere;
  const hasNoMicrophone = ringsHere && microphone !== "open" && microphone !== "closed";

  async function take() {
    setAccepting(true);
    await onAccept();
    setAccepting(false);
  }
  useShortcuts(isFirst ? { "Alt+KeyA": () => isTelephone || void take(), "Alt+KeyD": onRefuse } : {});

  useEffect(() => {
    const focused = document.activeElement;
    const writes = focused instanceof HTMLElement && focused.matches("input, textarea, select, dialog *");
    if (!writes) accept.current?.focus();
  }, []);
  const isOver = leftMs < -GONE_AFTER_MS;
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver, onOver]);

  const share = Math.max(0, Math.min(1, leftMs / 1000 / (config.ring_s || 20)));
  const queue = config.queues.find((one) => one.skill === offer.skill)?.title ?? offer.skill;
  return (
    <section className="offer" role="alertdialog" aria-labelledby={`${id}-who`} aria-describedby={`${id}-why`}>
      <div className="offer-head">
        <span className="offer-icon" aria-hidden="true">
          <Icon name={offer.is_chat ? "chat" : "phone"} size={22} />
        </span>
        <div className="grows">
          <p className="small quiet">{offer.is_consultation ? words.desk.ring.consultation : words.desk.ring[offer.is_chat ? "chat" : "call"]}</p>
          <h2 id={`${id}-who`}>
            {shownNumber(offer.caller) || words.desk.head.unknownCaller}
            {offer.customer && shownNumber(offer.customer) !== shownNumber(offer.caller) && (
              <span className="offer-name">{shownNumber(offer.customer)}</span>
            )}
          </h2>
        </div>
        <span className="offer-left" role="timer">
          {words.desk.ring.left(Math.max(0, Math.ceil(leftMs / 1000)))}
        </span>
      </div>
      <div className="offer-time" aria-hidden="true">
        <span style={{ transform: `scaleX(${share})` }} />
      </div>
      <div id={`${id}-why`} className="column">
        <p className="row wraps">
          {queue && <Badge tone="accent">{queue}</Badge>}
          {offer.reason && <Badge>{words.desk.reasons[offer.reason] ?? offer.reason}</Badge>}
          <Badge icon="clock">{words.desk.ring.waited(clockOf(offer.wait_s))}</Badge>
        </p>
        {offer.summary && <p className="offer-summary">{offer.summary}</p>}
        {isTelephone && <p className="notice">{words.desk.ring.pickUp}</p>}
        {hasNoMicrophone && (
          <p className="notice warn">
            <Icon name="micOff" />
            {words.desk.ring.noMicrophone}
          </p>
        )}
      </div>
      <div className="offer-deeds">
        <Button size="large" onClick={onRefuse} disabled={isAccepting}>
          {words.desk.ring.refuse} <span className="key">Alt D</span>
        </Button>
        {!isTelephone && (
          <Button ref={accept} kind="good" size="large" icon="phone" onClick={() => void take()} disabled={isAccepting}>
            {isAccepting ? words.desk.ring.accepting : words.desk.ring.accept} <span className="key">Alt A</span>
          </Button>
        )}
      </div>
    </section>
  );
}

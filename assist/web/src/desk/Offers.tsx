// What rings: over every page, and without taking the focus from somebody who writes.

import { useEffect } from "react";
import { ApiError, deed } from "../api";
import type { RingingOffer } from "../app/desk_store";
import { go, hrefOf } from "../app/route";
import { useDesk, useSession } from "../app/session";
import { useToasts } from "../parts/toasts";
import { ringsHere, usePhone } from "../phone/PhoneProvider";
import { useWords } from "../words/words";
import { shownNumber } from "./numbers";
import { OfferCard } from "./OfferCard";
import { blinkTitle, ring } from "./ring_sound";
import { popScreen } from "./screen_pop";

export function Offers() {
  const words = useWords();
  const { me, config, desk } = useSession();
  const offers = useDesk((state) => state.offers);
  const phone = usePhone();
  const { tell, trying } = useToasts();
  const caller = offers[0] && (shownNumber(offers[0].caller) || words.desk.head.unknownCaller);

  useEffect(() => {
    if (!caller) return;
    const hush = ring();
    const calm = blinkTitle(words.desk.ring.title(caller));
    return () => {
      hush();
      calm();
    };
  }, [caller, words]);

  async function accept(offer: RingingOffer) {
    desk.taking(offer.call_id);
    try {
      // its sound has been on the way since it rings: mostly there is nothing to wait for
      const leg = ringsHere(offer, me.phone) ? await phone.join(offer.call_id) : null;
      await deed(offer.call_id, "accept");
      leg?.mute(false);
      if (leg) phone.mute(offer.call_id, false);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) return void (await trying(() => Promise.reject(error)));
      tell(words.desk.ring.late);
      desk.offerAnswered(offer.call_id);
      return;
    }
    desk.accepted(offer);
    popScreen(config.screen_pop_url, offer.caller, offer.call_id);
    go(hrefOf("desk"));
  }

  async function refuse(offer: RingingOffer) {
    desk.offerAnswered(offer.call_id);
    await trying(() => deed(offer.call_id, "refuse"));
  }

  if (offers.length === 0) return null;
  return (
    <div className="offers">
      {offers.map((offer, place) => (
        <OfferCard
          key={offer.call_id}
          offer={offer}
          isFirst={place === 0}
          ringsHere={ringsHere(offer, me.phone)}
          onAccept={() => accept(offer)}
          onRefuse={() => void refuse(offer)}
          onOver={() => desk.offerAnswered(offer.call_id)}
        />
      ))}
    </div>
  );
}

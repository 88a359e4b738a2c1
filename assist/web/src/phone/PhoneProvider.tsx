// The softphone in step with the desk: a leg for each call that rings or goes on here, and none for any other.

import { type ReactNode, createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useDesk, useSession } from "../app/session";
import type { CallRow, Offer } from "../types";
import { Phone, type PhoneState } from "./phone";

const Ours = createContext<Phone | null>(null);
const LOOK_MS = 5_000;
const SLEPT_MS = 15_000;

/** Whether it rings in this browser, and not at the person's telephone. */
export function ringsHere(offer: Offer, phone: string): boolean {
  return !offer.is_chat && (offer.how ? offer.how === "panel" : !phone);
}

export function isVoice(call: CallRow): boolean {
  return call.door !== "chat";
}

export function PhoneProvider({ children }: { children: ReactNode }) {
  const { desk, me } = useSession();
  const [phone] = useState(() => new Phone());
  const offers = useDesk((state) => state.offers);
  const mine = useDesk((state) => state.mine);
  const isKnown = useDesk((state) => state.isKnown);
  const ours = useRef(new Set<string>());

  useEffect(() => {
    if (!isKnown) return;
    const ringing = offers.filter((offer) => ringsHere(offer, me.phone)).map((offer) => offer.call_id);
    const going = mine.filter((call) => isVoice(call) && call.phase !== "wrapping").map((call) => call.call_id);
    for (const callId of ringing) {
      if (!phone.isIn(callId)) phone.join(callId).catch((error: unknown) => console.info("no sound yet:", error));
    }
    for (const callId of going) {
      // the page was loaded anew in the middle of a call
      if (!me.phone && !phone.isIn(callId)) phone.join(callId, { isOpen: true }).catch(() => undefined);
    }
    // a call that a supervisor listens to is none of these: it is left by whoever joined it
    const wanted = new Set([...ringing, ...going]);
    for (const callId of ours.current) if (!wanted.has(callId)) phone.leave(callId);
    ours.current = wanted;
  }, [phone, offers, mine, isKnown, me.phone]);

  useEffect(() => desk.onLeg(({ call_id, state }) => state === "lost" && phone.mend(call_id)), [desk, phone]);

  useEffect(() => {
    let lookedAt = Date.now();
    const timer = setInterval(() => {
      if (Date.now() - lookedAt > LOOK_MS + SLEPT_MS) phone.mend();
      lookedAt = Date.now();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [phone]);
  useEffect(() => () => phone.leaveAll(), [phone]);

  return <Ours value={phone}>{children}</Ours>;
}

export function usePhone(): Phone {
  const phone = useContext(Ours);
  if (!phone) throw new Error("usePhone is for what stands inside of PhoneProvider");
  return phone;
}

export function usePhoneState<T>(pick: (state: PhoneState) => T): T {
  const phone = usePhone();
  return useSyncExternalStore(phone.subscribe, () => pick(phone.state));
}

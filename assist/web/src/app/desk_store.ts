// What the panel knows of the desk: the service's snapshots, the offers that ring, and the log of each followed call.

import { useSyncExternalStore } from "react";
import { type CallState, newCall, reduce } from "../call/reduce";
import { Live, type LiveListener, type LineState } from "../live";
import type { AgentRow, AgentState, CallRow, DeskMessage, LiveMessage, LogEvent, Offer, QueueRow } from "../types";
import { isOf, justAccepted, ownCalls, writtenUp } from "./own_calls";
import { beganAt, endsAt } from "./times";

export interface RingingOffer extends Offer {
  ends_at: number;
}

export interface DeskState {
  line: LineState;
  /** False until the service has told how things stand. */
  isKnown: boolean;
  me: { state: AgentState; since: number };
  /** When `agents` and `queues` came: their seconds count from then. */
  at: number;
  agents: AgentRow[];
  queues: QueueRow[];
  /** Those that the service shows: a supervisor sees all, an agent their own. */
  calls: CallRow[];
  /** This person's own, those that are over and not yet written up among them. */
  mine: CallRow[];
  /** Which of them is looked at; empty for the first. */
  chosen: string;
  offers: RingingOffer[];
  logs: Readonly<Record<string, CallState>>;
}

export type LegNews = { call_id: string; leg: string; state: "up" | "lost" };

const NOBODY: DeskState = {
  line: "connecting",
  isKnown: false,
  me: { state: "away", since: 0 },
  at: 0,
  agents: [],
  queues: [],
  calls: [],
  mine: [],
  chosen: "",
  offers: [],
  logs: {},
};
const OFFERS_AGAIN_MS = 2_000; // after a new line the service tells anew what still rings

export class DeskStore implements LiveListener {
  #state = NOBODY;
  #listeners = new Set<() => void>();
  #legs = new Set<(news: LegNews) => void>();
  #unreached = new Set<(to: string, reason: string) => void>();
  #live: Live;
  #wanted = new Map<string, number>(); // by pages that look at a call: how many
  #stale = new Set<string>();
  #acceptedAt = new Map<string, number>();
  #taking = new Set<string>();

  constructor(
    address: string,
    private readonly name: string,
  ) {
    this.#live = new Live(address, this);
  }

  open(): void {
    this.#live.open();
  }

  close(): void {
    this.#live.close();
  }

  get state(): DeskState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  onLeg(listener: (news: LegNews) => void): () => void {
    this.#legs.add(listener);
    return () => this.#legs.delete(listener);
  }

  /** Whoever was to be asked, or to have a call, does not come. */
  onNotReached(listener: (to: string, reason: string) => void): () => void {
    this.#unreached.add(listener);
    return () => this.#unreached.delete(listener);
  }

  /** A page wants this call's events as long as it does not call what comes back. */
  watch(callId: string): () => void {
    this.#wanted.set(callId, (this.#wanted.get(callId) ?? 0) + 1);
    this.#follow(callId);
    return () => {
      const left = (this.#wanted.get(callId) ?? 1) - 1;
      if (left > 0) this.#wanted.set(callId, left);
      else this.#wanted.delete(callId);
      this.#forgetOthers();
    };
  }

  /** It is being accepted here: that it rings no more is told before the answer, and its sound goes on. */
  taking(callId: string): void {
    this.#taking.add(callId);
  }

  offerAnswered(callId: string): void {
    this.#taking.delete(callId);
    this.#change({ offers: this.#state.offers.filter((offer) => offer.call_id !== callId) });
    this.#forgetOthers();
  }

  /** The service has granted an offered call: shown as this person's own before the service's list comes. */
  accepted(offer: Offer): void {
    this.#acceptedAt.set(offer.call_id, Date.now());
    const others = this.#state.mine.filter((call) => call.call_id !== offer.call_id);
    this.#change({ mine: [...others, justAccepted(offer, this.name)], chosen: offer.call_id });
    this.offerAnswered(offer.call_id);
    this.#follow(offer.call_id);
  }

  choose(callId: string): void {
    this.#change({ chosen: callId });
  }

  /** A call of this person's is written up. */
  finished(callId: string): void {
    this.#acceptedAt.delete(callId);
    this.#change({ mine: this.#state.mine.filter((call) => call.call_id !== callId) });
    this.#forgetOthers();
  }

  // ---- what the line tells

  line(state: LineState): void {
    if (state === "open") {
      this.#stale = new Set(this.#state.offers.map((offer) => offer.call_id));
      if (this.#stale.size) setTimeout(() => this.#dropStale(), OFFERS_AGAIN_MS);
    }
    this.#change({ line: state });
  }

  message(message: Exclude<LiveMessage, { type: "event" } | { type: "pong" }>): void {
    switch (message.type) {
      case "desk":
        return this.#desk(message);
      case "offer":
        return this.#offer(message);
      case "offer_gone":
        if (message.reason === "accepted" && this.#taking.has(message.call_id)) return;
        return this.offerAnswered(message.call_id);
      case "not_reached":
        for (const listener of [...this.#unreached]) listener(message.to, message.reason);
        return;
      case "leg":
        for (const listener of [...this.#legs]) listener(message);
    }
  }

  event(event: LogEvent): void {
    const before = this.#state.logs[event.call_id] ?? newCall(event.call_id);
    const after = reduce(before, event);
    if (after !== before) this.#change({ logs: { ...this.#state.logs, [event.call_id]: after } });
  }

  // ----

  #desk(message: DeskMessage): void {
    const now = Date.now();
    const mine = message.calls.filter((call) => isOf(this.name, call));
    if (message.wraps && !this.#state.isKnown && !mine.some((call) => call.call_id === message.wraps)) {
      mine.push(writtenUp(message.wraps)); // the page was loaded anew meanwhile
    }
    const known = new Set(this.#state.mine.map((call) => call.call_id));
    const { me } = this.#state;
    const since = beganAt(message.me.since_s, now);
    // the same state: its clock does not jump by what the message took on its way
    const isSame = this.#state.isKnown && me.state === message.me.state && Math.abs(me.since - since) < 2_000;
    this.#change({
      isKnown: true,
      me: isSame ? me : { state: message.me.state, since },
      at: now,
      agents: message.agents,
      queues: message.queues,
      calls: message.calls,
      mine: ownCalls(this.#state.mine, mine, this.#acceptedAt, now),
    });
    for (const { call_id: callId } of mine) {
      // asked for while it rang, it may not have been granted
      if (!known.has(callId) && !this.#state.logs[callId]) this.#live.followAgain(callId);
      else this.#follow(callId);
    }
    this.#forgetOthers();
  }

  #offer(message: Offer): void {
    this.#stale.delete(message.call_id);
    const others = this.#state.offers.filter((offer) => offer.call_id !== message.call_id);
    this.#change({ offers: [...others, { ...message, ends_at: endsAt(message.until_s, Date.now()) }] });
    this.#follow(message.call_id);
  }

  #dropStale(): void {
    if (this.#stale.size === 0) return;
    this.#change({ offers: this.#state.offers.filter((offer) => !this.#stale.has(offer.call_id)) });
    this.#stale.clear();
  }

  #follow(callId: string): void {
    this.#live.follow(callId, this.#state.logs[callId]?.next_seq ?? 0);
  }

  /** A call that is nobody's here any more is let go, or a shift of eight hours would fill the memory. */
  #forgetOthers(): void {
    const kept = new Set(this.#wanted.keys());
    for (const call of this.#state.mine) kept.add(call.call_id);
    for (const offer of this.#state.offers) kept.add(offer.call_id);
    for (const callId of this.#live.followed) if (!kept.has(callId)) this.#live.unfollow(callId);
    if (Object.keys(this.#state.logs).every((callId) => kept.has(callId))) return;
    const entries = Object.entries(this.#state.logs).filter(([callId]) => kept.has(callId));
    this.#change({ logs: Object.fromEntries(entries) });
  }

  #change(part: Partial<DeskState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A part of the state; `pick` gives the same object as long as nothing of it has changed. */
export function useStored<T>(store: DeskStore, pick: (state: DeskState) => T): T {
  return useSyncExternalStore(store.subscribe, () => pick(store.state));
}

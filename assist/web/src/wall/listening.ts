// A supervisor beside a call: heard by nobody, or by the agent alone, or in the agent's place. One call at a time.

import { useEffect, useRef, useState } from "react";
import { deed } from "../api";
import { go, hrefOf } from "../app/route";
import { useToasts } from "../parts/toasts";
import { usePhone } from "../phone/PhoneProvider";
import type { CallRow } from "../types";

export type How = "listening" | "whispering";

export interface Beside {
  callId: string;
  how: How;
  isConnecting: boolean;
}

export interface Listening {
  beside: Beside | null;
  start(callId: string, how: How): Promise<void>;
  takeOver(callId: string): Promise<void>;
  stop(): void;
}

/** Whoever leaves the page stops listening. A call that is over is left by itself. */
export function useListening(calls: readonly CallRow[]): Listening {
  const phone = usePhone();
  const { trying } = useToasts();
  const [beside, setBeside] = useState<Beside | null>(null);
  const now = useRef<Beside | null>(null);

  function change(next: Beside | null): void {
    now.current = next;
    setBeside(next);
  }

  function stop(): void {
    const before = now.current;
    if (!before) return;
    change(null);
    phone.leave(before.callId);
    // a call that is over has been left already
    deed(before.callId, "listen", { how: "stopped" }).catch(() => undefined);
  }

  async function sit(callId: string, how: How): Promise<boolean> {
    if (now.current && now.current.callId !== callId) stop();
    change({ callId, how, isConnecting: true });
    const done = await trying(async () => {
      await phone.join(callId);
      return true;
    });
    if (!done && now.current?.callId === callId) change(null);
    return done === true && now.current?.callId === callId;
  }

  async function start(callId: string, how: How): Promise<void> {
    if (!(await sit(callId, how))) return;
    const done = await trying(async () => {
      await deed(callId, "listen", { how });
      return true;
    });
    if (!done) return stop();
    phone.mute(callId, how === "listening");
    change({ callId, how, isConnecting: false });
  }

  async function takeOver(callId: string): Promise<void> {
    if (!(await sit(callId, now.current?.how ?? "listening"))) return;
    const done = await trying(async () => {
      await deed(callId, "listen", { how: "taking_over" });
      return true;
    });
    if (!done) return stop();
    phone.mute(callId, false);
    change(null); // it is this person's own call from here on, and the phone's to leave
    go(hrefOf("desk"));
  }

  const isGone = beside !== null && !calls.some((call) => call.call_id === beside.callId);
  const wasThere = useRef(false);
  useEffect(() => {
    if (!isGone) wasThere.current = beside !== null;
    else if (wasThere.current) {
      phone.leave(beside.callId);
      change(null);
    }
  }, [isGone, beside, phone]);
  useEffect(() => stop, []);

  return { beside, start, takeOver, stop };
}

// Who is logged in. Everything below `Session` has somebody; without one there is the login page.

import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, get, keepCsrf, onSignedOut, post } from "../api";
import { liveAddress } from "../live";
import type { Config, Me, Role } from "../types";
import { useLanguage } from "../words/words";
import { DeskStore, type DeskState, useStored } from "./desk_store";
import { Login, type Ways } from "./Login";

interface Signed {
  me: Me;
  config: Config;
  desk: DeskStore;
  logOut(): Promise<void>;
}

const SignedIn = createContext<Signed | null>(null);
const AGAIN_MS = 3_000;
const ROLES_OF_THE_DESK: readonly Role[] = ["agent", "supervisor", "reviewer", "admin"];

export function Session({ children }: { children: ReactNode }) {
  const { words, suggest } = useLanguage();
  const [known, setKnown] = useState<{ me: Me; config: Config } | "asking" | "nobody" | "ended" | "unreachable">("asking");

  const speak = useRef(suggest);

  const enter = useCallback(async () => {
    try {
      // a stranger is told so without a request that fails
      const ways = await get<Ways>("/api/desk/login/ways").catch(() => null);
      if (ways?.signed_in === false) return setKnown("nobody");
      const me = await get<Me>("/api/desk/me");
      keepCsrf(me.csrf);
      speak.current(me.language);
      setKnown({ me, config: await get<Config>("/api/desk/config") });
    } catch (error) {
      setKnown(error instanceof ApiError && error.status === 401 ? "nobody" : "unreachable");
    }
  }, []);

  useEffect(() => {
    onSignedOut(() => setKnown((before) => (typeof before === "object" ? "ended" : before)));
    void enter();
  }, [enter]);
  useEffect(() => {
    if (known !== "unreachable") return;
    const timer = setTimeout(() => void enter(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [known, enter]);

  if (known === "asking") return <p className="opening">{words.common.opening}</p>;
  if (known === "unreachable") return <p className="waiting-page" role="status">{words.errors.unreachable}</p>;
  if (known === "nobody" || known === "ended") return <Login hasEnded={known === "ended"} onEnter={enter} />;
  return (
    <Desk me={known.me} config={known.config} onEnd={() => setKnown("ended")} onOut={() => setKnown("nobody")}>
      {children}
    </Desk>
  );
}

interface DeskProps {
  me: Me;
  config: Config;
  onEnd(): void;
  onOut(): void;
  children: ReactNode;
}

function Desk({ me, config, onEnd, onOut, children }: DeskProps) {
  const [desk] = useState(() => new DeskStore(liveAddress("/api/desk/live"), me.name));
  useEffect(() => {
    if (!ROLES_OF_THE_DESK.includes(me.role)) return;
    desk.open();
    return () => desk.close();
  }, [desk, me.role]);
  const line = useStored(desk, (state) => state.line);
  useEffect(() => {
    if (line === "signed_out") onEnd();
  }, [line, onEnd]);
  const signed = useMemo(
    () => ({
      me,
      config,
      desk,
      async logOut() {
        await post("/api/desk/logout").catch(() => undefined); // a session that is over already is over
        onOut();
      },
    }),
    [me, config, desk, onOut],
  );
  return <SignedIn value={signed}>{children}</SignedIn>;
}

export function useSession(): Signed {
  const signed = useContext(SignedIn);
  if (!signed) throw new Error("useSession is for what stands inside of Session");
  return signed;
}

/** A part of what the panel knows of the desk: `useDesk((state) => state.queues)`. */
export function useDesk<T>(pick: (state: DeskState) => T): T {
  return useStored(useSession().desk, pick);
}

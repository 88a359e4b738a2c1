// One call that is over: heard, read along, with its note beside it.

import { useCallback, useEffect, useMemo, useState } from "react";
import { ApiError, get, sentenceOf } from "../api";
import { shownNumber } from "../desk/numbers";
import { Badge } from "../parts/Badge";
import { Icon } from "../parts/Icon";
import type { LogEvent } from "../types";
import { useLanguage, useOwnWords } from "../words/words";
import { Happenings, type Note, NoteCard } from "./Beside";
import { Controls } from "./Controls";
import { Script } from "./Script";
import { Wave } from "./Wave";
import { usePlayer, usePlayerKeys } from "./player";
import { type Peaks, customerOf } from "./recorded";
import { TYPES_READ, lineAt, playedOf } from "./transcript";
import { en, ko } from "./words";

interface Whole {
  call_id: string;
  started_at: string;
  direction: string | null;
  door: string | null;
  caller: string | null;
  callee: string | null;
  ended_at: string | null;
  duration_ms: number | null;
  recording: { removed_at: string | null } | null;
}

interface Loaded {
  call: Whole;
  events: LogEvent[];
  note: Note | null;
}

const MOST_PAGES = 20;

async function eventsOf(path: string): Promise<LogEvent[]> {
  const all: LogEvent[] = [];
  for (let start: number | null = 0, page = 0; start !== null && page < MOST_PAGES; page += 1) {
    const told: { events: LogEvent[]; next: number | null } = await get(
      `${path}/events?types=${TYPES_READ.join(",")}&start=${start}`,
    );
    all.push(...told.events);
    start = told.events.length ? told.next : null;
  }
  return all;
}

async function load(callId: string): Promise<Loaded> {
  const path = `/api/calls/${encodeURIComponent(callId)}`;
  const [call, events] = await Promise.all([get<Whole>(path), eventsOf(path)]);
  const hasNote = events.some((event) => event.type === "wrapped_up");
  return { call, events, note: hasNote ? await get<Note>(`${path}/wrapup`) : null };
}

interface OneCallProps {
  callId: string;
  /** Where to begin: what a search has found. */
  from_ms: number;
  nameOf(name: string): string;
}

export function OneCall({ callId, from_ms, nameOf }: OneCallProps) {
  const { words, language } = useLanguage();
  const own = useOwnWords({ ko, en });
  const [loaded, setLoaded] = useState<Loaded | string | null>(null);
  useEffect(() => {
    let isHere = true;
    load(callId)
      .then((told) => isHere && setLoaded(told))
      .catch((error: unknown) => isHere && setLoaded(sentenceOf(error, words)));
    return () => {
      isHere = false;
    };
  }, [callId, words]);

  if (loaded === null) return <p className="waiting-page">{words.common.loading}</p>;
  if (typeof loaded === "string") return <p className="waiting-page" role="alert">{loaded}</p>;
  const { call } = loaded;
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <article className="one-call">
      <header className="one-head">
        <Icon name={call.door === "chat" ? "chat" : "phone"} size={20} />
        <h2>{shownNumber(customerOf(call)) || words.common.unknown}</h2>
        {call.direction === "out" && <Badge>{own.outgoing}</Badge>}
        <span className="quiet">{moment.format(new Date(call.started_at))}</span>
      </header>
      <Heard loaded={loaded} from_ms={from_ms} nameOf={nameOf} />
    </article>
  );
}

const SEALED_WITHIN_MS = 60_000; // of the call's end, as far as the store has heard

/** Whether there may be a recording: for one that is not there nobody is asked. */
function mayHaveSound(call: Whole): boolean {
  if (call.door === "chat") return false;
  if (call.recording) return call.recording.removed_at === null;
  return !call.ended_at || Date.now() - Date.parse(call.ended_at) < SEALED_WITHIN_MS;
}

type Sound = Peaks | "loading" | "missing" | "soon" | "broken";

function useSound(callId: string, mayBe: boolean): Sound {
  const [sound, setSound] = useState<Sound>(mayBe ? "loading" : "missing");
  useEffect(() => {
    if (!mayBe) return;
    let isHere = true;
    get<Peaks>(`/api/desk/recorded/${encodeURIComponent(callId)}/peaks?bins=2000`)
      .then((peaks) => isHere && setSound(peaks))
      .catch((error: unknown) => {
        const status = error instanceof ApiError ? error.status : 0;
        if (isHere) setSound(status === 404 ? "missing" : status === 409 ? "soon" : "broken");
      });
    return () => {
      isHere = false;
    };
  }, [callId, mayBe]);
  return sound;
}

function Heard({ loaded, from_ms, nameOf }: { loaded: Loaded } & Omit<OneCallProps, "callId">) {
  const own = useOwnWords({ ko, en });
  const { call, events, note } = loaded;
  const played = useMemo(() => playedOf(events), [events]);
  const sound = useSound(call.call_id, useMemo(() => mayHaveSound(call), [call]));
  const peaks = typeof sound === "object" ? sound : null;
  const duration_ms = peaks?.duration_ms || call.duration_ms || 0;
  const player = usePlayer(duration_ms);
  usePlayerKeys(player);
  const { seek } = player;
  const hasSound = peaks !== null;
  useEffect(() => {
    if (hasSound && from_ms > 0) seek(from_ms);
  }, [hasSound, from_ms, seek]);
  const jump = useCallback((at_ms: number) => seek(at_ms, true), [seek]);
  const marks = useMemo(() => played.happenings.filter((one) => one.isAlert).map((one) => one.at_ms), [played]);
  const hasPlayed = player.at_ms > 0 || player.isPlaying;
  const path = `/api/calls/${encodeURIComponent(call.call_id)}/recording?beeped=true`;

  return (
    <>
      {call.door !== "chat" && (
        <section className="player" aria-label={own.player.label}>
          {peaks && <audio ref={player.hold} src={path} preload="auto" />}
          {peaks && !player.isBroken ? (
            <>
              <div className="wave-frame">
                <span className="wave-side">{own.player.caller}</span>
                <Wave peaks={peaks} duration_ms={duration_ms} at_ms={player.at_ms} marks={marks} onSeek={seek} />
                <span className="wave-side is-other">{own.player.other}</span>
              </div>
              <Controls player={player} duration_ms={duration_ms} />
            </>
          ) : (
            <p className={sound === "broken" || player.isBroken ? "notice bad" : "notice"} role="status">
              {own.player[typeof sound === "object" ? "broken" : sound]}
            </p>
          )}
        </section>
      )}
      <div className="one-body">
        <Script lines={played.lines} current={hasPlayed ? lineAt(played.lines, player.at_ms + 50) : -1} onJump={jump} />
        <div className="one-side">
          <NoteCard note={note} nameOf={nameOf} />
          <Happenings happenings={played.happenings} nameOf={nameOf} onJump={jump} />
        </div>
      </div>
    </>
  );
}

// Recorded calls: found on the left, heard and read on the right.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get, sentenceOf } from "../api";
import { useDesk } from "../app/session";
import { useOwnWords, useWords } from "../words/words";
import { CallList } from "./CallList";
import { Finder } from "./Finder";
import { OneCall } from "./OneCall";
import { type Filters, MOST_ROWS, NO_FILTERS, type RecordedCall, type RecordedPage, addressOf } from "./recorded";
import { en, ko } from "./words";
import "./calls.css";

const WRITING_MS = 300; // of a search that is still being written

/** `callId` is empty for the list. */
export default function Calls({ callId }: { callId: string }) {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const agents = useDesk((state) => state.agents);
  const names = useMemo(() => new Map(agents.map((agent) => [agent.name, agent.shown_name])), [agents]);
  const nameOf = useCallback((name: string) => names.get(name) || name, [names]);
  const [filters, setFilters] = useState(NO_FILTERS);
  const { calls, next, problem, isLooking, more } = useFound(filters);
  const [from_ms, setFrom] = useState(() => Number(new URLSearchParams(location.search).get("at")) || 0);

  return (
    <div className={callId ? "calls has-one" : "calls"}>
      <h1 className="unseen">{own.title}</h1>
      <div className="calls-list">
        <Finder filters={filters} onChange={setFilters} />
        <p className="unseen" role="status">
          {isLooking ? words.common.loading : ""}
        </p>
        {problem ? (
          <p className="empty" role="alert">
            {problem}
          </p>
        ) : calls.length === 0 && !isLooking ? (
          <p className="empty">{own.none}</p>
        ) : (
          <CallList calls={calls} chosen={callId} hasMore={next !== null} nameOf={nameOf} onMore={more} onOpen={setFrom} />
        )}
      </div>
      <div className="calls-one">
        {callId ? (
          <OneCall key={callId} callId={callId} from_ms={from_ms} nameOf={nameOf} />
        ) : (
          <p className="waiting-page">{own.choose}</p>
        )}
      </div>
    </div>
  );
}

interface Found {
  calls: RecordedCall[];
  next: string | null;
  problem: string;
  isLooking: boolean;
  more(): void;
}

/** The answer to the newest question; one that comes late is dropped. */
function useFound(filters: Filters): Found {
  const words = useWords();
  const [found, setFound] = useState<RecordedPage>({ calls: [], next: null });
  const [problem, setProblem] = useState("");
  const [isLooking, setLooking] = useState(true);
  const asked = useRef(0);

  const look = useCallback(
    async (before: string | null) => {
      const number = ++asked.current;
      setLooking(true);
      try {
        const page = await get<RecordedPage>(addressOf(filters, before));
        if (number !== asked.current) return;
        setProblem("");
        setFound((known) => {
          const calls = before ? [...known.calls, ...page.calls] : page.calls;
          return { calls, next: calls.length < MOST_ROWS ? page.next : null };
        });
      } catch (error) {
        if (number === asked.current) setProblem(sentenceOf(error, words));
      } finally {
        if (number === asked.current) setLooking(false);
      }
    },
    [filters, words],
  );
  const isFirst = useRef(true);
  useEffect(() => {
    const timer = setTimeout(() => void look(null), isFirst.current ? 0 : WRITING_MS);
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [look]);

  return { ...found, problem, isLooking, more: () => void look(found.next) };
}

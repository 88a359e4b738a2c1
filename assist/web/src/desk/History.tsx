import { useEffect, useState } from "react";
import { get } from "../api";
import { useSession } from "../app/session";
import { Badge } from "../parts/Badge";
import { Card } from "../parts/Card";
import { clockOf } from "../parts/Clock";
import { useLanguage } from "../words/words";
import { useShownName } from "./Colleagues";
import { momentText } from "./Idle";

interface EarlierCall {
  call_id: string;
  began_at: string;
  duration_ms: number | null;
  agents: string[];
  code: string | null;
  /** What it was about, by its note. */
  issue: string;
}

const MOST = 5;

export function History({ callId }: { callId: string }) {
  const { words, language } = useLanguage();
  const { config } = useSession();
  const shownName = useShownName();
  const [calls, setCalls] = useState<EarlierCall[] | null>(null);
  useEffect(() => {
    let isHere = true;
    get<{ calls: EarlierCall[] }>(`/api/desk/calls/${encodeURIComponent(callId)}/history`)
      .then((told) => isHere && setCalls(told.calls))
      .catch(() => isHere && setCalls([]));
    return () => {
      isHere = false;
    };
  }, [callId]);
  return (
    <Card title={words.desk.customer.history} icon="clock" aside={calls?.length ? <Badge>{calls.length}</Badge> : null}>
      {calls === null && <p className="quiet small">{words.common.loading}</p>}
      {calls?.length === 0 && <p className="quiet small">{words.desk.customer.noHistory}</p>}
      <ol className="history">
        {calls?.slice(0, MOST).map((call) => (
          <li key={call.call_id}>
            <p className="row spread small">
              <span>{momentText(call.began_at, language)}</span>
              <span className="quiet">{clockOf((call.duration_ms ?? 0) / 1000)}</span>
            </p>
            {call.issue && <p>{call.issue}</p>}
            <p className="small quiet">
              {[
                config.codes.find((code) => code.code === call.code)?.title ?? call.code,
                call.agents.map(shownName).join(", ") || words.desk.customer.byBot,
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}

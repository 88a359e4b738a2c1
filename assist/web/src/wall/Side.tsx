// Beside the calls: queues, alerts as they come, and what agents are at.

import { useEffect, useState } from "react";
import { useDesk, useSession } from "../app/session";
import { beganAt } from "../app/times";
import { shownNumber } from "../desk/numbers";
import { Badge } from "../parts/Badge";
import { Card } from "../parts/Card";
import { Clock, clockOf } from "../parts/Clock";
import { Table } from "../parts/Table";
import type { AgentState } from "../types";
import { useLanguage, useOwnWords, useWords } from "../words/words";
import { type SeenAlert, followedOf, standingOf, withAlerts } from "./overview";
import { en, ko } from "./words";

export function Queues() {
  const words = useWords();
  const own = useOwnWords({ ko, en }).queues;
  const queues = useDesk((state) => state.queues);
  return (
    <Card title={own.title} icon="list">
      <Table
        caption={own.title}
        rows={queues}
        keyOf={(queue) => queue.skill}
        empty={own.none}
        columns={[
          { title: own.name, cell: (queue) => queue.title || queue.skill },
          {
            title: own.waiting,
            isNumber: true,
            cell: (queue) => (
              <Badge tone={queue.waiting ? "warn" : undefined}>{words.common.people(queue.waiting)}</Badge>
            ),
          },
          { title: own.longest, isNumber: true, cell: (queue) => clockOf(queue.longest_wait_s) },
          { title: own.expected, isNumber: true, cell: (queue) => clockOf(queue.expected_wait_s) },
          { title: own.level, cell: (queue) => <Level level={queue.service_level} /> },
        ]}
      />
    </Card>
  );
}

export function percentOf(level: number | null): string {
  return level === null ? "–" : `${Math.round(level * 100)}%`;
}

function Level({ level }: { level: number | null }) {
  if (level === null) return <span className="quiet">–</span>;
  return (
    <span className="wall-level">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" className={standingOf(level)}>
        <rect className="ground" width="100" height="6" rx="3" />
        <rect width={Math.max(2, level * 100)} height="6" rx="3" />
      </svg>
      <span>{percentOf(level)}</span>
    </span>
  );
}

const ORDER: AgentState[] = ["ready", "talking", "wrapping", "away"];

export function Agents() {
  const words = useWords();
  const own = useOwnWords({ ko, en }).agents;
  const agents = useDesk((state) => state.agents);
  const at = useDesk((state) => state.at);
  const groups = ORDER.map((state) => [state, agents.filter((agent) => agent.state === state)] as const);
  return (
    <Card title={own.title} icon="people" className="wall-agents">
      {agents.length === 0 && <p className="empty">{own.none}</p>}
      <div className="wall-states">
        {groups.map(([state, those]) => (
          <section key={state} aria-label={words.states[state]}>
            <h3>
              <span className={`dot ${state}`} aria-hidden="true" />
              {words.states[state]}
              <span className="quiet">{own.count(those.length)}</span>
            </h3>
            <ul>
              {those.map((agent) => (
                <li key={agent.name} className={agent.is_connected ? undefined : "is-gone"}>
                  <span className="cut">
                    {agent.shown_name || agent.name}
                    {!agent.is_connected && <span className="quiet small"> {own.offline}</span>}
                  </span>
                  <span className="quiet">
                    <Clock since={beganAt(agent.since_s, at)} label={words.states[state]} />
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Card>
  );
}

export function Alerts({ onChoose }: { onChoose(callId: string): void }) {
  const words = useWords();
  const { language } = useLanguage();
  const own = useOwnWords({ ko, en }).alerts;
  const seen = useAlerts();
  const time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  return (
    <Card title={own.title} icon="alert" className="wall-alerts">
      {seen.length === 0 && <p className="quiet">{own.none}</p>}
      <ol aria-live="polite" aria-relevant="additions">
        {seen.map((alert) => (
          <li key={alert.key}>
            <button type="button" onClick={() => onChoose(alert.call_id)}>
              <span className="row">
                <Badge tone={alert.kind === "silence" ? "warn" : "bad"}>{own.kinds[alert.kind] ?? alert.kind}</Badge>
                <span className="grows cut">{shownNumber(alert.caller) || words.common.unknown}</span>
                <span className="quiet small">{time.format(alert.at)}</span>
              </span>
              {alert.text && <span className="small">{alert.text}</span>}
              <span className="unseen">{own.show}</span>
            </button>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function useAlerts(): SeenAlert[] {
  const { desk } = useSession();
  const calls = useDesk((state) => state.calls);
  const logs = useDesk((state) => state.logs);
  const [seen, setSeen] = useState<SeenAlert[]>([]);
  const followed = followedOf(calls).join(" ");
  useEffect(() => {
    const leave = followed.split(" ").filter(Boolean).map((callId) => desk.watch(callId));
    return () => leave.forEach((one) => one());
  }, [desk, followed]);
  useEffect(() => setSeen((before) => withAlerts(before, logs)), [logs]);
  return seen;
}

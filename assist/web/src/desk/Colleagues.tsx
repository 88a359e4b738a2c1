import { useDesk, useSession } from "../app/session";
import { beganAt } from "../app/times";
import { Card } from "../parts/Card";
import { Clock } from "../parts/Clock";
import type { AgentRow } from "../types";
import { useWords } from "../words/words";

export function Colleagues() {
  const words = useWords();
  const { me } = useSession();
  const agents = useDesk((state) => state.agents);
  const at = useDesk((state) => state.at);
  const others = agents.filter((agent) => agent.name !== me.name);
  return (
    <Card title={words.desk.idle.colleagues} icon="people">
      <ul className="colleagues">
        {others.map((agent) => (
          <li key={agent.name}>
            <StateOf agent={agent} />
            <span className="grows cut">{agent.shown_name}</span>
            <span className="quiet small">
              {words.states[agent.state]} <Clock since={beganAt(agent.since_s, at)} />
            </span>
          </li>
        ))}
        {others.length === 0 && <li className="quiet">{words.common.none}</li>}
      </ul>
    </Card>
  );
}

export function StateOf({ agent }: { agent: AgentRow }) {
  return <span className={`dot ${agent.is_connected ? agent.state : "off"}`} aria-hidden="true" />;
}

/** The name that people are shown by, of one to log in with; what is none of theirs stays as it is. */
export function useShownName(): (name: string) => string {
  const agents = useDesk((state) => state.agents);
  return (name) => agents.find((agent) => agent.name === name)?.shown_name || name;
}

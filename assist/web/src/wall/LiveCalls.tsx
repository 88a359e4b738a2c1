import { useState } from "react";
import { useDesk, useSession } from "../app/session";
import { momentOf } from "../app/times";
import { shownNumber } from "../desk/numbers";
import { Badge, type Tone } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Clock } from "../parts/Clock";
import { Icon } from "../parts/Icon";
import { Segments } from "../parts/Segments";
import { type Column, Table } from "../parts/Table";
import type { CallRow, Phase } from "../types";
import { useOwnWords, useWords } from "../words/words";
import { CallDeeds } from "./CallDeeds";
import type { Listening } from "./listening";
import { MOST_SHOWN, type Only, countsOf, shownCalls } from "./overview";
import { en, ko } from "./words";

const TONES: Partial<Record<Phase, Tone>> = {
  bot: "bot",
  waiting: "warn",
  ringing: "warn",
  talking: "accent",
  held: "warn",
  consulting: "accent",
};

interface LiveCallsProps {
  calls: readonly CallRow[];
  chosen: string;
  listening: Listening;
  onChoose(callId: string): void;
  onTake(call: CallRow): void;
}

/** Every call that goes on, who waits first. */
export function LiveCalls({ calls, chosen, listening, onChoose, onTake }: LiveCallsProps) {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const { me } = useSession();
  const agents = useDesk((state) => state.agents);
  const [only, setOnly] = useState<Only>("all");
  const names = new Map(agents.map((agent) => [agent.name, agent.shown_name]));
  const nameOf = (name: string | null | undefined) => (name ? (names.get(name) ?? name) : "");
  const counts = countsOf(calls);
  const shown = shownCalls(calls, only);
  const rows = shown.slice(0, MOST_SHOWN);

  const columns: Column<CallRow>[] = [
    {
      title: own.calls.phase,
      cell: (call) => <Badge tone={TONES[call.phase]}>{words.phases[call.phase] ?? call.phase}</Badge>,
    },
    {
      title: own.calls.customer,
      cell: (call) => (
        <button type="button" className="wall-customer" onClick={() => onChoose(call.call_id)}>
          <Icon name={call.door === "chat" ? "chat" : "phone"} />
          <span className="cut">{shownNumber(call.customer || call.caller) || words.common.unknown}</span>
          <span className="unseen">{own.listening.peek}</span>
        </button>
      ),
    },
    { title: own.calls.skill, cell: (call) => call.title || call.skill || own.calls.nobody },
    {
      title: own.calls.agent,
      cell: (call) => (
        <>
          {[nameOf(call.agent), nameOf(call.consulted)].filter(Boolean).join(" · ") || own.calls.nobody}
          <Company names={Object.keys(call.supervisors ?? {}).map(nameOf)} />
        </>
      ),
    },
    {
      title: own.calls.length,
      isNumber: true,
      cell: (call) => <Clock since={momentOf(call.began_at)} label={own.calls.length} />,
    },
    {
      title: own.calls.alerts,
      cell: (call) =>
        call.alerts > 0 && (
          <Badge tone="bad" icon="alert">
            <span aria-hidden="true">{call.alerts}</span>
            <span className="unseen">{own.calls.alertCount(call.alerts)}</span>
          </Badge>
        ),
    },
    {
      title: own.calls.deeds,
      cell: (call) => <CallDeeds call={call} isMine={call.agent === me.name} listening={listening} onTake={onTake} />,
    },
  ];

  return (
    <section className="card wall-calls" aria-label={own.calls.title}>
      <header className="card-head">
        <Icon name="phone" />
        <h2>{own.calls.title}</h2>
        <Segments<Only>
          label={own.only.label}
          value={only}
          onChange={setOnly}
          choices={(["all", "waiting", "talking", "bot", "alerts"] as const).map((value) => ({
            value,
            title: `${own.only[value]} ${counts[value]}`,
          }))}
        />
      </header>
      <Table
        caption={own.calls.title}
        columns={columns}
        rows={rows}
        keyOf={(call) => call.call_id}
        isChosen={(call) => call.call_id === chosen}
        empty={calls.length ? own.calls.noneLike : own.calls.none}
      />
      {shown.length > rows.length && <p className="quiet wall-rest">{own.calls.rest(shown.length - rows.length)}</p>}
    </section>
  );
}

function Company({ names }: { names: string[] }) {
  const own = useOwnWords({ ko, en });
  if (names.length === 0) return null;
  return (
    <span className="wall-company" title={own.calls.by(names.join(", "))}>
      <Icon name="ear" size={14} />
      <span className="unseen">{own.calls.by(names.join(", "))}</span>
    </span>
  );
}

/** The same deeds, where one reads along. */
export function DeedsLine({ children, onStop }: { children: string; onStop(): void }) {
  const own = useOwnWords({ ko, en });
  return (
    <p className="notice wall-beside" role="status">
      <Icon name="ear" />
      <span className="grows">{children}</span>
      <Button size="small" onClick={onStop}>
        {own.listening.stop}
      </Button>
    </p>
  );
}

// Passing a call on: to a person (asked first, or not), a queue, a number, or back to the bot.

import { type FormEvent, useState } from "react";
import { deed } from "../api";
import { useDesk, useSession } from "../app/session";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { Segments } from "../parts/Segments";
import { useToasts } from "../parts/toasts";
import type { AgentRow, CallRow } from "../types";
import { useWords } from "../words/words";

type Way = "people" | "queues" | "number" | "bot";
type Pass = (what: "consult" | "transfer", body: { to: string; how?: string }) => void;

export function TransferDialog({ row, isChat, onClose }: { row: CallRow; isChat: boolean; onClose(): void }) {
  const words = useWords();
  const { trying } = useToasts();
  const [way, setWay] = useState<Way>("people");
  const ways: Way[] = isChat ? ["people", "queues", "bot"] : ["people", "queues", "number", "bot"];

  const pass: Pass = (what, body) => {
    void trying(async () => {
      await deed(row.call_id, what, body);
      onClose();
    });
  };

  return (
    <Dialog title={words.phone.transfer} onClose={onClose}>
      <div className="column transfer">
        <Segments
          label={words.phone.to}
          value={way}
          onChange={setWay}
          choices={ways.map((value) => ({ value, title: words.phone[value] }))}
        />
        {way === "people" && <People isChat={isChat} pass={pass} />}
        {way === "queues" && <Queues pass={pass} />}
        {way === "number" && <Number pass={pass} />}
        {way === "bot" && <Bot pass={pass} />}
      </div>
    </Dialog>
  );
}

function People({ isChat, pass }: { isChat: boolean; pass: Pass }) {
  const words = useWords();
  const { me } = useSession();
  const agents = useDesk((state) => state.agents);
  const others = agents.filter((agent) => agent.name !== me.name && agent.is_connected).toSorted(byState);
  if (others.length === 0) return <p className="empty">{words.phone.noPeople}</p>;
  return (
    <ul className="targets">
      {others.map((agent) => (
        <li key={agent.name}>
          <span className={`dot ${agent.state}`} aria-hidden="true" />
          <span className="grows">
            <strong>{agent.shown_name}</strong>{" "}
            <span className="quiet small">
              {words.states[agent.state]}
              {agent.skills.length > 0 && ` · ${agent.skills.join(", ")}`}
            </span>
          </span>
          {!isChat && (
            <Button
              size="small"
              aria-label={`${words.phone.consultFirst}: ${agent.shown_name}`}
              onClick={() => pass("consult", { to: agent.name })}
            >
              {words.phone.consultFirst}
            </Button>
          )}
          <Button
            size="small"
            kind="soft"
            aria-label={`${words.phone.passOn}: ${agent.shown_name}`}
            onClick={() => pass("transfer", { to: agent.name, how: "cold" })}
          >
            {words.phone.passOn}
          </Button>
        </li>
      ))}
    </ul>
  );
}

const ORDER = ["ready", "wrapping", "talking", "away"];

function byState(one: AgentRow, other: AgentRow): number {
  return ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || one.shown_name.localeCompare(other.shown_name);
}

function Queues({ pass }: { pass: Pass }) {
  const words = useWords();
  const { config } = useSession();
  const queues = useDesk((state) => state.queues);
  return (
    <ul className="targets">
      {config.queues.map(({ skill, title }) => {
        const waiting = queues.find((queue) => queue.skill === skill)?.waiting ?? 0;
        return (
          <li key={skill}>
            <strong className="grows">{title || skill}</strong>
            <Badge tone={waiting ? "warn" : undefined}>{words.phone.waiting(waiting)}</Badge>
            <Button
              size="small"
              kind="soft"
              aria-label={`${words.phone.toQueue}: ${title || skill}`}
              onClick={() => pass("transfer", { to: skill, how: "queue" })}
            >
              {words.phone.toQueue}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

function Number({ pass }: { pass: Pass }) {
  const words = useWords();
  const [number, setNumber] = useState("");
  const [isWrong, setWrong] = useState(false);

  function to(event: FormEvent, what: "consult" | "transfer") {
    event.preventDefault();
    const digits = number.replace(/[\s()-]/g, "");
    if (!/^\+?[0-9]{3,20}$/.test(digits)) return setWrong(true);
    pass(what, what === "transfer" ? { to: digits, how: "cold" } : { to: digits });
  }

  return (
    <form className="column" onSubmit={(event) => to(event, "consult")}>
      <Field
        label={words.phone.number}
        hint={words.phone.numberHint}
        wrong={isWrong ? words.phone.numberWrong : undefined}
      >
        {(control) => (
          <input
            {...control}
            className="input"
            type="tel"
            autoComplete="off"
            value={number}
            onChange={(event) => {
              setNumber(event.target.value);
              setWrong(false);
            }}
          />
        )}
      </Field>
      <div className="dialog-foot">
        <Button type="submit">{words.phone.consultFirst}</Button>
        <Button kind="main" onClick={(event) => to(event, "transfer")}>
          {words.phone.passOn}
        </Button>
      </div>
    </form>
  );
}

function Bot({ pass }: { pass: Pass }) {
  const words = useWords();
  const { config } = useSession();
  if (config.flows.length === 0) return <p className="empty">{words.phone.noFlows}</p>;
  return (
    <>
      <p className="quiet small">{words.phone.flowHint}</p>
      <ul className="targets">
        {config.flows.map(({ name, title }) => (
          <li key={name}>
            <strong className="grows">{title || name}</strong>
            <Button
              size="small"
              kind="soft"
              aria-label={`${words.phone.toBot}: ${title || name}`}
              onClick={() => pass("transfer", { to: name, how: "bot" })}
            >
              {words.phone.toBot}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

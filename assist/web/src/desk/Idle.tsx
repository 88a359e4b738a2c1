// Between calls: whether one is ready, who waits, what has been left to do.

import { useEffect, useState } from "react";
import { get, post } from "../api";
import { useDesk } from "../app/session";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { clockOf } from "../parts/Clock";
import { Icon } from "../parts/Icon";
import { Table } from "../parts/Table";
import { useToasts } from "../parts/toasts";
import { MicrophoneNotice } from "../phone/MicrophoneNotice";
import type { Callback, LeftMessage } from "../types";
import { useLanguage, useWords } from "../words/words";
import { Colleagues } from "./Colleagues";
import { shownNumber } from "./numbers";

const AGAIN_MS = 30_000;

export function Idle() {
  const words = useWords();
  const state = useDesk((desk) => desk.me.state);
  const isReady = state === "ready";
  return (
    <div className="page idle">
      <section className={`idle-state ${state}`}>
        <span className="idle-icon" aria-hidden="true">
          <Icon name="headset" size={28} />
        </span>
        <div>
          <h1>{isReady ? words.desk.idle.ready : words.desk.idle.away}</h1>
          <p className="quiet">{isReady ? words.desk.idle.readyHint : words.desk.idle.awayHint}</p>
        </div>
      </section>
      <MicrophoneNotice />
      <div className="idle-cards">
        <Queues />
        <Colleagues />
        <Messages />
        <Callbacks />
      </div>
    </div>
  );
}

function Queues() {
  const words = useWords();
  const queues = useDesk((desk) => desk.queues);
  return (
    <Card title={words.desk.idle.queues} icon="list">
      <Table
        caption={words.desk.idle.queues}
        rows={queues}
        keyOf={(queue) => queue.skill}
        empty={words.common.none}
        columns={[
          { title: words.desk.idle.queue, cell: (queue) => queue.title || queue.skill },
          {
            title: words.desk.idle.waiting,
            isNumber: true,
            cell: (queue) => <Badge tone={queue.waiting ? "warn" : undefined}>{words.common.people(queue.waiting)}</Badge>,
          },
          { title: words.desk.idle.longest, isNumber: true, cell: (queue) => clockOf(queue.longest_wait_s) },
          { title: words.desk.idle.expected, isNumber: true, cell: (queue) => clockOf(queue.expected_wait_s) },
          {
            title: words.desk.idle.level,
            isNumber: true,
            cell: (queue) => (queue.service_level === null ? "–" : `${Math.round(queue.service_level * 100)}%`),
          },
        ]}
      />
    </Card>
  );
}

/** What an address tells, and again every half minute. */
function useTold<T>(path: string, pick: (told: never) => T[]): [T[], () => void] {
  const [rows, setRows] = useState<T[]>([]);
  const [count, setCount] = useState(0);
  useEffect(() => {
    let isHere = true;
    const look = () =>
      get(path)
        .then((told) => isHere && setRows(pick(told as never)))
        .catch(() => undefined); // shown again with the next look
    void look();
    const timer = setInterval(() => void look(), AGAIN_MS);
    return () => {
      isHere = false;
      clearInterval(timer);
    };
  }, [path, pick, count]);
  return [rows, () => setCount((before) => before + 1)];
}

const messagesOf = (told: { messages: LeftMessage[] }) => told.messages.filter((message) => !message.read_by);
const callbacksOf = (told: { callbacks: Callback[] }) => told.callbacks;

function Messages() {
  const { words, language } = useLanguage();
  const { trying } = useToasts();
  const [messages, again] = useTold("/api/desk/messages", messagesOf);
  return (
    <Card title={words.desk.idle.messages} icon="chat" aside={messages.length > 0 && <Badge>{messages.length}</Badge>}>
      {messages.length === 0 && <p className="quiet">{words.desk.idle.noMessages}</p>}
      <ul className="notes">
        {messages.map((message) => (
          <li key={message.id}>
            <p className="row spread">
              <strong>{shownNumber(message.number)}</strong>
              <span className="quiet small">{momentText(message.at, language)}</span>
            </p>
            <p>{message.text}</p>
            <Button
              size="small"
              icon="check"
              onClick={() =>
                void trying(() => post(`/api/desk/messages/${encodeURIComponent(message.id)}/read`)).then(again)
              }
            >
              {words.desk.idle.read}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Callbacks() {
  const { words, language } = useLanguage();
  const [callbacks] = useTold("/api/desk/callbacks", callbacksOf);
  return (
    <Card title={words.desk.idle.callbacks} icon="clock">
      {callbacks.length === 0 && <p className="quiet">{words.desk.idle.noCallbacks}</p>}
      <ul className="notes">
        {callbacks.map((callback) => (
          <li key={callback.id}>
            <p className="row spread">
              <strong>{shownNumber(callback.number)}</strong>
              <span className="small">{momentText(callback.at, language)}</span>
            </p>
            <p className="quiet">{[callback.skill, callback.note].filter(Boolean).join(" · ")}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function momentText(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }).format(
    new Date(at),
  );
}

import { useEffect, useState } from "react";
import { post } from "../api";
import { useShortcuts } from "../app/shortcuts";
import { useSession } from "../app/session";
import type { CallState, SuggestionItem, Verdict } from "../call/state";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";

const MOST = 3;

/** The best three; one that is put to use is shown large to be read, and goes into a chat's input by `onReady`. */
export function Suggestions({ call, onReady }: { call: CallState; onReady(text: string): void }) {
  const words = useWords();
  const { me } = useSession();
  const { trying } = useToasts();
  const suggestion = call.suggestion;
  const items = suggestion?.items.slice(0, MOST) ?? [];
  const [taken, setTaken] = useState<{ seq: number; document: string; text: string } | null>(null);
  const [given, setGiven] = useState<Record<string, Verdict>>({});
  const seq = suggestion?.seq;

  useEffect(() => setGiven({}), [seq]);

  async function judge(item: SuggestionItem, verdict: Verdict) {
    if (seq === undefined) return;
    if (verdict === "used") {
      const text = item === items[0] && suggestion?.reply ? suggestion.reply : item.answer;
      setTaken({ seq, document: item.document, text });
      onReady(text);
    }
    setGiven((before) => ({ ...before, [item.document]: verdict }));
    const path = `/api/calls/${encodeURIComponent(call.call_id)}/suggestions/${seq}`;
    await trying(() => post(path, { document: item.document, verdict, by: me.name }));
  }
  const use = (place: number) => () => {
    const item = items[place];
    if (item) void judge(item, "used");
  };
  useShortcuts({ "Alt+Digit1": use(0), "Alt+Digit2": use(1), "Alt+Digit3": use(2) });

  return (
    <Card title={words.desk.help.suggestions} icon="bulb" className="suggestions">
      {taken && (
        <figure className="reply-ready">
          <figcaption className="row spread">
            <span>{words.desk.help.ready}</span>
            <Button kind="plain" size="small" icon="close" label={words.common.close} onClick={() => setTaken(null)} />
          </figcaption>
          <p>{taken.text}</p>
        </figure>
      )}
      {items.length === 0 && !taken && <p className="quiet">{words.desk.help.waiting}</p>}
      <ol>
        {items.map((item, place) => (
          <Item
            key={`${seq}:${item.document}`}
            item={item}
            place={place + 1}
            verdict={suggestion?.verdicts[item.document] ?? given[item.document]}
            onJudge={(verdict) => void judge(item, verdict)}
          />
        ))}
      </ol>
      {suggestion && suggestion.questions.length > 0 && (
        <div className="questions">
          <h3>{words.desk.help.questions}</h3>
          <ul>
            {suggestion.questions.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

interface ItemProps {
  item: SuggestionItem;
  place: number;
  verdict: Verdict | undefined;
  onJudge(verdict: Verdict): void;
}

function Item({ item, place, verdict, onJudge }: ItemProps) {
  const words = useWords();
  const help = words.desk.help;
  return (
    <li className="suggestion" data-verdict={verdict}>
      <div className="suggestion-head">
        <h3>{item.title}</h3>
        {verdict ? (
          <Badge tone={verdict === "used" ? "good" : undefined}>{help.verdicts[verdict]}</Badge>
        ) : (
          <span className="key" aria-hidden="true">
            Alt {place}
          </span>
        )}
      </div>
      <p className="suggestion-answer">{item.answer}</p>
      {item.why && (
        <p className="small quiet">
          {help.why} {item.why}
        </p>
      )}
      <div className="row">
        <Button
          kind="soft"
          size="small"
          onClick={() => onJudge("used")}
          aria-keyshortcuts={`Alt+${place}`}
          aria-label={`${help.use}: ${item.title}`}
        >
          {help.use}
        </Button>
        <Button
          kind="plain"
          size="small"
          disabled={verdict === "useless"}
          onClick={() => onJudge("useless")}
          aria-label={`${help.useless}: ${item.title}`}
        >
          {help.useless}
        </Button>
        <Button
          kind="plain"
          size="small"
          disabled={verdict === "wrong"}
          onClick={() => onJudge("wrong")}
          aria-label={`${help.wrong}: ${item.title}`}
        >
          {help.wrong}
        </Button>
      </div>
    </li>
  );
}

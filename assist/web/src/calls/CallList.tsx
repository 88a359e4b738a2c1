import { type MouseEvent } from "react";
import { useSession } from "../app/session";
import { go, hrefOf } from "../app/route";
import { shownNumber } from "../desk/numbers";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { clockOf } from "../parts/Clock";
import { Icon } from "../parts/Icon";
import { useLanguage, useOwnWords } from "../words/words";
import { type RecordedCall, type Snippet, customerOf } from "./recorded";
import { en, ko } from "./words";

interface CallListProps {
  calls: readonly RecordedCall[];
  chosen: string;
  hasMore: boolean;
  nameOf(name: string): string;
  onMore(): void;
  /** A call is opened at the place that a search has found, or at its beginning. */
  onOpen(at_ms: number): void;
}

export function CallList({ calls, chosen, hasMore, nameOf, onMore, onOpen }: CallListProps) {
  const { words, language } = useLanguage();
  const own = useOwnWords({ ko, en });
  const moment = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  return (
    <nav className="call-list" aria-label={own.list}>
      <ul>
        {calls.map((call) => (
          <li key={call.call_id}>
            <CallLink
              call={call}
              isChosen={call.call_id === chosen}
              nameOf={nameOf}
              began={moment.format(new Date(call.began_at))}
              onOpen={onOpen}
            />
          </li>
        ))}
      </ul>
      {hasMore && (
        <Button className="call-more" onClick={onMore}>
          {words.common.more}
        </Button>
      )}
    </nav>
  );
}

interface CallLinkProps {
  call: RecordedCall;
  isChosen: boolean;
  began: string;
  nameOf(name: string): string;
  onOpen(at_ms: number): void;
}

function CallLink({ call, isChosen, began, nameOf, onOpen }: CallLinkProps) {
  const { words } = useLanguage();
  const own = useOwnWords({ ko, en });
  const { config } = useSession();
  const code = config.codes.find((one) => one.code === call.code)?.title ?? call.code;
  const href = hrefOf("calls", call.call_id) + (call.snippet ? `?at=${call.snippet.at_ms}` : "");
  function press(event: MouseEvent) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen(call.snippet?.at_ms ?? 0);
    go(href);
  }
  return (
    <a className="call-link" href={href} aria-current={isChosen ? "page" : undefined} onClick={press}>
      <span className="row">
        <Icon name={call.door === "chat" ? "chat" : "phone"} />
        <strong className="grows cut">{shownNumber(customerOf(call)) || words.common.unknown}</strong>
        <span className="quiet small">{began}</span>
      </span>
      <span className="row small call-facts">
        <span className="grows cut">{call.agents.map(nameOf).join(", ") || own.byBot}</span>
        {code && <Badge>{code}</Badge>}
        {!call.has_recording && call.door !== "chat" && <Badge tone="warn">{own.noRecording}</Badge>}
        <span className="quiet">{clockOf((call.duration_ms ?? 0) / 1000)}</span>
      </span>
      {call.snippet && <Found snippet={call.snippet} />}
    </a>
  );
}

function Found({ snippet }: { snippet: Snippet }) {
  const { words } = useLanguage();
  const side = snippet.side as keyof typeof words.sides;
  return (
    <span className="found small">
      <span className="quiet">{words.sides[side] ?? snippet.side} </span>
      {snippet.before}
      <mark>{snippet.match}</mark>
      {snippet.after}
    </span>
  );
}

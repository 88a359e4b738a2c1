import type { CallState } from "../call/state";
import { Badge } from "../parts/Badge";
import { Card } from "../parts/Card";
import type { CallRow } from "../types";
import { useWords } from "../words/words";
import { shownNumber } from "./numbers";

/** Who it is and what the bot has found out, growing while it does. */
export function Customer({ row, call }: { row: CallRow; call: CallState }) {
  const words = useWords();
  const summary = call.handoff?.summary;
  const customer = row.customer && shownNumber(row.customer) !== shownNumber(row.caller) ? row.customer : "";
  return (
    <Card title={words.desk.customer.card} icon="person">
      {summary && (
        <div className="summary">
          <h3>{words.desk.customer.summary}</h3>
          <p>{summary}</p>
        </div>
      )}
      <dl className="pairs">
        <div>
          <dt>{words.desk.customer.number}</dt>
          <dd>{shownNumber(row.caller || call.caller) || words.desk.head.unknownCaller}</dd>
        </div>
        {customer && (
          <div>
            <dt>{words.desk.customer.name}</dt>
            <dd>{shownNumber(customer)}</dd>
          </div>
        )}
        {call.slots.map((slot) => (
          <div key={slot.slot}>
            <dt>{slot.slot}</dt>
            <dd>
              {slot.written || "–"} {slot.isCorrected && <Badge tone="accent">{words.desk.customer.corrected}</Badge>}
            </dd>
          </div>
        ))}
      </dl>
      {call.slots.length === 0 && !summary && <p className="quiet small">{words.desk.customer.empty}</p>}
      {call.answers && Object.keys(call.answers).length > 0 && (
        <div className="summary">
          <h3>{words.desk.customer.answers}</h3>
          <dl className="pairs">
            {Object.entries(call.answers).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </Card>
  );
}

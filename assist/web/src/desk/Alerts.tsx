import { useState } from "react";
import type { CallState } from "../call/state";
import { Button } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { useWords } from "../words/words";

const MOST = 2;

/** The newest alerts, as long as nobody has put them away; told to a screen reader when it is quiet. */
export function Alerts({ call }: { call: CallState }) {
  const words = useWords();
  const [seen, setSeen] = useState(-1);
  const alerts = call.ended ? [] : call.alerts.filter((alert) => alert.seq > seen).slice(0, MOST);
  return (
    <div className="alerts" role="status" aria-live="polite" aria-label={words.desk.help.alerts}>
      {alerts.map((alert) => (
        <div key={alert.seq} className={alert.kind === "abuse" || alert.kind === "anger" ? "notice bad" : "notice warn"}>
          <Icon name="alert" />
          <span className="grows">
            <strong>{words.desk.help.alertKinds[alert.kind]}</strong> {alert.text}
          </span>
          <Button
            kind="plain"
            size="small"
            icon="close"
            label={words.common.close}
            onClick={() => setSeen(alert.seq)}
          />
        </div>
      ))}
    </div>
  );
}

// The agent's page: one's calls as tabs, and the one that is looked at; or how things stand while there is none.

import { useEffect } from "react";
import { useDesk, useSession } from "../app/session";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";
import { CallView } from "./CallView";
import { Idle } from "./Idle";
import { Tabs } from "./Tabs";
import "./desk.css";
import "./call.css";
import "./help.css";

export function Desk() {
  const words = useWords();
  const { desk } = useSession();
  const mine = useDesk((state) => state.mine);
  const chosen = useDesk((state) => state.chosen);
  const { tell } = useToasts();
  const call = mine.find((one) => one.call_id === chosen) ?? mine.at(-1);

  useEffect(() => desk.onNotReached((to) => tell(words.phone.notReached(to))), [desk, tell, words]);

  if (!call) return <Idle />;
  return (
    <div className="desk">
      {mine.length > 1 && <Tabs calls={mine} chosen={call.call_id} />}
      <CallView key={call.call_id} call={call} isTab={mine.length > 1} />
    </div>
  );
}

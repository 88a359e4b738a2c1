// One call: who it is, what is said, what helps, and the note when it is over.

import { useEffect, useRef, useState } from "react";
import { useDesk } from "../app/session";
import { newCall } from "../call/state";
import { Guarded } from "../app/Guarded";
import { isVoice } from "../phone/PhoneProvider";
import { Softphone } from "../phone/Softphone";
import type { CallRow } from "../types";
import { Addresses } from "./Addresses";
import { Alerts } from "./Alerts";
import { CallHead } from "./CallHead";
import { ChatInput, type Draft } from "./ChatInput";
import { Customer } from "./Customer";
import { History } from "./History";
import { Phrases } from "./Phrases";
import { Suggestions } from "./Suggestions";
import { Transcript } from "./Transcript";
import { WrapUp } from "./WrapUp";

/** `isTab`: others are there beside it. */
export function CallView({ call: row, isTab }: { call: CallRow; isTab: boolean }) {
  const log = useDesk((state) => state.logs[row.call_id]);
  const [nothing] = useState(() => newCall(row.call_id));
  const call = log ?? nothing;
  const draft = useRef<Draft | null>(null);
  const isChat = !isVoice(row);
  const isOver = row.phase === "wrapping" || call.ended !== null;
  useLeaveWarning(!isOver);

  return (
    <div
      className="call"
      id="call"
      data-over={isOver || undefined}
      {...(isTab ? { role: "tabpanel", "aria-labelledby": `tab-${row.call_id}` } : {})}
    >
      <div className="call-aside">
        <Guarded>
          <Customer row={row} call={call} />
          <History callId={row.call_id} />
        </Guarded>
      </div>
      <section className="call-main card">
        <CallHead row={row} call={call} isOver={isOver} />
        <Alerts call={call} />
        <Transcript call={call} />
        {isChat && !isOver && <ChatInput callId={row.call_id} draft={draft} />}
        {!isOver && <Softphone row={row} call={call} isChat={isChat} />}
      </section>
      <div className="call-help">
        <Guarded>
          {isOver ? (
            <WrapUp row={row} call={call} />
          ) : (
            <>
              <Suggestions call={call} onReady={(text) => isChat && draft.current?.put(text)} />
              <Phrases phrases={call.phrases} />
              <Addresses address={call.address} />
            </>
          )}
        </Guarded>
      </div>
    </div>
  );
}

/** The browser asks before a page goes that holds a call. */
function useLeaveWarning(isCalled: boolean): void {
  useEffect(() => {
    if (!isCalled) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isCalled]);
}

// 후처리: the note that the machine has written, looked over, completed and kept.

import { useCallback, useEffect, useState } from "react";
import { ApiError, deed } from "../api";
import { useDesk, useSession } from "../app/session";
import { useShortcuts } from "../app/shortcuts";
import type { CallState } from "../call/state";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { clockOf, useNow } from "../parts/Clock";
import { useToasts } from "../parts/toasts";
import type { CallRow } from "../types";
import { useWords } from "../words/words";
import { NoteFields } from "./NoteFields";
import { type Note, type NoteForm, formOf, hasNote, readNote, writeNote } from "./note";

const LOOK_MS = 1_500;

export function WrapUp({ row, call }: { row: CallRow; call: CallState }) {
  const words = useWords();
  const { desk, me } = useSession();
  const { tell, trying } = useToasts();
  const [note, setNote] = useState<Note | null>(null);
  const [form, setForm] = useState<NoteForm | null>(null);
  const [newer, setNewer] = useState<Note | null>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const isElsewhere = call.ended === null;

  const show = useCallback((found: Note) => {
    setNote(found);
    setForm(formOf(found));
    setNewer(null);
  }, []);

  useEffect(() => {
    if (note || isElsewhere) return;
    let isHere = true;
    const look = () =>
      hasNote(row.call_id)
        .then((isThere) => (isThere ? readNote(row.call_id) : null))
        .then((found) => isHere && found && show(found))
        .catch(() => undefined); // looked for again
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => {
      isHere = false;
      clearInterval(timer);
    };
  }, [row.call_id, note, isElsewhere, call.note_version, show]);

  async function finish() {
    setBusy(true);
    try {
      await deed(row.call_id, "done");
    } catch (error) {
      // 후처리 may be over by the clock already: the note is what counts
      if (!(error instanceof ApiError && [404, 409].includes(error.status))) {
        setBusy(false);
        await trying(() => Promise.reject(error));
        return;
      }
    }
    desk.finished(row.call_id);
  }

  async function save() {
    if (!note || !form || isBusy) return;
    if (!form.code) return setProblem(words.wrapUp.needsCode);
    setProblem("");
    setBusy(true);
    try {
      await writeNote(row.call_id, newer ?? note, form, me.name);
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError && error.status === 409) {
        setNewer((await trying(() => readNote(row.call_id))) ?? null);
        return;
      }
      await trying(() => Promise.reject(error));
      return;
    }
    tell(words.wrapUp.saved);
    await finish();
  }
  useShortcuts({ "Alt+KeyS": () => void save() });

  return (
    <Card title={words.wrapUp.title} icon="page" className="wrap-up" aside={<WrapUpClock />}>
      {!note && <p className="quiet">{isElsewhere ? words.wrapUp.notYet : words.wrapUp.waiting}</p>}
      {note && form && (
        <NoteFields note={note} form={form} onChange={setForm} problem={problem} onFix={() => setProblem("")} />
      )}
      {newer && (
        <div className="notice warn" role="alert">
          <span className="grows">{words.wrapUp.conflict}</span>
          <Button size="small" onClick={() => show(newer)}>
            {words.wrapUp.takeTheirs}
          </Button>
        </div>
      )}
      <div className="dialog-foot">
        <Button onClick={() => void finish()} disabled={isBusy}>
          {words.wrapUp.skip}
        </Button>
        {note && (
          <Button kind="main" onClick={() => void save()} disabled={isBusy} aria-keyshortcuts="Alt+S">
            {isBusy ? words.wrapUp.saving : words.wrapUp.save}
          </Button>
        )}
      </div>
    </Card>
  );
}

/** How long it is until the service takes one for ready again. */
function WrapUpClock() {
  const words = useWords();
  const { config } = useSession();
  const { state, since } = useDesk((desk) => desk.me);
  const now = useNow();
  const leftS = config.wrapup_s - (now - since) / 1000;
  if (state !== "wrapping" || leftS < 0) return null;
  return (
    <span className="small quiet" role="timer">
      {words.wrapUp.left(clockOf(leftS))}
    </span>
  );
}

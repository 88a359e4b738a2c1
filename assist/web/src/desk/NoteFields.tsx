import { useSession } from "../app/session";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Field } from "../parts/Field";
import { useWords } from "../words/words";
import type { FollowUp, Note, NoteForm } from "./note";

interface NoteFieldsProps {
  note: Note;
  form: NoteForm;
  onChange(form: NoteForm): void;
  problem: string;
  onFix(): void;
}

const RESOLUTIONS = ["resolved", "handed_over", "callback", "unresolved", "abandoned"];
const LONGEST = 2_000;

export function NoteFields({ note, form, onChange, problem, onFix }: NoteFieldsProps) {
  const words = useWords();
  const { config } = useSession();
  const percent = Math.round(note.confidence * 100);
  const captured = Object.entries(note.slots).filter(([, value]) => value !== null && value !== "");
  return (
    <div className="column">
      <Field label={words.wrapUp.code} wrong={problem || undefined}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={form.code}
            onChange={(event) => {
              onFix();
              onChange({ ...form, code: event.target.value });
            }}
          >
            <option value="">{words.wrapUp.chooseCode}</option>
            {config.codes.map(({ code, title }) => (
              <option key={code} value={code}>
                {title} ({code}){code === note.suggested_code ? ` · ${words.wrapUp.suggested(percent)}` : ""}
              </option>
            ))}
            {form.code && !config.codes.some(({ code }) => code === form.code) && (
              <option value={form.code}>{form.code}</option>
            )}
          </select>
        )}
      </Field>
      <Field label={words.wrapUp.issue}>
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={4}
            maxLength={LONGEST}
            value={form.issue}
            onChange={(event) => onChange({ ...form, issue: event.target.value })}
          />
        )}
      </Field>
      <Field label={words.wrapUp.actions}>
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={4}
            maxLength={LONGEST}
            value={form.actions}
            onChange={(event) => onChange({ ...form, actions: event.target.value })}
          />
        )}
      </Field>
      <Field label={words.wrapUp.resolution}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={form.resolution}
            onChange={(event) => onChange({ ...form, resolution: event.target.value })}
          >
            {!form.resolution && <option value="">{words.wrapUp.chooseCode}</option>}
            {RESOLUTIONS.map((resolution) => (
              <option key={resolution} value={resolution}>
                {words.wrapUp.resolutions[resolution]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {captured.length > 0 && (
        <div className="field">
          <span className="label">{words.wrapUp.captured}</span>
          <p className="row wraps">
            {captured.map(([name, value]) => (
              <Badge key={name}>
                {name} {typeof value === "object" ? Object.values(value ?? {}).join(" ") : String(value)}
              </Badge>
            ))}
          </p>
        </div>
      )}
      <FollowUps all={form.follow_ups} onChange={(follow_ups) => onChange({ ...form, follow_ups })} />
    </div>
  );
}

function FollowUps({ all, onChange }: { all: FollowUp[]; onChange(all: FollowUp[]): void }) {
  const words = useWords();
  return (
    <fieldset className="follow-ups">
      <legend>{words.wrapUp.followUps}</legend>
      {all.map((one, place) => (
        <div key={place} className="follow-up">
          <input
            className="input follow-up-what"
            aria-label={words.wrapUp.what}
            placeholder={words.wrapUp.what}
            maxLength={LONGEST}
            value={one.what}
            onChange={(event) => onChange(all.with(place, { ...one, what: event.target.value }))}
          />
          <input
            className="input"
            type="date"
            aria-label={words.wrapUp.due}
            value={one.due}
            onChange={(event) => onChange(all.with(place, { ...one, due: event.target.value }))}
          />
          <Button
            kind="plain"
            icon="close"
            label={words.wrapUp.remove}
            onClick={() => onChange(all.toSpliced(place, 1))}
          />
        </div>
      ))}
      <Button size="small" icon="plus" onClick={() => onChange([...all, { what: "", due: "" }])}>
        {words.wrapUp.add}
      </Button>
    </fieldset>
  );
}

// A page or a form for the caller's browser: from a template or one's own.

import { type FormEvent, useState } from "react";
import { deed } from "../api";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { Segments } from "../parts/Segments";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";

const MOST_FIELDS = 12;

/** An address that a browser may open; null where it is none. */
export function pageAddress(written: string): string | null {
  try {
    const address = new URL(written.trim());
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}

export function fieldsOf(written: string): string[] {
  const lines = written.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}

export function ShowDialog({ callId, onClose }: { callId: string; onClose(): void }) {
  const words = useWords();
  const { tell, trying } = useToasts();
  const [kind, setKind] = useState<"form" | "page">("form");
  const [title, setTitle] = useState("");
  const [url, setUrl] = useState("");
  const [fields, setFields] = useState("");
  const [isWrong, setWrong] = useState(false);

  function takeTemplate(place: number) {
    const template = words.show.templates[place];
    setTitle(template?.title ?? "");
    setFields(template?.fields.join("\n") ?? "");
    setWrong(false);
  }

  async function send(event: FormEvent) {
    event.preventDefault();
    const address = pageAddress(url);
    const names = fieldsOf(fields);
    const body = { kind, title: title.trim(), ...(kind === "page" ? { url: address } : { fields: names }) };
    if (kind === "page" ? !address : names.length === 0 || names.length > MOST_FIELDS) return setWrong(true);
    const isSent = await trying(() => deed(callId, "show", body).then(() => true));
    if (!isSent) return;
    tell(words.show.sent);
    onClose();
  }

  return (
    <Dialog title={words.show.title} onClose={onClose}>
      <form className="column" onSubmit={(event) => void send(event)}>
        <p className="quiet small">{words.show.hint}</p>
        <Segments
          label={words.show.kind}
          value={kind}
          onChange={(next) => {
            setKind(next);
            setWrong(false);
          }}
          choices={[
            { value: "form", title: words.show.form },
            { value: "page", title: words.show.page },
          ]}
        />
        {kind === "form" && (
          <Field label={words.show.template}>
            {(control) => (
              <select {...control} className="input" onChange={(event) => takeTemplate(Number(event.target.value))}>
                <option value="-1">{words.show.own}</option>
                {words.show.templates.map((template, place) => (
                  <option key={template.title} value={place}>
                    {template.title}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Field label={words.show.heading}>
          {(control) => (
            <input
              {...control}
              className="input"
              required
              maxLength={200}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        {kind === "page" ? (
          <Field label={words.show.url} wrong={isWrong ? words.show.urlWrong : undefined}>
            {(control) => (
              <input
                {...control}
                className="input"
                inputMode="url"
                value={url}
                onChange={(event) => {
                  setUrl(event.target.value);
                  setWrong(false);
                }}
              />
            )}
          </Field>
        ) : (
          <Field label={words.show.fields} wrong={isWrong ? words.show.fieldsWrong : undefined}>
            {(control) => (
              <textarea
                {...control}
                className="input"
                rows={5}
                value={fields}
                onChange={(event) => {
                  setFields(event.target.value);
                  setWrong(false);
                }}
              />
            )}
          </Field>
        )}
        <div className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" kind="main">
            {words.common.send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

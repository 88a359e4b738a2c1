import { useState } from "react";
import { ApiError, ask, post, sentenceOf } from "../api";
import { useSession } from "../app/session";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { useOwnWords, useWords } from "../words/words";
import { Access } from "./Access";
import { type KnownPerson, NOBODY, type Problems, ROLES, type Wanted, formOf, problemsOf, skillsOf } from "./known";
import { en, ko } from "./words";

interface PersonFormProps {
  /** Null for somebody new. */
  person: KnownPerson | null;
  onClose(): void;
  /** Told what was done, and a password that was made. */
  onDone(done: keyof typeof ko.done, name: string, password?: string | null): void;
}

export function PersonForm({ person, onClose, onDone }: PersonFormProps) {
  const words = useWords();
  const own = useOwnWords({ ko, en });
  const { config } = useSession();
  const [wanted, setWanted] = useState<Wanted>(person ? formOf(person) : NOBODY);
  const [problems, setProblems] = useState<Problems>({});
  const [refusal, setRefusal] = useState("");
  const [isSending, setSending] = useState(false);
  const wrong = (name: keyof Wanted) => (problems[name] ? own.form[problems[name]] : undefined);
  const change = (part: Partial<Wanted>) => setWanted((before) => ({ ...before, ...part }));

  async function send() {
    const found = problemsOf(wanted);
    setProblems(found);
    setRefusal("");
    if (Object.keys(found).length) return;
    const { name, with_oidc, ...others } = wanted;
    const values = { ...others, phone: others.phone.trim(), skills: skillsOf(others.skills) };
    setSending(true);
    try {
      if (person) {
        await ask("PATCH", `/api/desk/people/${encodeURIComponent(name)}`, values);
        onDone("saved", values.shown_name);
      } else {
        const made = await post<{ password: string | null }>("/api/desk/people", { name, with_oidc, ...values });
        onDone("added", values.shown_name, made.password);
      }
    } catch (error) {
      const isTaken = error instanceof ApiError && error.status === 409;
      setRefusal(isTaken ? (person ? own.form.lastAdmin : own.form.taken) : sentenceOf(error, words));
      setSending(false);
    }
  }

  return (
    <Dialog title={person ? own.form.editTitle(person.shown_name) : own.form.addTitle} onClose={onClose}>
      <form
        className="column"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Field label={own.form.name} hint={own.form.nameHint} wrong={wrong("name")}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={wanted.name}
              readOnly={person !== null}
              maxLength={64}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => change({ name: event.target.value.trim().toLowerCase() })}
            />
          )}
        </Field>
        <Field label={own.form.shown} wrong={wrong("shown_name")}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={wanted.shown_name}
              maxLength={64}
              autoComplete="off"
              onChange={(event) => change({ shown_name: event.target.value })}
            />
          )}
        </Field>
        <div className="person-two">
          <Field label={own.form.role}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={wanted.role}
                onChange={(event) => change({ role: event.target.value as Wanted["role"] })}
              >
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {words.roles[role]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={own.form.chats}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="number"
                min={0}
                max={20}
                value={wanted.max_chats}
                onChange={(event) => change({ max_chats: Math.min(20, Math.max(0, Number(event.target.value) || 0)) })}
              />
            )}
          </Field>
        </div>
        <Field label={own.form.skills} hint={own.form.skillsHint}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={wanted.skills}
              list="known-skills"
              onChange={(event) => change({ skills: event.target.value })}
            />
          )}
        </Field>
        <datalist id="known-skills">
          {config.queues.map((queue) => (
            <option key={queue.skill} value={queue.skill} />
          ))}
        </datalist>
        <Field label={own.form.phone} hint={own.form.phoneHint} wrong={wrong("phone")}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={wanted.phone}
              maxLength={200}
              spellCheck={false}
              onChange={(event) => change({ phone: event.target.value })}
            />
          )}
        </Field>
        {!person && (
          <label className="row">
            <input
              type="checkbox"
              checked={wanted.with_oidc}
              onChange={(event) => change({ with_oidc: event.target.checked })}
            />
            {own.form.withOidc}
          </label>
        )}
        {refusal && (
          <p className="notice bad" role="alert">
            {refusal}
          </p>
        )}
        <div className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button kind="main" type="submit" disabled={isSending}>
            {own.form.save}
          </Button>
        </div>
      </form>
      {person && <Access person={person} onDone={onDone} />}
    </Dialog>
  );
}

import { type FormEvent, useState } from "react";
import { ApiError, put, sentenceOf } from "../api";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";

const SHORTEST = 8;

export function NewPassword({ onClose }: { onClose(): void }) {
  const words = useWords();
  const { tell } = useToasts();
  const [problem, setProblem] = useState("");

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = String(form.get("wanted"));
    if (wanted.length < SHORTEST) return setProblem(words.menu.short);
    try {
      await put("/api/desk/me/password", { old: String(form.get("current")), new: wanted });
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 403;
      return setProblem(isWrong ? words.login.wrong : sentenceOf(error, words));
    }
    tell(words.menu.changed);
    onClose();
  }

  return (
    <Dialog title={words.menu.password} onClose={onClose}>
      <form className="column" onSubmit={(event) => void save(event)}>
        <Field label={words.menu.current}>
          {(control) => (
            <input {...control} className="input" type="password" name="current" autoComplete="current-password" required />
          )}
        </Field>
        <Field label={words.menu.wanted} wrong={problem || undefined} hint={words.menu.short}>
          {(control) => (
            <input {...control} className="input" type="password" name="wanted" autoComplete="new-password" required />
          )}
        </Field>
        <div className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" kind="main">
            {words.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { type FormEvent, useEffect, useState } from "react";
import { ApiError, get, keepCsrf, post, sentenceOf } from "../api";
import { Button } from "../parts/Button";
import { Field } from "../parts/Field";
import { useLanguage } from "../words/words";

export interface Ways {
  /** Whether there is a company login, and what its button reads. */
  oidc: boolean;
  title: string;
  /** Sentences by the code that a company login sends the browser back with, and by language. */
  faults?: Record<string, Record<string, string>>;
  signed_in?: boolean;
}

export function Login({ hasEnded, onEnter }: { hasEnded: boolean; onEnter(): Promise<void> }) {
  const { words, language } = useLanguage();
  const [ways, setWays] = useState<Ways | null>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    document.title = words.title;
    get<Ways>("/api/desk/login/ways")
      .then(setWays)
      .catch(() => undefined); // the password is a way in any case
  }, [words]);

  const fault = new URLSearchParams(location.search).get("fault") ?? "";
  const sentence = ways?.faults?.[fault]?.[language];

  async function enter(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem("");
    try {
      const { csrf } = await post<{ csrf: string }>("/api/desk/login", {
        name: String(form.get("name")).trim(),
        password: String(form.get("password")),
      });
      keepCsrf(csrf);
      await onEnter();
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      if (status === 401 || status === 422) setProblem(words.login.wrong);
      else if (status === 429) setProblem(words.login.tooMany);
      else setProblem(sentenceOf(error, words));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="login">
      <div className="login-card">
        <h1>{words.title}</h1>
        <p className="quiet">{words.login.intro}</p>
        <form onSubmit={(event) => void enter(event)}>
          {hasEnded && !problem && <p className="notice warn">{words.login.ended}</p>}
          <div role="alert">
            {(problem || sentence) && <p className="notice bad">{problem || sentence}</p>}
          </div>
          <Field label={words.login.name}>
            {(control) => (
              <input
                {...control}
                className="input"
                name="name"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
                autoFocus
              />
            )}
          </Field>
          <Field label={words.login.password}>
            {(control) => (
              <input
                {...control}
                className="input"
                name="password"
                type="password"
                autoComplete="current-password"
                required
              />
            )}
          </Field>
          <Button type="submit" kind="main" size="large" disabled={isBusy}>
            {isBusy ? words.login.entering : words.login.enter}
          </Button>
        </form>
        {ways?.oidc && (
          <>
            <p className="login-or">{words.login.or}</p>
            <a
              className="button large login-oidc"
              href={`/api/desk/login/oidc?next=${encodeURIComponent(location.pathname)}`}
            >
              {ways.title || words.login.oidc}
            </a>
          </>
        )}
      </div>
    </main>
  );
}

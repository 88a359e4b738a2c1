import { useDesk, useSession } from "../app/session";
import { Button } from "../parts/Button";
import { Field } from "../parts/Field";
import { useOwnWords } from "../words/words";
import { type Filters, NO_FILTERS, hasFilters } from "./recorded";
import { en, ko } from "./words";

/** What is looked for. */
export function Finder({ filters, onChange }: { filters: Filters; onChange(filters: Filters): void }) {
  const own = useOwnWords({ ko, en });
  const { config } = useSession();
  const agents = useDesk((state) => state.agents);
  const change = (name: keyof Filters) => (event: { target: { value: string } }) =>
    onChange({ ...filters, [name]: event.target.value });
  const choices = [
    ["agent", own.agent, agents.map((agent) => [agent.name, agent.shown_name || agent.name])],
    ["skill", own.skill, config.queues.map((queue) => [queue.skill, queue.title || queue.skill])],
    ["code", own.code, config.codes.map((code) => [code.code, code.title || code.code])],
  ] as const;
  return (
    <form className="finder" role="search" onSubmit={(event) => event.preventDefault()}>
      <Field label={own.find} hint={own.findHint}>
        {(control) => <input {...control} className="input" type="search" maxLength={200} value={filters.q} onChange={change("q")} />}
      </Field>
      <div className="finder-more">
        <Field label={own.from}>
          {(control) => <input {...control} className="input" type="date" value={filters.from} max={filters.to || undefined} onChange={change("from")} />}
        </Field>
        <Field label={own.to}>
          {(control) => <input {...control} className="input" type="date" value={filters.to} min={filters.from || undefined} onChange={change("to")} />}
        </Field>
        {choices.map(([name, title, options]) => (
          <Field key={name} label={title}>
            {(control) => (
              <select {...control} className="input" value={filters[name]} onChange={change(name)}>
                <option value="">{own.all}</option>
                {options.map(([value, shown]) => (
                  <option key={value} value={value}>
                    {shown}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ))}
        {hasFilters(filters) && (
          <Button size="small" icon="close" className="finder-clear" onClick={() => onChange(NO_FILTERS)}>
            {own.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  /** The control, given its id and what describes it. */
  children(control: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }): ReactNode;
}

export function Field({ label, hint, wrong, children }: FieldProps) {
  const id = useId();
  const note = wrong ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(note ? { "aria-describedby": `${id}-note` } : {}),
        ...(wrong ? { "aria-invalid": true as const } : {}),
      })}
      {note && (
        <span id={`${id}-note`} className={wrong ? "wrong" : "hint"}>
          {note}
        </span>
      )}
    </div>
  );
}

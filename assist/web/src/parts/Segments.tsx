interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  choices: { value: NoInfer<Value>; title: string }[];
  onChange: (value: NoInfer<Value>) => void;
}

/** One of a few, side by side; arrow keys move, as in any group of radio buttons. */
export function Segments<Value extends string>({ label, value, choices, onChange }: SegmentsProps<Value>) {
  function move(step: number) {
    const place = choices.findIndex((choice) => choice.value === value);
    const next = choices[(place + step + choices.length) % choices.length];
    if (next) onChange(next.value);
  }
  return (
    <div
      className="segments"
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        move(step);
        const group = event.currentTarget;
        requestAnimationFrame(() => group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus());
      }}
    >
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          tabIndex={choice.value === value ? 0 : -1}
          onClick={() => onChange(choice.value)}
        >
          {choice.title}
        </button>
      ))}
    </div>
  );
}

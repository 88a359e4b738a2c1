// Line icons of 16 by 16 points; they say nothing to a screen reader, the control around them does.

const PATHS = {
  phone: "M3 2.5h2.2l1.2 3-1.6 1.2a8.5 8.5 0 0 0 4.5 4.5l1.2-1.6 3 1.2V13a1 1 0 0 1-1 1A10.5 10.5 0 0 1 2 3.5a1 1 0 0 1 1-1z",
  hangUp: "M1.8 9.6c3.4-3.4 9-3.4 12.4 0l-1.6 1.9-2.5-1.2V8.5a8 8 0 0 0-4.2 0v1.8l-2.5 1.2z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6l7.5-4.8z",
  mic: "M8 1.8a2 2 0 0 0-2 2V8a2 2 0 0 0 4 0V3.8a2 2 0 0 0-2-2zM3.8 7.5a4.2 4.2 0 0 0 8.4 0M8 11.7v2.5",
  micOff: "M6 6v2a2 2 0 0 0 3 1.7M10 6.5V3.8a2 2 0 0 0-3.9-.6M3.8 7.5a4.2 4.2 0 0 0 6.6 3.4M12.2 7.5a4 4 0 0 1-.4 1.8M8 11.7v2.5M2.5 2.5l11 11",
  keypad: "M4 4h.01M8 4h.01M12 4h.01M4 8h.01M8 8h.01M12 8h.01M4 12h.01M8 12h.01M12 12h.01",
  people: "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5a4.5 4.5 0 0 1 9 0M10.5 2.8a2.5 2.5 0 0 1 0 4.4M12.5 9.6a4.5 4.5 0 0 1 2 3.9",
  forward: "M9.5 3.5 14 8l-4.5 4.5M14 8H6.5a4.5 4.5 0 0 0-4.5 4.5",
  page: "M3.5 2h6l3 3v9h-9zM9.5 2v3h3M5.8 8.5h4.4M5.8 11h4.4",
  gear: "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM8 1.8v1.7M8 12.5v1.7M3.6 3.6l1.2 1.2M11.2 11.2l1.2 1.2M1.8 8h1.7M12.5 8h1.7M3.6 12.4l1.2-1.2M11.2 4.8l1.2-1.2",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.5 6.5 12 13 4.5",
  copy: "M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z",
  chat: "M2.5 3h11v8h-6l-3 2.5V11h-2z",
  alert: "M8 2.2 14.5 13.5h-13zM8 6.5v3.2M8 11.6h.01",
  shield: "M8 1.8 13 3.6v4c0 3.2-2.1 5.6-5 6.6-2.9-1-5-3.4-5-6.6v-4zM5.7 8l1.7 1.7 3-3.2",
  map: "M8 14s4.5-4.3 4.5-7.6a4.5 4.5 0 0 0-9 0C3.5 9.7 8 14 8 14zM8 8a1.7 1.7 0 1 0 0-3.4A1.7 1.7 0 0 0 8 8z",
  bulb: "M6 11.5a4.5 4.5 0 1 1 4 0v1H6zM6.5 14.2h3",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  person: "M8 7.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.8 14a5.2 5.2 0 0 1 10.4 0",
  clock: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 4.5V8l2.3 1.6",
  down: "M4 6.5 8 10.5l4-4",
  headset: "M2.8 9.5V8a5.2 5.2 0 0 1 10.4 0v1.5M2.8 9h2v4h-1a1 1 0 0 1-1-1zM13.2 9h-2v4h1a1 1 0 0 0 1-1zM12.5 13c-.6 1-2 1.5-3.5 1.5",
  robot: "M3 6h10v7H3zM8 6V3.5M6 9.2v.6M10 9.2v.6M8 3.5a.8.8 0 1 0 0-1.6.8.8 0 0 0 0 1.6z",
  plus: "M8 3.5v9M3.5 8h9",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.5 3.5",
  ear: "M4.5 6.5a3.5 3.5 0 0 1 7 0c0 2.5-2.2 2.9-2.5 5a2 2 0 0 1-3.7.8M6.5 6.5a1.5 1.5 0 0 1 3 0c0 1-.9 1.3-1.2 2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "keypad" || name === "list" ? 1.8 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

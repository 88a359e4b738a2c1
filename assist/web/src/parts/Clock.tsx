import { useEffect, useState } from "react";

/** `4:05`, `1:02:09`. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number: number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The present, in ms, told anew every second (or as often as asked). */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A running clock; `since` is a time of this browser in ms. `role="timer"` is not read out by itself. */
export function Clock({ since, label }: { since: number; label?: string }) {
  const now = useNow();
  return (
    <span role="timer" aria-label={label}>
      {clockOf((now - since) / 1000)}
    </span>
  );
}

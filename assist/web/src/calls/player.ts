// The recording in an audio element, and what the page shows of it.

import { useCallback, useEffect, useRef, useState } from "react";

export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;
export const STEP_S = 5;

export interface Player {
  /** The `ref` of the audio element, which may come and go. */
  hold(element: HTMLAudioElement | null): void;
  isPlaying: boolean;
  isBroken: boolean;
  speed: number;
  /** Where it is; known again with every picture while it plays. */
  at_ms: number;
  toggle(): void;
  seek(at_ms: number, andPlay?: boolean): void;
  step(seconds: number): void;
  setSpeed(speed: number): void;
}

export function nextSpeed(speed: number, by: 1 | -1): number {
  const place = SPEEDS.findIndex((one) => one >= speed);
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place + by))] ?? 1;
}

export function usePlayer(duration_ms: number): Player {
  const [element, hold] = useState<HTMLAudioElement | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [at_ms, setAt] = useState(0);

  useEffect(() => {
    if (!element) return;
    const told = () => setAt(element.currentTime * 1000);
    const listeners = {
      play: () => setPlaying(true),
      pause: () => setPlaying(false),
      ended: () => setPlaying(false),
      seeked: told,
      timeupdate: told,
      error: () => setBroken(true),
      loadedmetadata: () => setBroken(false),
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    };
  }, [element]);

  useEffect(() => {
    if (!element || !isPlaying) return;
    let picture = 0;
    const look = () => {
      setAt(element.currentTime * 1000);
      picture = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(picture);
  }, [element, isPlaying]);

  useEffect(() => {
    if (element) element.playbackRate = speed;
  }, [element, speed]);

  const seek = useCallback(
    (wanted_ms: number, andPlay = false) => {
      if (!element) return;
      element.currentTime = Math.min(Math.max(0, wanted_ms), duration_ms || Number.MAX_SAFE_INTEGER) / 1000;
      setAt(element.currentTime * 1000);
      if (andPlay) element.play().catch(() => undefined); // not loaded: said by "error"
    },
    [element, duration_ms],
  );
  const step = (seconds: number) => seek(((element?.currentTime ?? 0) + seconds) * 1000);
  const toggle = () => {
    if (element?.paused) element.play().catch(() => undefined);
    else element?.pause();
  };

  return { hold, isPlaying, isBroken, speed, at_ms, toggle, seek, step, setSpeed };
}

/** Space, arrows: for the whole page, where no control wants them for itself. */
export function usePlayerKeys(player: Player): void {
  const newest = useRef(player);
  useEffect(() => {
    newest.current = player;
  });
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, select, [contenteditable], [role=radio]")) return;
      if (event.key === " " && target?.closest("button, a, summary")) return; // it presses that
      const now = newest.current;
      const deed = {
        " ": () => now.toggle(),
        ArrowLeft: () => now.step(-STEP_S),
        ArrowRight: () => now.step(STEP_S),
        ArrowUp: () => now.setSpeed(nextSpeed(now.speed, 1)),
        ArrowDown: () => now.setSpeed(nextSpeed(now.speed, -1)),
      }[event.key];
      if (!deed) return;
      event.preventDefault();
      deed();
    }
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

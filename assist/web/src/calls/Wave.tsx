// The recording as a picture: the caller above the middle, everybody else below; pressed, it plays on from there.

import { useCallback, useEffect, useRef, useState } from "react";
import { clockOf } from "../parts/Clock";
import { useOwnWords } from "../words/words";
import type { Peaks } from "./recorded";
import { en, ko } from "./words";

const BAR = 2;
const GAP = 1;

interface WaveProps {
  peaks: Peaks | null;
  duration_ms: number;
  at_ms: number;
  marks: readonly number[];
  onSeek(at_ms: number): void;
}

export function Wave({ peaks, duration_ms, at_ms, marks, onSeek }: WaveProps) {
  const own = useOwnWords({ ko, en }).player;
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(canvas);
  const look = useLook();

  const draw = useCallback(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || !size.width) return;
    const scale = devicePixelRatio || 1;
    element.width = size.width * scale;
    element.height = size.height * scale;
    context.scale(scale, scale);
    const style = getComputedStyle(element);
    // the properties of a canvas that paint nothing by themselves hold its colours, resolved by the browser
    const colours = { caller: style.color, other: style.caretColor, rest: style.borderTopColor, mark: style.outlineColor, now: style.columnRuleColor };
    const middle = size.height / 2;
    const played = duration_ms ? (at_ms / duration_ms) * size.width : 0;
    for (const mark of marks) {
      context.fillStyle = colours.mark;
      context.fillRect((mark / duration_ms) * size.width, 0, 1, size.height);
    }
    const bars = Math.floor(size.width / (BAR + GAP));
    for (const [side, way] of [["caller", -1], ["other", 1]] as const) {
      const heights = barsOf(peaks?.[side] ?? [], bars);
      heights.forEach((height, place) => {
        const left = place * (BAR + GAP);
        const tall = Math.max(1, Math.sqrt(height) * (middle - 2)); // quiet speech would be a line
        context.fillStyle = left <= played ? colours[side] : colours.rest;
        context.fillRect(left, way < 0 ? middle - tall - 0.5 : middle + 0.5, BAR, tall);
      });
    }
    context.fillStyle = colours.now;
    context.fillRect(Math.max(0, played - 1), 0, 2, size.height);
  }, [peaks, duration_ms, at_ms, marks, size]);
  useEffect(draw, [draw, look]);

  function press(event: React.PointerEvent<HTMLCanvasElement>) {
    if (event.buttons !== 1 || !duration_ms) return;
    const box = event.currentTarget.getBoundingClientRect();
    onSeek(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * duration_ms);
  }

  return (
    <canvas
      ref={canvas}
      className="wave"
      role="slider"
      tabIndex={0}
      aria-label={own.wave}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration_ms / 1000)}
      aria-valuenow={Math.round(at_ms / 1000)}
      aria-valuetext={`${clockOf(at_ms / 1000)} / ${clockOf(duration_ms / 1000)}`}
      onPointerDown={press}
      onPointerMove={press}
    />
  );
}

/** Of many peaks as many as there are bars, each the loudest of its part. */
export function barsOf(peaks: readonly number[], bars: number): number[] {
  if (peaks.length === 0 || bars <= 0) return Array<number>(Math.max(0, bars)).fill(0);
  return Array.from({ length: bars }, (_, place) => {
    const start = Math.floor((place * peaks.length) / bars);
    const end = Math.max(start + 1, Math.floor(((place + 1) * peaks.length) / bars));
    return Math.min(1, Math.max(0, ...peaks.slice(start, end)));
  });
}

function useSize(canvas: React.RefObject<HTMLCanvasElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [canvas]);
  return size;
}

/** Changes with the page's colours, which a canvas does not follow by itself. */
function useLook(): number {
  const [look, setLook] = useState(0);
  useEffect(() => {
    const changed = () => setLook((before) => before + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", changed);
    };
  }, []);
  return look;
}

import { useEffect, useRef } from "react";
import { useWords } from "../words/words";
import { usePhone, usePhoneState } from "./PhoneProvider";

const EVERY_MS = 80;
const LOUDEST = 0.35; // of full scale: somebody who speaks up

/** How loud one's own voice is; drawn without React, a dozen times a second. */
export function Level({ isMuted }: { isMuted: boolean }) {
  const words = useWords();
  const phone = usePhone();
  const microphone = usePhoneState((state) => state.microphone);
  const bar = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const { track } = phone;
    if (!track || isMuted) return;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      if (bar.current) bar.current.style.transform = `scaleX(${Math.min(1, Math.sqrt(loudness / LOUDEST)).toFixed(2)})`;
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [phone, microphone, isMuted]);

  return (
    <span className="level" role="img" aria-label={words.phone.level} title={words.phone.level}>
      <span ref={bar} key={String(isMuted)} />
    </span>
  );
}

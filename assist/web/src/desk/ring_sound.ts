// How a call draws attention: two soft notes again and again, and a page title that changes.

const NOTES_HZ = [659.25, 880] as const;
const EVERY_MS = 2_400;
const LOUDNESS = 0.16;
const BLINK_MS = 900;

let context: AudioContext | null = null;

/** Rings until what comes back is called. Silent where the browser plays nothing before something was pressed. */
export function ring(): () => void {
  try {
    context ??= new AudioContext();
  } catch {
    return () => undefined; // no sound device
  }
  const sounding = context;
  void sounding.resume().catch(() => undefined);
  const play = () => NOTES_HZ.forEach((hz, place) => note(sounding, hz, sounding.currentTime + place * 0.18));
  play();
  const timer = setInterval(play, EVERY_MS);
  return () => clearInterval(timer);
}

function note(sounding: AudioContext, hz: number, at: number): void {
  const oscillator = new OscillatorNode(sounding, { frequency: hz, type: "sine" });
  const loudness = new GainNode(sounding, { gain: 0 });
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.55);
  oscillator.connect(loudness).connect(sounding.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.6);
}

/** The title says who calls, in turns with what it said before. */
export function blinkTitle(text: string): () => void {
  const before = document.title;
  let isOn = false;
  const turn = () => {
    isOn = !isOn;
    document.title = isOn ? text : before;
  };
  turn();
  const timer = setInterval(turn, BLINK_MS);
  return () => {
    clearInterval(timer);
    document.title = before;
  };
}

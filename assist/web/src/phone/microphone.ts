// The microphone: opened when a call rings, given back when none is up; and why there may be none.

import { remember, remembered } from "../app/remembered";

export type MicrophoneProblem = "refused" | "missing" | "busy" | "insecure" | "unplugged";

export class NoMicrophone extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(`no microphone: ${problem}`);
    this.name = "NoMicrophone";
  }
}

const PROBLEMS: Record<string, MicrophoneProblem> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Throws :class:`NoMicrophone`. A chosen device that is unplugged gives way to whatever there is. */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  // a page that did not come by https (or from this machine) has no devices at all
  if (!navigator.mediaDevices?.getUserMedia) throw new NoMicrophone("insecure");
  const chosen = remembered("microphone");
  const wanted: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(chosen ? { deviceId: { ideal: chosen } } : {}),
  };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    const track = stream.getAudioTracks()[0];
    if (!track) throw new NoMicrophone("missing");
    return track;
  } catch (error) {
    if (error instanceof NoMicrophone) throw error;
    throw new NoMicrophone(PROBLEMS[error instanceof Error ? error.name : ""] ?? "missing");
  }
}

export interface Devices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

/** Their names are known once the microphone has been allowed. */
export async function devices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const named = all.filter((device) => device.deviceId);
  return {
    microphones: named.filter((device) => device.kind === "audioinput"),
    speakers: named.filter((device) => device.kind === "audiooutput"),
  };
}

export function chooseDevice(kind: "microphone" | "speaker", deviceId: string): void {
  remember(kind, deviceId);
}

export function chosenDevice(kind: "microphone" | "speaker"): string {
  return remembered(kind) ?? "";
}

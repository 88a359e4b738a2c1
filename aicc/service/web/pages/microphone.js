// The microphone: it may be refused, held by another program, pulled out, plugged in, all of it during a call.

const WANTED = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } };

export class Microphone {
  #stream = null;
  #isMuted = false;
  #isInUse = false;
  #known = "";
  #changed;

  /** `changed(track)` while in use: another device, or null: there is none any more. */
  constructor(changed) {
    this.#changed = changed;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#look());
  }

  get track() {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  /** Throws what getUserMedia throws. */
  async open() {
    if (!navigator.mediaDevices) throw new DOMException("no microphone without https", "SecurityError");
    this.#isInUse = true;
    await this.#take();
  }

  /** For a call without one: there is a keypad and a keyboard, and a microphone may still be plugged in. */
  async doWithout() {
    this.#isInUse = true;
    this.#known = await inputs();
  }

  mute(isMuted) {
    this.#isMuted = isMuted;
    if (this.track) this.track.enabled = !isMuted;
  }

  close() {
    this.#isInUse = this.#isMuted = false;
    this.#stop();
  }

  async #take() {
    const stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.#stop();
    this.#stream = stream;
    this.track.enabled = !this.#isMuted;
    this.track.addEventListener("ended", () => this.#look());
    if (!this.#isInUse) this.#stop(); // closed while the browser asked
    this.#known = await inputs();
  }

  #stop() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
  }

  /** On with the device that the browser now prefers. Headphones alone are no reason: the event tells of them, too. */
  async #look() {
    if (!this.#isInUse) return;
    const isAlive = this.track?.readyState === "live";
    if (isAlive && this.#known === (await inputs())) return;
    try {
      await this.#take();
    } catch (error) {
      if (isAlive) return; // the old one still does
      console.info("no microphone:", error.message);
      this.#stop();
    }
    if (this.#isInUse) this.#changed(this.track);
  }
}

/** What there is to speak into, as one text to compare. */
async function inputs() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const found = devices.filter((device) => device.kind === "audioinput");
  return found.map((device) => `${device.deviceId} ${device.groupId}`).join("\n");
}

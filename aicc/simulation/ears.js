// Ears in the service's page: how loud the microphone and the bot are, by one clock, where a person would hear them.
// Runs before the page does; see aicc/simulation/browser.py, which reads what has been heard.

(() => {
  const RATE_HZ = 48000;
  const WORKLET = `
    registerProcessor("ears", class extends AudioWorkletProcessor {
      process(inputs) {
        const peaks = inputs.map(([samples]) => (samples ?? []).reduce((most, it) => Math.max(most, Math.abs(it)), 0));
        this.port.postMessage([currentTime * 1000, ...peaks]);
        return true;
      }
    });`;
  const heard = [];
  const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: "interactive" });
  const module = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
  const ears = context.audioWorklet.addModule(module).then(() => {
    const node = new AudioWorkletNode(context, "ears", { numberOfInputs: 2, numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => heard.push(data);
    return node;
  });
  const peers = [];

  async function listen(stream, input) {
    await context.resume();
    context.createMediaStreamSource(stream).connect(await ears, 0, input);
  }

  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await getUserMedia(wanted);
    await listen(stream, 0);
    return stream;
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      peers.push(this);
      this.addEventListener("track", ({ track }) => listen(new MediaStream([track]), 1));
    }
  };

  /** Rows of ms, the microphone's and the bot's peak (0 to 1), since this was last asked. */
  window.takeHeard = () => heard.splice(0);

  /** What the browser held the bot's sound back for, in ms on average: its jitter buffer. */
  window.heldBackMs = async () => {
    const stats = [...(await peers[0].getStats()).values()].find((one) => one.type === "inbound-rtp");
    return (1000 * stats.jitterBufferDelay) / stats.jitterBufferEmittedCount;
  };
})();

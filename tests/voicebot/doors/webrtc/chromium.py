"""Real Chromium with a sound file as its microphone, and a page that calls a door; no server between the two.

``from tests.voicebot.doors.webrtc.chromium import calling_page`` opens one; ``CHROMIUM`` is None where there is none.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import soundfile
from playwright.async_api import Page, Route, async_playwright

from tests.voicebot.doors.webrtc.browser import tone
from voicebot.doors.webrtc.door import WebRtcDoor

CHROMIUM = shutil.which("chromium")
ADDRESS = "http://127.0.0.1:8/"  # answered by the page's own route: loopback, which may use the microphone

PAGE = """
<!doctype html><title>call</title><audio autoplay></audio><script>
let microphone, context, analyser, pc, sender;

async function call(settings = {}, isTrickling = false) {
  microphone ??= await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const mine = new RTCPeerConnection(settings);
  mine.ontrack = (event) => {
    document.querySelector("audio").srcObject = event.streams[0];
    context ??= new AudioContext();
    analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
    context.createMediaStreamSource(event.streams[0]).connect(analyser);
  };
  sender = mine.addTrack(microphone.getAudioTracks()[0], microphone);
  if (isTrickling) mine.onicecandidate = (event) => { if (event.candidate) candidate(event.candidate.candidate); };
  const old = pc;
  pc = mine;
  await offer(isTrickling);
  if (old) await connected().then(() => old.close());
}

async function offer(isTrickling = false) {
  await pc.setLocalDescription();
  if (!isTrickling)
    while (pc.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 10));
  await pc.setRemoteDescription({type: "answer", sdp: await answer(pc.localDescription.sdp)});
}

async function restart() { pc.restartIce(); await offer(true); }

async function connected() {
  while (pc.connectionState !== "connected") await new Promise((done) => setTimeout(done, 10));
}

function heard() {
  if (!analyser) return [0, -200];
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return [loudest * context.sampleRate / analyser.fftSize, bins[loudest]];
}

async function pair() {
  const stats = [...(await pc.getStats()).values()];
  const chosen = stats.find((one) => one.type === "transport").selectedCandidatePairId;
  const pair = stats.find((one) => one.id === chosen);
  const of = (id) => stats.find((one) => one.id === id);
  return pair && [of(pair.localCandidateId).candidateType, of(pair.remoteCandidateId).candidateType];
}
</script>
"""


@contextlib.asynccontextmanager
async def calling_page(door: WebRtcDoor, folder: Path, microphone_hz: float) -> AsyncIterator[Page]:
    """A page whose functions are those above; what it offers goes to ``door``."""
    file = folder / "microphone.wav"
    soundfile.write(file, tone(microphone_hz, 500, 48_000), 48_000)
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream"]
    options += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={file}"]

    async def serve(route: Route) -> None:
        await route.fulfill(body=PAGE, content_type="text/html")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        page = await browser.new_page()
        await page.route(f"{ADDRESS}**", serve)
        await page.expose_function("answer", door.answer)
        await page.expose_function("candidate", door.add_candidate)
        await page.goto(ADDRESS)
        try:
            yield page
        finally:
            await browser.close()

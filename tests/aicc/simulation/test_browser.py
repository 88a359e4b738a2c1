"""A caller with a real browser: what its microphone hears, and what is measured in the page."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aicc.simulation import browser
from aicc.simulation.browser import MICROPHONE_HZ, NoBrowser, Said, call_from_page, find_chromium, microphone, turns_in

BLOCK_MS = 128 / 48
QUIET, LOUD = 1e-4, 0.1


def rows(length_ms: float, caller: list[tuple[float, float]], bot: list[tuple[float, float]]):
    """Peaks of both sides, who are loud in these stretches of ms."""

    def peak(stretches: list[tuple[float, float]], at_ms: float) -> float:
        return LOUD if any(start <= at_ms < end for start, end in stretches) else QUIET

    times = np.arange(0, length_ms, BLOCK_MS)
    return [(float(at), peak(caller, at), peak(bot, at)) for at in times]


def test_a_wait_is_from_the_callers_last_sound_to_the_bots_first() -> None:
    heard = rows(9_000, [(1_000, 1_400), (1_700, 2_000), (6_000, 7_000)], [(0, 500), (2_320, 4_000), (7_250, 8_000)])
    first, second = turns_in(heard, ["배송 조회", "네"])
    assert (first.text, first.into_speech) == ("배송 조회", False)
    assert first.voice_to_voice_ms == pytest.approx(320, abs=2 * BLOCK_MS), "a pause between two words ends nothing"
    assert second.voice_to_voice_ms == pytest.approx(250, abs=2 * BLOCK_MS)


def test_who_speaks_into_the_bots_words_is_noted() -> None:
    [turn] = turns_in(rows(5_000, [(1_000, 2_000)], [(0, 1_300), (2_300, 3_000)]), ["아니"])
    assert turn.into_speech


def test_a_page_without_sound_has_no_turns() -> None:
    assert turns_in([], ["네"]) == ()
    assert turns_in(rows(1_000, [], []), ["네"]) == ()


def test_the_microphone_is_silent_before_and_behind(tmp_path: Path) -> None:
    seconds = microphone([Said("네", 1.0)], tmp_path / "m.wav", 0.5)
    sound, rate_hz = soundfile.read(tmp_path / "m.wav", dtype="int16")
    assert (rate_hz, len(sound)) == (MICROPHONE_HZ, round(seconds * MICROPHONE_HZ))
    audible = np.flatnonzero(sound)
    assert audible[0] >= MICROPHONE_HZ and len(sound) - audible[-1] > MICROPHONE_HZ // 2


def test_a_machine_without_chromium_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        find_chromium()


PAGE = """<!doctype html><main id="phone" data-state="idle"><button id="call">call</button></main>
<audio autoplay></audio>
<script>
document.querySelector("#call").onclick = async () => {
  const stream = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
  one.onicecandidate = ({candidate}) => other.addIceCandidate(candidate);
  other.onicecandidate = ({candidate}) => one.addIceCandidate(candidate);
  other.ontrack = ({streams}) => {  // what was said comes back a second later
    const context = new AudioContext();
    const late = new DelayNode(context, {maxDelayTime: 2, delayTime: 1});
    const out = new MediaStreamAudioDestinationNode(context);
    context.createMediaStreamSource(streams[0]).connect(late).connect(out);
    other.getTransceivers()[0].sender.replaceTrack(out.stream.getAudioTracks()[0]);
    const audio = new Audio();
    audio.srcObject = streams[0];
    audio.muted = true;
    audio.play();  // a stream that nobody plays does not flow
  };
  one.ontrack = ({streams}) => document.querySelector("audio").srcObject = streams[0];
  one.addTransceiver(stream.getAudioTracks()[0], {direction: "sendrecv", streams: [stream]});
  await one.setLocalDescription();
  await other.setRemoteDescription(one.localDescription);
  other.getTransceivers()[0].direction = "sendrecv";
  await other.setLocalDescription();
  await one.setRemoteDescription(other.localDescription);
  document.querySelector("#phone").dataset.state = "talking";
};
</script>"""


@pytest.fixture
def echoing_page() -> Iterator[str]:
    """A page like the service's own, whose bot repeats what it hears, a second later."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed: apt-get install chromium")
def test_both_sides_are_heard_in_the_page(echoing_page: str, tmp_path: Path) -> None:
    seconds = microphone([Said("네", 2.0), Said("네", 2.5)], tmp_path / "m.wav", 2.5)
    call = asyncio.run(call_from_page(echoing_page, tmp_path / "m.wav", ["네", "네"], seconds + 1))
    assert len(call.turns) == 2
    spoke_ms = call.turns[0].end_ms - call.turns[0].start_ms
    assert len(call.waits_ms) == 2
    for wait_ms in call.waits_ms:
        assert 1_000 <= wait_ms + spoke_ms < 1_600, "a second, and the two peers' buffers"
    assert call.connected_ms > 0
    assert 0 < call.held_back_ms < 500

"""A caller behind an Asterisk that speaks AudioSocket is heard and led, at both of its rates."""

import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.doors.service import until
from tests.fakes.audiosocket import CALL, AudioSocketCaller, introduction, packet, sound
from voicebot.events import CallEnded, CallStarted, Dtmf, TranscriptFinal

pytestmark = pytest.mark.slow

SENTENCE = Path(__file__).parents[2] / "audio_fixtures" / "delivery.flac"
FRAME_S = 0.02
KEY, HANG_UP = 0x03, 0x00
SOUND = {8_000: 0x10, 16_000: 0x12}


class Asterisk:
    """Says a sentence as it was recorded, then nothing, in frames of 20 ms, until it is closed."""

    def __init__(self, port, rate_hz, said):
        self._caller = AudioSocketCaller(port)
        self.heard = []
        self.is_hung_up = threading.Event()
        self._frame = rate_hz // 50
        self._rate_hz = rate_hz
        self._frames = [said[at : at + self._frame] for at in range(0, len(said) - self._frame + 1, self._frame)]
        self._is_over = threading.Event()
        self._caller.send(introduction())
        self._threads = [threading.Thread(target=work) for work in (self._speak, self._listen)]
        for thread in self._threads:
            thread.start()

    def press(self, key):
        self._caller.send(packet(KEY, key.encode()))

    def hang_up(self):
        self._caller.send(packet(HANG_UP))

    def close(self):
        self._is_over.set()
        self._threads[0].join()
        self._caller.close()
        self._threads[1].join()

    def _speak(self):
        due_s = time.monotonic()
        quiet = np.zeros(self._frame, np.int16)
        while not self._is_over.is_set():
            try:
                self._caller.send(sound(self._frames.pop(0) if self._frames else quiet, self._rate_hz))
            except OSError:
                return
            due_s += FRAME_S
            self._is_over.wait(max(0.0, due_s - time.monotonic()))

    def _listen(self):
        try:
            while read := self._caller.read():
                self.heard.append(read)
        except OSError:
            pass
        self.is_hung_up.set()


@pytest.fixture
def asterisk(talking):
    """``asterisk(rate_hz, said)`` calls in; the caller, and the id of the call."""
    calling = []

    def call(rate_hz=8_000, said=()):
        newest = talking.newest()
        calling.append(Asterisk(talking.audiosocket_port, rate_hz, said))
        return calling[-1], newest()

    yield call
    for caller in calling:
        caller.close()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_a_caller_is_heard_and_hears(talking, asterisk, rate_hz):
    recorded, file_hz = soundfile.read(SENTENCE, dtype="int16")
    caller, call_id = asterisk(rate_hz, soxr.resample(recorded, file_hz, rate_hz))
    until(lambda: any(isinstance(event, TranscriptFinal) for event in talking.so_far(call_id)))
    caller.press("5")
    until(lambda: Dtmf("5") in talking.so_far(call_id))
    caller.hang_up()
    started, *others, ended = talking.service.journal(call_id)
    assert isinstance(started, CallStarted)
    assert (started.door, started.direction) == ("audiosocket", "in")
    assert isinstance(ended, CallEnded)
    assert (ended.by, ended.reason) == ("caller", "hung_up")
    final = next(event for event in others if isinstance(event, TranscriptFinal))
    assert "냉장고" in final.written
    kinds = {kind for kind, _ in caller.heard}
    assert kinds <= {SOUND[rate_hz], HANG_UP}  # Asterisk takes nothing else
    frames = [np.frombuffer(payload, "<i2") for kind, payload in caller.heard if kind == SOUND[rate_hz]]
    assert {len(frame) for frame in frames} == {rate_hz // 50}
    assert np.abs(np.concatenate(frames)).max() > 3_000


def test_the_service_hangs_up(talking, asterisk):
    caller, call_id = asterisk()
    talking.service.hang_up(call_id)
    assert caller.is_hung_up.wait(10)
    assert caller.heard[-1] == (HANG_UP, b"")
    ended = talking.service.journal(call_id)[-1]
    assert (ended.by, ended.reason) == ("service", "hung_up")


def test_a_connection_that_breaks_ends_the_call(talking, asterisk):
    caller, call_id = asterisk()
    caller.close()
    assert talking.service.journal(call_id)[-1].by in ("caller", "network")


def test_a_stranger_is_sent_away(talking, own_address):
    before = talking.service.call_ids()
    with socket.create_connection((own_address, talking.audiosocket_port), 5) as stranger:
        stranger.settimeout(5)
        try:
            stranger.sendall(introduction(CALL))
            assert stranger.recv(1) == b""
        except ConnectionResetError:
            pass
    assert talking.service.call_ids() == before
    assert talking.service.health()["calls"] == 0

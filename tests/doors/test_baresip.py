"""A telephone that others have written hears the bot and is heard: Opus, G.711, SRTP, keys, both directions."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from scipy.signal import fftconvolve

from tests.doors.service import until
from voicebot.events import BotFinished, CallEnded, CallStarted, Dtmf, TranscriptFinal

pytestmark = pytest.mark.slow

SENTENCE = Path(__file__).parents[2] / "audio_fixtures" / "delivery.flac"
RATES = {"opus": (48_000, 2), "PCMU": (8_000, 1), "PCMA": (8_000, 1)}
COMPARED_HZ = 8_000


@pytest.fixture
def sentence(tmp_path):
    """``sentence(codec)``: one for a telephone to say, at the rate of its codec."""

    def write(codec):
        rate_hz, channels = RATES[codec]
        sound, file_hz = soundfile.read(SENTENCE, dtype="float32")
        said = soxr.resample(sound, file_hz, rate_hz)
        quiet = np.zeros(rate_hz // 2, np.float32)
        path = tmp_path / "sentence.wav"
        soundfile.write(path, np.repeat(np.concatenate((quiet, said))[:, None], channels, axis=1), rate_hz, "PCM_16")
        return path

    return write


def likeness(heard, said):
    """How much of the one is the other, wherever it begins: 1 is all of it. Each is samples and rate in Hz."""
    waves = []
    for sound, rate_hz in (heard, said):
        wave = soxr.resample(sound.astype(np.float32), rate_hz, COMPARED_HZ)
        waves.append(wave - wave.mean())
    score = fftconvolve(waves[0], waves[1][::-1])
    return float(score.max() / (np.linalg.norm(waves[0]) * np.linalg.norm(waves[1])))


@pytest.mark.parametrize(
    ("codec", "encryption", "least"), [("opus", "", 0.7), ("PCMU", "srtp-mand", 0.9), ("PCMA", "", 0.9)]
)
def test_both_hear_each_other(talking, baresip, sentence, codec, encryption, least):
    newest = talking.newest()
    phone = baresip(codec=codec, encryption=encryption, says=sentence(codec))
    phone.call(talking.sip)
    call_id = newest()
    until(lambda: any(isinstance(event, TranscriptFinal) for event in talking.so_far(call_id)))
    phone.press("7*")
    until(lambda: [e.digit for e in talking.so_far(call_id) if isinstance(e, Dtmf)] == ["7", "*"])
    phone.hang_up()
    events = talking.service.journal(call_id)
    assert (events[0].door, events[0].caller) == ("sip", phone.user)
    assert (events[-1].by, events[-1].reason) == ("caller", "hung_up")
    final = next(event for event in events if isinstance(event, TranscriptFinal))
    assert "냉장고" in final.text
    print("likeness", likeness(phone.heard(), talking.recorded(call_id)))
    assert likeness(phone.heard(), talking.recorded(call_id)) > least


def test_the_service_hangs_up(talking, baresip):
    newest = talking.newest()
    phone = baresip()
    phone.call(talking.sip)
    talking.service.hang_up(newest())
    phone.hears_of("CALL_CLOSED")


def test_it_is_called(talking, baresip):
    phone = baresip(port=talking.callee_port, answers=True, encryption="srtp")
    call_id = talking.place()
    phone.hears_of("CALL_ESTABLISHED")
    until(lambda: any(isinstance(event, BotFinished) for event in talking.so_far(call_id)))
    phone.hang_up()
    first, *_, last = talking.service.journal(call_id)
    assert isinstance(first, CallStarted) and (first.direction, first.callee) == ("out", "15880000")
    assert isinstance(last, CallEnded) and last.by == "caller"
    heard, _ = phone.heard()
    assert np.abs(heard).max() > 3_000


def test_it_turns_a_call_down(talking, baresip):
    phone = baresip(port=talking.callee_port)
    call_id = talking.place()
    phone.hears_of("CALL_INCOMING")
    phone.hang_up()
    first, last = talking.service.journal(call_id)
    print(last)
    assert (first.direction, last.by) == ("out", "caller")

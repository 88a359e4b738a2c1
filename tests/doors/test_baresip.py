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
LOUD = 1_000


@pytest.fixture
def sentence(tmp_path):
    """``sentence(codec)``: one for a telephone to say, at the rate of its codec."""

    def write(codec):
        rate_hz, channels = RATES[codec]
        sound, file_hz = soundfile.read(SENTENCE, dtype="float32")
        said = soxr.resample(sound, file_hz, rate_hz)
        quiet = np.zeros(rate_hz // 2, np.float32)  # before it; behind it, as the telephone hangs up at the end
        path = tmp_path / "sentence.wav"
        soundfile.write(
            path, np.repeat(np.concatenate((quiet, said, *[quiet] * 60))[:, None], channels, axis=1), rate_hz, "PCM_16"
        )
        return path

    return write


def understood(events):
    return " ".join(event.written for event in events if isinstance(event, TranscriptFinal))


def likeness(heard, said):
    """How much half seconds of the one are like some place of the other, in the middle: 1 where they are the same.

    Each is samples and rate in Hz. Longer pieces would not do: the telephone's jitter buffer skips where it has to.
    """
    wave, whole = (soxr.resample(sound.astype(np.float32), rate_hz, COMPARED_HZ) for sound, rate_hz in (heard, said))
    size = COMPARED_HZ // 2
    norms = np.sqrt(fftconvolve(whole**2, np.ones(size), mode="valid").clip(1))
    pieces = [wave[at : at + size] for at in range(0, len(wave) - size + 1, size)]
    scores = [
        float((fftconvolve(whole, piece[::-1], mode="valid") / norms).max() / np.linalg.norm(piece))
        for piece in pieces
        if np.abs(piece).max() > LOUD
    ]
    return float(np.median(scores))


@pytest.mark.parametrize(("codec", "encryption"), [("opus", ""), ("PCMU", "srtp-mand"), ("PCMA", "")])
def test_both_hear_each_other(talking, baresip, sentence, codec, encryption):
    newest = talking.newest()
    phone = baresip(codec=codec, encryption=encryption, says=sentence(codec))
    phone.call(talking.sip)
    call_id = newest()
    until(lambda: "냉장고" in understood(talking.so_far(call_id)))
    phone.press("7*")
    until(lambda: [e.digit for e in talking.so_far(call_id) if isinstance(e, Dtmf)] == ["7", "*"])
    phone.hang_up()
    events = talking.service.journal(call_id)
    assert (events[0].door, events[0].caller) == ("sip", phone.user)
    assert (events[-1].by, events[-1].reason) == ("caller", "hung_up")
    assert likeness(phone.heard(), talking.recorded(call_id)) > 0.8


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
    assert (first.direction, last.by, last.reason) == ("out", "caller", "busy")

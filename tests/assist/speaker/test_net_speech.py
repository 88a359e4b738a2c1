"""Speech is kept whole, everything else is left out; however the sound comes in pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.speaker.net_speech import MARGIN_MS, NetSpeech, net_speech
from audio_fixtures import recorded_calls
from tests.assist.speaker.voices import RATE_HZ, FakeDetector, silence, tone, voice
from voicebot.audio import Samples, resample, to_int16
from voicebot.sound_file import SoundFile
from voicebot.vad import VoiceDetector


def test_what_is_said_is_kept_with_a_margin_and_pauses_are_not():
    said = [voice(1, 1.0), voice(1, 2.0, take=1)]
    sound = np.concatenate([silence(1), said[0], silence(1.5), said[1], silence(1)])
    found = net_speech(sound, RATE_HZ, FakeDetector())
    margin = silence(MARGIN_MS / 1_000)
    assert np.array_equal(found.samples, np.concatenate([margin, said[0], margin, margin, said[1], margin]))
    assert (found.net_ms, found.sounding_ms) == (3_000, 3_000)
    assert found.length_ms == 3_000 + 4 * MARGIN_MS


def test_a_short_pause_stays_as_it_is():
    sound = np.concatenate([voice(1, 1.0), silence(0.3), voice(1, 1.0, take=1)])
    found = net_speech(sound, RATE_HZ, FakeDetector())
    assert np.array_equal(found.samples, sound) and found.net_ms == 2_000


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9_000), max_size=6))
def test_pieces_change_nothing(lengths):
    sound = np.concatenate([silence(0.3), voice(1, 1.0), silence(0.6), voice(1, 0.7, take=1)])
    whole = net_speech(sound, RATE_HZ, FakeDetector())
    stream, found, at = NetSpeech(FakeDetector(), RATE_HZ), [], 0
    for length in [*lengths, len(sound)]:
        found.append(stream.hear(sound[at : at + length]))
        at += length
    found.append(stream.finish())
    together = np.concatenate(found)
    assert np.array_equal(together, whole.samples) and stream.net_ms == whole.net_ms


def test_last_words_are_given_once():
    stream = NetSpeech(FakeDetector(), RATE_HZ)
    said = voice(1, 1.0)
    first = stream.hear(said)
    assert (len(first), stream.net_ms) == (len(said) - RATE_HZ // 5, 800)
    assert np.array_equal(np.concatenate([first, stream.finish()]), said)
    assert not len(stream.finish()) and stream.net_ms == 1_000


def test_other_rates_become_one_that_is_judged():
    sound = resample(np.concatenate([voice(1, 2), silence(1)]), RATE_HZ, 44_100)
    found = net_speech(sound, 44_100, FakeDetector())
    assert found.rate_hz == 16_000
    assert found.net_ms == pytest.approx(2_000, abs=40)


def test_a_tone_sounds_and_is_no_speech():
    found = net_speech(np.concatenate([tone(4), silence(2)]), RATE_HZ, FakeDetector())
    assert (found.net_ms, found.sounding_ms) == (0, 4_000)


def _seconds() -> np.ndarray:
    return np.arange(8 * RATE_HZ) / RATE_HZ


def _struck(rate_hz: float, decay_s: float) -> np.ndarray:
    return np.exp(-(_seconds() * rate_hz % 1) / rate_hz / decay_s)


def _chords() -> np.ndarray:
    root = 220 * 2 ** (np.array([0, 5, 7, 0, 9, 5, 7, 2])[_seconds().astype(int)] / 12)
    phase = 2 * np.pi * root * _seconds()
    notes = [np.sin(h * 2 ** (step / 12) * phase) / h**1.5 for step in (0, 4, 7, 12) for h in range(1, 6)]
    return np.sum(notes, axis=0) * _struck(2, 0.4)


def _melody() -> np.ndarray:
    steps = np.array([0, 4, 7, 5, 9, 7, 2, 0])[(_seconds() * 2).astype(int) % 8]
    phase = 2 * np.pi * 330 * np.cumsum(2 ** (steps / 12)) / RATE_HZ + 3 * np.sin(2 * np.pi * 5.5 * _seconds())
    return np.sum([np.sin(h * phase) / h for h in range(1, 9)], axis=0) * (0.3 + _struck(2, 0.6))


def _drums() -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal(8 * RATE_HZ)
    return _struck(4, 0.05) * noise + 3 * _struck(2, 0.1) * np.sin(2 * np.pi * 80 * _seconds())


SOUNDS = {
    "chords": _chords,
    "melody": _melody,
    "drums": _drums,
    "song": lambda: _chords() / 4 + _drums() + _melody() / 3,
    "ringing": lambda: (np.sin(880 * np.pi * _seconds()) + np.sin(960 * np.pi * _seconds())) * (_seconds() % 3 < 1),
    "digits": lambda: np.sin(1394 * np.pi * _seconds()) + np.sin(2418 * np.pi * _seconds()),
    "noise": lambda: np.random.default_rng(1).standard_normal(8 * RATE_HZ),
    "siren": lambda: np.sin(2 * np.pi * np.cumsum(700 + 300 * np.sin(np.pi * _seconds())) / RATE_HZ),
}


@pytest.fixture(scope="module")
def detector() -> VoiceDetector:
    return VoiceDetector()


@pytest.mark.parametrize("kind", SOUNDS)
def test_no_voice_is_heard_in(kind, detector):
    sound = SOUNDS[kind]()
    found = net_speech(to_int16(2_000 * sound / sound.std()), RATE_HZ, detector)
    assert found.net_ms == 0 and found.sounding_ms > 2_000


def test_recorded_callers_are_heard(detector):
    for case in recorded_calls()[:4]:
        sound: Samples = SoundFile(case.path, RATE_HZ).read()
        found = net_speech(sound, RATE_HZ, detector)
        assert found.net_ms > 0.6 * found.sounding_ms

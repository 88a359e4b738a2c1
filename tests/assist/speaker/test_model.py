"""What is judged and what is refused: one voice, and enough of it."""

import numpy as np
import pytest

from assist.speaker.identity import Identity
from assist.speaker.one_voice import likeness_of_halves
from assist.speaker.refusal import Refused
from tests.assist.speaker.voices import RATE_HZ, FakeEmbedder, silence, speaker_model, tone, voice


@pytest.fixture(scope="module")
def model():
    return speaker_model()


def refusal(model, sound) -> str:
    with pytest.raises(Refused) as refused:
        model.utterance(model.speech_in(sound, RATE_HZ))
    assert str(refused.value)
    return refused.value.reason


def test_three_seconds_are_enough(model):
    sound = np.concatenate([silence(1), voice(1, 3.0), silence(1)])
    utterance = model.utterance(model.speech_in(sound, RATE_HZ))
    assert utterance.speech_ms == 3_000
    assert np.linalg.norm(utterance.embedding) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (voice(1, 0.5), "too_little_speech"),
        (np.concatenate([voice(1, 1.4), silence(5), voice(1, 1.4, take=1)]), "too_little_speech"),
        (silence(10), "too_little_speech"),
        (np.zeros(0, np.int16), "too_little_speech"),
        (tone(10), "not_speech"),
        (np.concatenate([tone(10), silence(1), voice(1, 1)]), "not_speech"),
        (np.concatenate([voice(1, 2), voice(2, 2), voice(1, 2, take=1), voice(2, 2, take=1)]), "two_voices"),
    ],
)
def test_refused(model, sound, reason):
    assert refusal(model, sound) == reason


def test_music_before_a_voice_does_not_matter(model):
    sound = np.concatenate([tone(10), silence(1), voice(1, 4)])
    assert model.utterance(model.speech_in(sound, RATE_HZ)).speech_ms == 4_000


def test_halves_of_one_voice_are_alike_and_of_two_are_not():
    embedder = FakeEmbedder()
    for seconds in (3, 9, 20):
        one = voice(3, seconds)
        two = np.concatenate([voice(3, seconds / 2), voice(4, seconds / 2)])
        assert likeness_of_halves(one, RATE_HZ, embedder) > 0.95
        assert likeness_of_halves(two, RATE_HZ, embedder) < 0.8


def test_what_cannot_be_parted_is_one_voice():
    embedder = FakeEmbedder()
    assert likeness_of_halves(voice(1, 2.0), RATE_HZ, embedder) == 1.0  # a single window
    assert likeness_of_halves(np.zeros(5 * RATE_HZ, np.int16), RATE_HZ, embedder) == 1.0
    cough = np.concatenate([voice(1, 12), voice(2, 1)])
    assert likeness_of_halves(cough, RATE_HZ, embedder) == 1.0


def test_models_are_told_apart_by_name_and_by_weights():
    first = Identity.of(FakeEmbedder())
    assert first.is_same(Identity.of(FakeEmbedder()))
    assert not first.is_same(Identity.of(FakeEmbedder("other")))
    assert not first.is_same(Identity.of(FakeEmbedder(weights=1)))
    assert first.is_same(Identity("fake", first.probe.astype(np.float16).astype(np.float32)))
    assert not first.is_same(Identity("fake", first.probe[:5]))

"""Voices as training hears them, each for the first and last time."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.speaker import voices as module  # noqa: E402
from gpu.train.speaker.voices import TRAIN, Voices, read, recordings  # noqa: E402
from tests.gpu.train.speaker.toy import vowel  # noqa: E402

RATE_HZ = 16_000


def test_no_voice_is_drawn_twice_and_all_are_as_long_as_asked():
    speakers = [vowel(100), vowel(200, seconds=0.2)]
    random = np.random.default_rng(0)
    drawn = [Voices(speakers).draw(8_000, random) for _ in range(12)]
    assert all(sound.shape == (8_000,) and sound.dtype == np.float32 and sound.any() for sound in drawn)
    assert len({sound.tobytes() for sound in drawn}) == 12
    again = np.random.default_rng(0)
    assert np.array_equal(Voices(speakers).draw(8_000, again), drawn[0])


def test_a_second_person_is_not_louder(monkeypatch):
    monkeypatch.setattr(module, "PAIRED_SHARE", 1.0)
    monkeypatch.setattr(Voices, "one", lambda self, samples, random: next(sounds))
    for seed in range(5):
        first, second = vowel(100), 20 * vowel(150)
        sounds = iter([first, second])
        both = Voices([]).draw(16_000, np.random.default_rng(seed))
        beside = both - first
        assert np.corrcoef(beside, second)[0, 1] > 0.99
        assert 0.15 < beside.std() / first.std() < 1.01


def test_recordings_are_in_the_order_of_their_speakers(tmp_path: Path):
    folder = tmp_path / TRAIN
    folder.mkdir(parents=True)
    for speaker in (100, 9, 20):
        sound = vowel(100, seconds=0.3).astype(np.int16)
        soundfile.write(folder / f"{speaker}-1-0000.ogg", sound, RATE_HZ, format="OGG", subtype="VORBIS")
    found = recordings(tmp_path)
    assert list(found) == ["9", "20", "100"]
    assert len(read(found["9"], 8_000)) == pytest.approx(2_400, abs=10)


def test_without_data_there_is_a_clear_word(tmp_path):
    with pytest.raises(FileNotFoundError, match="AICC_TRAINING_DATA"):
        recordings(tmp_path)

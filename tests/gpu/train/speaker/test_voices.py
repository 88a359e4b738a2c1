"""Disguises, and the voices as training finds them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.speaker import voices as module  # noqa: E402
from gpu.train.speaker.voices import (  # noqa: E402
    FASTEST,
    LONGEST_TRACT,
    REGIONS_HZ,
    TRAIN,
    WIDEST,
    Disguise,
    Voices,
    move_formants,
    read,
    recordings,
)

RATE_HZ = 16_000


def vowel(pitch_hz: float = 125.0, formant_hz: float = 900.0, seconds: float = 1.0) -> np.ndarray:
    """Harmonics under one wide resonance."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    harmonics = np.arange(1, int(7_000 / pitch_hz))
    gains = 1 / (1 + ((harmonics * pitch_hz - formant_hz) / 150) ** 2) + 0.003
    return (3_000 * np.sin(2 * np.pi * pitch_hz * np.outer(time, harmonics)) @ gains).astype(np.float32)


def pitch(sound: np.ndarray) -> float:
    part = sound[2_000 : 2_000 + 4_096]
    likeness = np.correlate(part, part, "full")[len(part) - 1 :]
    return RATE_HZ / (60 + int(np.argmax(likeness[60:300])))


def formant(sound: np.ndarray) -> float:
    """Centre of the strongest half of its spectrum."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    return float((np.fft.rfftfreq(len(sound), 1 / RATE_HZ) * power).sum() / power.sum())


def test_formants_that_do_not_move_leave_the_voice_as_it_is():
    sound = vowel()
    same = move_formants(sound, np.ones(len(REGIONS_HZ)))
    assert np.abs(same - sound)[1_000:-1_000].max() < 1e-3 * np.abs(sound).max()


def test_pitch_moves_everything_and_tract_the_formants_alone():
    sound = vowel()
    higher = Disguise(1.25, np.ones(len(REGIONS_HZ)))(sound)
    assert len(higher) == pytest.approx(len(sound) / 1.25, abs=2)
    assert pitch(higher) == pytest.approx(125 * 1.25, rel=0.02)
    assert formant(higher) == pytest.approx(1.25 * formant(sound), rel=0.02)
    for tract in (0.87, 1.15):
        moved = Disguise(1.0, np.full(len(REGIONS_HZ), tract))(sound)
        assert len(moved) == len(sound)
        assert pitch(moved) == pytest.approx(125, rel=0.02)
        assert formant(moved) / formant(sound) == pytest.approx(tract, abs=0.05)


def test_a_region_moves_alone():
    factors = np.where(REGIONS_HZ == 1_100, 1.15, 1.0)
    assert formant(move_formants(vowel(formant_hz=1_000), factors)) > 1_060
    assert formant(move_formants(vowel(formant_hz=3_600), factors)) == pytest.approx(
        formant(vowel(formant_hz=3_600)), rel=0.01
    )


def test_disguises_are_of_what_humans_are():
    random = np.random.default_rng(0)
    drawn = [Disguise.draw(random) for _ in range(300)]
    pitches = np.log([one.pitch for one in drawn])
    assert np.abs(pitches).max() <= np.log(FASTEST) and pitches.std() > 0.5 * np.log(FASTEST)
    whole = np.array([np.log(one.tract).mean() for one in drawn])
    assert 0.5 * np.log(LONGEST_TRACT) < whole.std() < np.log(LONGEST_TRACT)
    assert np.abs(pitches + whole).max() < np.log(WIDEST) + 0.1


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

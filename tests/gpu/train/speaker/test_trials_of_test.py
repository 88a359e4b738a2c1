"""The trials that the bundled embedding is judged by."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from assist.speaker.trials import read_trials  # noqa: E402
from gpu.train.speaker.measuring import errors, time_ms  # noqa: E402
from gpu.train.speaker.trials_of_test import PIECES, TEST, write  # noqa: E402
from voicebot.audio import Samples  # noqa: E402


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two speakers, a low and a high tone; two recordings each, of one piece and of more than are taken."""
    for speaker, hz in (("11", 500), ("22", 2_000)):
        folder = tmp_path / TEST / speaker
        folder.mkdir(parents=True)
        for recording, seconds in (("0001", 4), ("0002", 14)):
            sound = 9_000 * np.sin(2 * np.pi * hz * np.arange(seconds * 16_000) / 16_000)
            soundfile.write(folder / f"{speaker}-7-{recording}.flac", sound.astype(np.int16), 16_000)
    return tmp_path


def test_pieces_of_3_s_in_the_telephone_band_each_against_all_of_other_recordings(data, tmp_path):
    listed = read_trials(write(data, tmp_path / "out"))
    assert len(listed) == 2 * PIECES + (1 + PIECES) ** 2  # within either speaker, and across
    assert sum(trial.is_same for trial in listed) == 2 * PIECES
    samples, rate_hz = soundfile.read(listed[0].path_a, dtype="int16")
    assert rate_hz == 8_000 and len(samples) == 24_000 and samples.any()
    again = write(data, tmp_path / "again")
    assert again.read_bytes() == (tmp_path / "out" / "trials.tsv").read_bytes()
    assert (again.parent / listed[0].path_a.name).read_bytes() == listed[0].path_a.read_bytes()


def test_errors_are_those_of_the_cosines(data, tmp_path):
    trials = write(data, tmp_path / "out")

    def by_pitch(samples: Samples, rate_hz: int) -> np.ndarray:
        loudest = np.argmax(np.abs(np.fft.rfft(samples))) * rate_hz / len(samples)
        return np.array([loudest < 1_000, loudest >= 1_000], np.float32)

    found = errors(trials, by_pitch)
    assert (found.n, found.eer, found.min_dcf) == (22, 0.0, 0.0)
    assert errors(trials, lambda samples, _: np.ones(2, np.float32)).eer == pytest.approx(0.5)


def test_an_embedder_is_timed():
    class Counting:
        name, size, asked = "counting", 2, 0

        def embed(self, samples, rate_hz):
            raise AssertionError("in one call")

        def embed_all(self, many, rate_hz):
            assert len(many) == 3 and all(len(one) == rate_hz for one in many)
            self.asked += 1
            return np.zeros((3, 2), np.float32)

    embedder = Counting()
    assert time_ms(embedder, 3, seconds=1, repeats=4) >= 0
    assert embedder.asked == 5  # the first one is not counted


def test_without_data_there_is_a_clear_word(tmp_path):
    with pytest.raises(FileNotFoundError, match="AICC_TRAINING_DATA"):
        write(tmp_path, tmp_path / "out")

import re

import numpy as np
import pytest
import soundfile

from aicc.report.waveform import COLUMNS, HEIGHT, Waveform
from tests.aicc.report.calls import RATE_HZ, record


def heights(path):
    """How far the outline reaches above its middle, column by column."""
    above = re.findall(r"L[\d.]+,([\d.]+)", path)
    return np.array([HEIGHT / 2 - float(y) for y in above[: len(above) // 2]])


def test_the_caller_is_above_and_the_bot_below(tmp_path):
    waveform = Waveform.of(record(tmp_path / "a.flac"))
    caller, bot = map(heights, waveform.sides)
    assert waveform.seconds == pytest.approx(4.0)
    assert COLUMNS * 0.9 < len(caller) <= COLUMNS
    assert caller.mean() == pytest.approx(bot.mean() * np.sqrt(2), rel=0.02), "half as loud, seen by the square root"


def test_a_pause_is_flat_and_where_it_was(tmp_path):
    sound = np.zeros((RATE_HZ, 2), np.int16)
    sound[RATE_HZ // 2 :, 0] = 32_767
    soundfile.write(tmp_path / "a.wav", sound, RATE_HZ)
    sides = Waveform.of(tmp_path / "a.wav").sides
    caller, bot = map(heights, sides)
    began = float(re.findall(r"L([\d.]+),", sides[0])[np.flatnonzero(caller)[0]])
    assert began == pytest.approx(COLUMNS / 2, abs=2)
    assert caller[caller > 0].min() == pytest.approx(HEIGHT / 2, abs=0.1)
    assert bot.max() == 0


def test_the_loudest_sample_is_no_overflow(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full((RATE_HZ, 2), -32_768, np.int16), RATE_HZ)
    assert heights(Waveform.of(tmp_path / "a.wav").sides[0]).max() == HEIGHT / 2


def test_a_mono_recording_has_one_side(tmp_path):
    assert len(Waveform.of(record(tmp_path / "a.flac", channels=1)).sides) == 1


@pytest.mark.parametrize("samples", [0, 1, 100, 901])
def test_short_recordings(tmp_path, samples):
    soundfile.write(tmp_path / "a.wav", np.full((samples, 2), 999, np.int16), RATE_HZ)
    waveform = Waveform.of(tmp_path / "a.wav")
    assert len(waveform.sides) == 2
    places = [float(x) for x in re.findall(r"L([\d.]+),", waveform.sides[0])]
    assert all(0 <= place <= COLUMNS for place in places)
    assert bool(places) == bool(samples)


def test_an_hour_is_read_piece_by_piece(tmp_path):
    path = tmp_path / "a.wav"
    with soundfile.SoundFile(path, "w", RATE_HZ, 2) as file:
        for _ in range(60):
            file.write(np.full((60 * RATE_HZ, 2), 999, np.int16))
    waveform = Waveform.of(path)
    assert waveform.seconds == 3_600
    assert len(heights(waveform.sides[0])) == COLUMNS
    assert len(waveform.sides[0]) < 30_000, "and is no larger on the page"


def test_what_is_no_recording_is_told(tmp_path):
    (tmp_path / "a.flac").write_text("no sound")
    with pytest.raises(soundfile.SoundFileError):
        Waveform.of(tmp_path / "a.flac")

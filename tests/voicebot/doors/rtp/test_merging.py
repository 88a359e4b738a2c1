import numpy as np
import pytest

from tests.voicebot.doors.rtp.packets import voice
from voicebot.doors.rtp.merging import is_quiet, shortened


def test_whole_periods_are_taken_out_of_a_voice() -> None:
    period = 57  # of 8 kHz: 140 Hz
    sound = (8_000 * np.sin(2 * np.pi * np.arange(640) / period)).astype(np.int16)
    shorter = shortened(sound, 15, 8_000)
    assert len(sound) - len(shorter) == 2 * period
    assert np.abs(np.diff(shorter.astype(int))).max() <= np.abs(np.diff(sound.astype(int))).max() + 300


def test_it_joins_on_to_what_was_before_and_comes_after() -> None:
    sound = voice(640)
    shorter = shortened(sound, 15, 8_000)
    assert 0 < len(sound) - len(shorter) <= 120
    assert shorter[0] == sound[0]
    assert shorter[-300:].tolist() == sound[-300:].tolist()


def test_of_silence_all_goes_that_may() -> None:
    assert len(shortened(np.zeros(640, np.int16), 20, 8_000)) == 480
    assert len(shortened(np.zeros(1_280, np.int16), 20, 16_000)) == 960


@pytest.mark.parametrize(("length", "most_ms"), [(0, 20), (30, 20), (59, 20), (640, 2), (640, -3)])
def test_what_is_too_short_stays(length: int, most_ms: float) -> None:
    sound = voice(length)
    assert shortened(sound, most_ms, 8_000) is sound


def test_quiet_is_50_db_below_the_loudest() -> None:
    assert is_quiet(np.array([], np.int16))
    assert is_quiet(np.array([103, -103], np.int16))
    assert not is_quiet(np.array([0, -32_768], np.int16))

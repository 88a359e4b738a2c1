import numpy as np
import pytest

from tests.voicebot.doors.rtp.packets import voice
from voicebot.doors.rtp.merging import shortened


def test_whole_periods_are_taken_out_of_a_voice() -> None:
    period = 57  # of 8 kHz: 140 Hz
    sound = (8_000 * np.sin(2 * np.pi * np.arange(640) / period)).astype(np.int16)
    shorter = shortened(sound, 15, 8_000, is_pause=False)
    assert len(sound) - len(shorter) == 2 * period
    assert np.abs(np.diff(shorter.astype(int))).max() <= np.abs(np.diff(sound.astype(int))).max() + 300


def test_it_joins_on_to_what_was_before_and_comes_after() -> None:
    sound = voice(640)
    shorter = shortened(sound, 15, 8_000, is_pause=False)
    assert 0 < len(sound) - len(shorter) <= 120
    assert shorter[0] == sound[0]
    assert shorter[-300:].tolist() == sound[-300:].tolist()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_of_a_pause_all_goes_that_may(rate_hz: int) -> None:
    noise = np.random.default_rng(1).integers(-100, 100, rate_hz * 80 // 1000).astype(np.int16)
    assert len(shortened(noise, 20, rate_hz, is_pause=True)) == rate_hz * 60 // 1000
    assert len(shortened(noise, 40, rate_hz, is_pause=True)) == rate_hz * 40 // 1000


@pytest.mark.parametrize(("length", "most_ms"), [(0, 20), (30, 20), (59, 20), (640, 2), (640, -3)])
@pytest.mark.parametrize("is_pause", [True, False])
def test_what_is_too_short_stays(length: int, most_ms: float, is_pause: bool) -> None:
    sound = voice(length)
    assert shortened(sound, most_ms, 8_000, is_pause=is_pause) is sound

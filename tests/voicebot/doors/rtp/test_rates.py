import numpy as np
import pytest

from voicebot.audio import Samples, to_int16
from voicebot.doors.rtp.rates import HALF_TAPS, open_resampler


def tone(hz: float, rate_hz: int, samples: int) -> Samples:
    return to_int16(10_000 * np.sin(2 * np.pi * hz * np.arange(samples) / rate_hz))


@pytest.mark.parametrize(("from_hz", "to_hz"), [(8_000, 16_000), (16_000, 8_000)])
@pytest.mark.parametrize("hz", [300, 1_000, 3_000])
def test_a_tone_stays_what_it_is_however_it_is_cut(from_hz: int, to_hz: int, hz: float) -> None:
    resample = open_resampler(from_hz, to_hz)
    sound = tone(hz, from_hz, from_hz)
    pieces = [resample(piece) for piece in np.split(sound, [160, 161, 161, 500, 4_003])]
    other = np.concatenate(pieces)
    assert len(other) == to_hz
    delay_s = HALF_TAPS / 8_000 - (0 if to_hz > from_hz else 0.5 / 8_000)
    expected = 10_000 * np.sin(2 * np.pi * hz * (np.arange(len(other)) / to_hz - delay_s))
    assert np.abs(other - expected)[200:].max() < 150


def test_what_8_khz_cannot_hold_is_left_out() -> None:
    assert np.abs(open_resampler(16_000, 8_000)(tone(5_500, 16_000, 16_000))[100:]).max() < 100


def test_the_loudest_sound_is_clipped_and_not_wrapped() -> None:
    square = np.where(np.arange(1_600) // 20 % 2, 32_767, -32_768).astype(np.int16)
    for rates in ((8_000, 16_000), (16_000, 8_000)):
        other = open_resampler(*rates)(square).astype(int)
        assert np.abs(np.diff(other)).max() < 60_000


def test_the_same_rate_is_the_same_sound() -> None:
    sound = tone(440, 8_000, 160)
    assert open_resampler(8_000, 8_000)(sound) is sound

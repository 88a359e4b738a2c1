import numpy as np
import pytest

from assist.mood.prosody import prosody
from tests.assist.mood.test_pitch import voice

RATE_HZ = 8_000


def syllables(hz, count, ms=140, gap_ms=60, rate_hz=RATE_HZ):
    """A voice that says so many, with a closure between each two."""
    gap = np.zeros(rate_hz * gap_ms // 1_000, np.int16)
    ramp = np.minimum(1, np.linspace(0, 8, rate_hz * ms // 1_000))
    ramp *= ramp[::-1]
    return np.concatenate(
        [part for _ in range(count) for part in ((voice(hz, ms, rate_hz=rate_hz) * ramp).astype(np.int16), gap)]
    )


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_height_loudness_and_pace(rate_hz):
    slow, fast = syllables(110, 10, 240, 80, rate_hz), syllables(220, 20, 140, 60, rate_hz)
    low, high = prosody(slow, rate_hz), prosody(fast, rate_hz)
    assert high.pitch - low.pitch == pytest.approx(12, abs=0.3)
    assert high.syllables_a_s > 1.3 * low.syllables_a_s
    louder = prosody(slow * 3, rate_hz)
    assert louder.level_dbfs - low.level_dbfs == pytest.approx(9.5, abs=0.2)
    assert louder.pitch == pytest.approx(low.pitch, abs=0.05)
    assert louder.syllables_a_s == low.syllables_a_s


@pytest.mark.parametrize(
    "sound", [np.zeros(8_000, np.int16), np.zeros(0, np.int16), voice(150, 100), voice(150, 500) // 500]
)
def test_too_little_to_be_speech(sound):
    assert prosody(sound, RATE_HZ) is None


def test_noise_is_loud_but_has_no_pitch():
    noise = np.random.default_rng(1).normal(0, 2_000, RATE_HZ).astype(np.int16)
    assert prosody(noise, RATE_HZ).voiced_ms < 100

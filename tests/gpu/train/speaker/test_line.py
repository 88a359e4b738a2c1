"""Lines that voices are sent down."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.speaker.line import (  # noqa: E402
    RATE_HZ,
    Line,
    band_limited,
    coded,
    reverberant,
    telephone_band,
)


def noise(seconds: float = 2.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3_000, int(seconds * RATE_HZ)).astype(np.float32)


def power_db(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return float(10 * np.log10(spectrum[(hz >= low_hz) & (hz < high_hz)].mean()))


@pytest.mark.parametrize("step", [reverberant, band_limited, coded, Line(np.random.default_rng(1), [noise(3)])])
def test_a_step_keeps_length_and_makes_something_else(step):
    sound = noise(1.37)
    for seed in range(8):
        heard = step(sound, np.random.default_rng(seed))
        assert heard.shape == sound.shape and heard.dtype == np.float32
        assert np.isfinite(heard).all() and not np.array_equal(heard, sound)


def test_the_same_chance_gives_the_same_line():
    lines = [Line(np.random.default_rng(5), [noise(3)]) for _ in range(2)]
    one, other = (line(noise(), np.random.default_rng(7)) for line in lines)
    assert np.array_equal(one, other)


def test_a_room_rings_on():
    click = np.zeros(RATE_HZ, np.float32)
    click[100] = 10_000.0
    heard = reverberant(click, np.random.default_rng(3))
    assert heard[100] == pytest.approx(10_000.0, rel=1e-3)
    assert np.abs(heard[400:1_200]).max() > 10 > np.abs(heard[:100]).max()


def test_a_coders_noise_follows_the_speech():
    sound = noise()
    sound[RATE_HZ:] = 0.0
    for seed in range(5):
        difference = coded(sound, np.random.default_rng(seed)) - sound
        below_db = power_db(sound[:RATE_HZ], 0, 4_000) - power_db(difference[:RATE_HZ], 0, 4_000)
        assert 6 < below_db < 26
        assert np.abs(difference[RATE_HZ + 512 :]).max() == 0.0


def test_the_measured_band_is_300_to_3400():
    heard = telephone_band(noise(4))
    inside = power_db(heard, 500, 3_000)
    assert power_db(heard, 20, 120) < inside - 25
    assert power_db(heard, 3_850, 4_000) < inside - 15
    assert abs(power_db(heard, 350, 450) - inside) < 2

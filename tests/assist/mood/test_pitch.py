import numpy as np
import pytest

from assist.mood.pitch import HOP_MS, pitches_hz

RATE_HZ = 8_000


def voice(hz, ms=500, harmonics=8, rate_hz=RATE_HZ):
    """Pulses through a telephone: the fundamental itself is weak."""
    at = np.arange(rate_hz * ms // 1_000) / rate_hz
    parts = [np.sin(2 * np.pi * hz * n * at) / n for n in range(2, harmonics) if hz * n < rate_hz / 2]
    return (2_000 * sum(parts, 0.1 * np.sin(2 * np.pi * hz * at))).astype(np.int16)


@pytest.mark.parametrize("hz", [80, 110, 180, 233.3, 320, 400])
def test_the_pitch_is_found_without_its_fundamental(hz):
    found = pitches_hz(voice(hz), RATE_HZ)
    assert np.nanmedian(found) == pytest.approx(hz, rel=0.01)
    assert np.mean(np.isnan(found)) < 0.05


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_it_is_the_same_at_every_rate_and_loudness(rate_hz):
    sound = voice(150, rate_hz=rate_hz)
    assert np.nanmedian(pitches_hz(sound, rate_hz)) == pytest.approx(150, rel=0.01)
    assert np.nanmedian(pitches_hz(sound // 20, rate_hz)) == pytest.approx(150, rel=0.01)


def test_noise_and_silence_have_none():
    noise = np.random.default_rng(1).normal(0, 2_000, RATE_HZ).astype(np.int16)
    assert np.mean(np.isnan(pitches_hz(noise, RATE_HZ))) > 0.95
    assert np.isnan(pitches_hz(np.zeros(RATE_HZ, np.int16), RATE_HZ)).all()


def test_there_is_one_for_each_step_and_none_of_a_scrap():
    assert len(pitches_hz(voice(150, 1_000), RATE_HZ)) == pytest.approx(1_000 / HOP_MS, abs=3)
    assert len(pitches_hz(voice(150, 20), RATE_HZ)) == 0
    assert len(pitches_hz(np.zeros(0, np.int16), RATE_HZ)) == 0


def test_it_follows_a_voice_that_rises():
    found = pitches_hz(np.concatenate([voice(120), voice(150)]), RATE_HZ)
    assert np.nanmedian(found[:20]) == pytest.approx(120, rel=0.01)
    assert np.nanmedian(found[-18:]) == pytest.approx(150, rel=0.01)

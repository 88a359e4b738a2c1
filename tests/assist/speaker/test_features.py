"""What the speaker network hears."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assist.speaker.features import BANDS, HOP, RATE_HZ, WINDOW, frame_count, log_mel


def voice(seconds: float, seed: int = 0) -> np.ndarray:
    """A buzz that comes and goes, in faint noise."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 20)) * np.sin(2 * np.pi * 3 * time) ** 2
    return (3_000 * buzz + random.normal(0, 5, len(time))).astype(np.float32)


@given(st.integers(0, 5_000))
def test_there_is_a_frame_every_10_ms_and_always_one(samples):
    frames = log_mel(np.ones(samples, np.int16))
    assert frames.shape == (frame_count(samples), BANDS)
    assert len(frames) == max(1, samples // HOP - 1)
    assert np.isfinite(frames).all()


def test_level_and_colour_of_the_line_change_nothing():
    sound = voice(2.0)
    plain = log_mel(sound)
    assert np.abs(log_mel(8 * sound) - plain).max() < 0.01
    assert np.abs(log_mel(sound / 50) - plain).max() < 0.05
    tilted = np.convolve(sound, [1.0, -0.5])[: len(sound)].astype(np.float32)
    assert np.abs(log_mel(tilted) - plain)[2:].mean() < 0.1 < np.abs(plain).mean()


def test_features_are_about_0_and_1():
    frames = log_mel(voice(3.0))
    assert np.abs(frames.mean(axis=0)).max() < 1e-5
    assert 0.5 < frames.std() < 2.0


def test_a_tone_is_heard_in_its_band_alone():
    time = np.arange(RATE_HZ) / RATE_HZ
    tone = np.concatenate([np.zeros(RATE_HZ), 5_000 * np.sin(2 * np.pi * 1_000 * time)])
    last = log_mel(tone + np.random.default_rng(0).normal(0, 30, len(tone)))[-10]
    loudest = int(np.argmax(last))
    assert loudest in (19, 20)  # 1 kHz of 200 to 3,600 Hz, on the mel scale
    assert last[loudest] > 3 * np.median(np.abs(last))


def test_silence_has_no_features():
    assert np.abs(log_mel(np.zeros(RATE_HZ, np.int16))).max() < 1e-5


def test_a_batch_is_its_sounds():
    sounds = np.stack([voice(1.0, seed) for seed in range(3)])
    together = log_mel(sounds)
    for sound, frames in zip(sounds, together, strict=True):
        assert np.allclose(log_mel(sound), frames, atol=1e-4)


def test_energies_are_those_of_the_fourier_transform():
    """The product with cosines and sines is a short-time transform: checked against numpy's."""
    sound = np.append(voice(0.5), np.zeros(WINDOW - 2 * HOP, np.float32))  # the last window whole
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, 256)) ** 2
    edges = np.linspace(*(2595 * np.log10(1 + np.array([200.0, 3_600.0]) / 700)), BANDS + 2)
    bins = 2595 * np.log10(1 + np.fft.rfftfreq(256, 1 / RATE_HZ) / 700)
    bank = np.stack([np.interp(bins, edges[n : n + 3], [0, 1, 0]) for n in range(BANDS)], axis=1)
    energies = power @ (bank / bank.sum(axis=0))
    expected = np.log(energies + energies.mean() * 1e-5 + 1e-3)
    expected -= expected.mean(axis=0)
    assert np.abs(log_mel(sound) * 2.5 - expected).max() < 0.01

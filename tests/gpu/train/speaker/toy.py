"""Toy speakers: buzzes of different pitch that come and go, and single vowels."""

import numpy as np

from gpu.train.speaker.teacher import RATE_HZ
from gpu.train.speaker.voices import Sound


def toy_speakers(count: int, seconds: float = 6.1) -> list[Sound]:
    random = np.random.default_rng(count)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    loud = np.clip(np.sin(2 * np.pi * 3 * time) + 0.4, 0, 1)
    sounds = []
    for pitch in random.uniform(90, 300, count):
        turns = np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 2 * time))) / RATE_HZ
        sounds.append((4_000 * (turns % 1 - 0.5) * loud + random.normal(0, 10, len(time))).astype(np.float32))
    return sounds


def vowel(pitch_hz: float = 125.0, formant_hz: float = 900.0, seconds: float = 1.0) -> Sound:
    """Harmonics under one wide resonance."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    harmonics = np.arange(1, int(7_000 / pitch_hz))
    gains = 1 / (1 + ((harmonics * pitch_hz - formant_hz) / 150) ** 2) + 0.003
    return (3_000 * np.sin(2 * np.pi * pitch_hz * np.outer(time, harmonics)) @ gains).astype(np.float32)

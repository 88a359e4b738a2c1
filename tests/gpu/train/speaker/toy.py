"""Toy speakers: buzzes of different pitch that come and go."""

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

"""A voice of tones: each syllable a tone of its own, and a gap behind it, so that what was said can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from voicebot.audio import Samples
from voicebot.tts.clauses import syllables

RATE_HZ = 8_000
SYLLABLE_MS = 100
TONE_MS = 80


@dataclass(eq=False)
class FakeSynthesizer:
    """``failures`` more texts cannot be said; ``spoken`` are those that were. It hangs where its executor does."""

    failures: float = 0
    spoken: list[str] = field(default_factory=list)
    name: str = "fake:tones"
    rate_hz: int = RATE_HZ

    def speak(self, spoken: str) -> Iterator[Samples]:
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("hoarse")
        self.spoken.append(spoken)
        for character in spoken:
            if syllables(character):
                yield _tone(character)


def _tone(character: str) -> Samples:
    sound = np.zeros(RATE_HZ * SYLLABLE_MS // 1000, np.int16)
    at_s = np.arange(RATE_HZ * TONE_MS // 1000) / RATE_HZ
    pitch_hz = 200 + ord(character) % 97 * 10
    overtones = np.sin(2 * np.pi * pitch_hz * at_s) + 0.5 * np.sin(2 * np.pi * 2.5 * pitch_hz * at_s)
    sound[: len(at_s)] = (5_000 * overtones).astype(np.int16)
    return sound

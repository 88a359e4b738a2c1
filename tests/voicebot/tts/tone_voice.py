"""A voice for tests: it hums, 100 ms for every syllable, and remembers what it was given to say."""

from collections.abc import Iterator

import numpy as np

from voicebot.audio import Samples
from voicebot.tts.clauses import syllables

RATE_HZ = 22_050
SYLLABLE_MS = 100


class ToneVoice:
    rate_hz = RATE_HZ

    def __init__(self, name: str = "tone", amplitude: int = 6_000) -> None:
        self.name = name
        self.said: list[str] = []
        self._amplitude = amplitude

    def speak(self, spoken: str) -> Iterator[Samples]:
        self.said.append(spoken)
        count = RATE_HZ * SYLLABLE_MS * syllables(spoken) // 1000
        hum = np.sin(2 * np.pi * 440 * np.arange(count) / RATE_HZ)
        yield (self._amplitude * hum).astype(np.int16)


class AsWritten:
    """Writes nothing out: every character is spoken as it stands."""

    def __init__(self, text: str) -> None:
        self.text = text

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        return start, end

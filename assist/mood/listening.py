"""The caller's new sound at every tick, as far as it is speech, and never the same twice."""

from __future__ import annotations

from collections import deque

import numpy as np

from assist.helper import Sound
from voicebot.audio import Samples

MOST_MS = 10_000  # what a tap keeps; what a late tick has missed is lost
MOST_STRETCHES = 64
_HEARD_LATE_MS = 200  # after it has begun a voice is told from noise


class CallerSound:
    """Of one call; silent for good where the sound is gone or there has been none."""

    def __init__(self, sound: Sound | None) -> None:
        self._sound = sound
        self._read_ms = 0
        self._stretches: deque[tuple[int, int | None]] = deque(maxlen=MOST_STRETCHES)  # of speech; None while it lasts

    @property
    def rate_hz(self) -> int:
        return self._sound.rate_hz if self._sound else 0

    def speech_started(self, at_ms: int) -> None:
        self.speech_ended(at_ms)
        earlier_ms = self._stretches[-1][1] if self._stretches else 0
        self._stretches.append((max(earlier_ms or 0, at_ms - _HEARD_LATE_MS), None))

    def speech_ended(self, at_ms: int) -> None:
        if self._stretches and self._stretches[-1][1] is None:
            self._stretches[-1] = (self._stretches[-1][0], at_ms)

    def pass_over(self) -> None:
        """What has been said until now is not listened to."""
        if self._sound is not None:
            self._read_ms = self._sound.written_ms

    def new_speech(self) -> Samples:
        """What the caller has said since it was asked last, at :attr:`rate_hz`, without pauses; it may be empty."""
        if self._sound is None:
            return np.zeros(0, np.int16)
        try:
            until_ms = self._sound.written_ms
            new_ms = min(until_ms - self._read_ms, MOST_MS)
            self._read_ms = until_ms
            if new_ms <= 0 or not self._stretches:
                return np.zeros(0, np.int16)
            caller, _ = self._sound.read(new_ms)
        except OSError:
            self._sound = None
            return np.zeros(0, np.int16)
        begins_ms = until_ms - len(caller) * 1_000 // self.rate_hz
        parts = []
        for start_ms, end_ms in self._stretches:
            first, last = (
                max(0, ms - begins_ms) * self.rate_hz // 1_000
                for ms in (start_ms, until_ms if end_ms is None else end_ms)
            )
            parts.append(caller[first:last])
        while self._stretches and (end := self._stretches[0][1]) is not None and end <= until_ms:
            self._stretches.popleft()
        return np.concatenate(parts)

"""A wire and a door in one process, without sockets: for calls in virtual time, ``caller.tick(); call.tick()``."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

import numpy as np

from aicc.simulation.wire import Arrived
from voicebot.audio import FRAME_MS, Samples

MOST_FRAMES = 500  # ten seconds that nobody takes, then the oldest are dropped


class _Between:
    """What is on its way, and who has hung up."""

    def __init__(self) -> None:
        self.to_bot: deque[Samples] = deque(maxlen=MOST_FRAMES)
        self.to_caller: deque[Arrived] = deque(maxlen=MOST_FRAMES)
        self.keys = ""
        self.is_closed = False


class MemoryDoor:
    """See ``Door``. A frame that is not there is silence, as on any door."""

    name: Literal["wav"] = "wav"
    is_held = False
    is_lost = False

    def __init__(self, between: _Between, rate_hz: int, clock_ms: Callable[[], float]) -> None:
        self.rate_hz = rate_hz
        self._between = between
        self._clock_ms = clock_ms
        self._silence = np.zeros(rate_hz * FRAME_MS // 1000, np.int16)

    def receive(self) -> Samples:
        return self._between.to_bot.popleft() if self._between.to_bot else self._silence

    def send(self, frame: Samples) -> None:
        if not self._between.is_closed:
            self._between.to_caller.append(Arrived(frame, self._clock_ms()))

    def take_keys(self) -> str:
        keys, self._between.keys = self._between.keys, ""
        return keys

    @property
    def is_closed(self) -> bool:
        return self._between.is_closed

    def take_complaint(self) -> None:
        return None

    def measured(self) -> None:
        return None

    def hang_up(self) -> None:
        self._between.is_closed = True


class MemoryWire:
    """See ``Wire``."""

    def __init__(self, between: _Between, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._between = between

    def receive(self) -> list[Arrived]:
        arrived = list(self._between.to_caller)
        self._between.to_caller.clear()
        return arrived

    def send(self, frame: Samples) -> None:
        if not self._between.is_closed:
            self._between.to_bot.append(frame)

    def press(self, keys: str) -> None:
        self._between.keys += keys

    @property
    def is_closed(self) -> bool:
        return self._between.is_closed

    def hang_up(self) -> None:
        self._between.is_closed = True


def memory_pair(rate_hz: int, clock_ms: Callable[[], float]) -> tuple[MemoryWire, MemoryDoor]:
    """Both ends of a wire; ``clock_ms`` is the call's, which the caller has to share."""
    between = _Between()
    return MemoryWire(between, rate_hz), MemoryDoor(between, rate_hz, clock_ms)

"""How often something may be asked for, however fast a program can ask."""

from __future__ import annotations

import time
from collections.abc import Callable


class Allowance:
    """``most`` at once, filled again by ``per_s`` a second (a token bucket)."""

    def __init__(self, most: int, per_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._most, self._per_s, self._now_s = most, per_s, now_s
        self._left, self._at_s = float(most), now_s()

    def take(self) -> bool:
        """Whether one more is allowed; where it is, it counts."""
        now_s = self._now_s()
        self._left = min(self._most, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True

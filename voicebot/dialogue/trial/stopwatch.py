"""How long a bot thinks, on a machine that has other things to do as well."""

from __future__ import annotations

import time
from pathlib import Path

_SCHEDULED = Path("/proc/thread-self/schedstat")  # ns on a core, ns of waiting for one, slices (Linux, sched-stats.rst)


class Stopwatch:
    """Runs while the bot thinks and stands while it waits for a service.

    What the thread has waited for a core is left out where the system tells it (Linux): the same test takes the same
    time on a build server that is busy.
    """

    def __init__(self) -> None:
        self._ms = 0.0
        self._since_ms: float | None = None

    @property
    def ms(self) -> float:
        return self._ms + (_now_ms() - self._since_ms if self._since_ms is not None else 0.0)

    def restart(self) -> None:
        """From zero."""
        self._ms, self._since_ms = 0.0, _now_ms()

    def pause(self) -> None:
        self._ms, self._since_ms = self.ms, None

    def resume(self) -> None:
        if self._since_ms is None:
            self._since_ms = _now_ms()


def _now_ms() -> float:
    """A clock that stands while the thread waits for a core."""
    try:
        waited_ns = int(_SCHEDULED.read_bytes().split()[1])
    except (OSError, IndexError, ValueError):  # another system, or one that does not count
        waited_ns = 0
    return time.perf_counter() * 1000 - waited_ns / 1_000_000

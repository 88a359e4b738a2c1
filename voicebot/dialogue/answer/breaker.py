"""Leaving a model alone that keeps failing, so that callers do not wait for it (a circuit breaker)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FAILURES = 3
REST_S = 30.0


class Breaker:
    """Counts failures in a row; after ``failures`` of them nothing is tried for ``rest_s`` seconds.

    Then one attempt is let through, and only its success lets everybody in again. One breaker serves all calls of a
    process; ``clock_s`` is monotonic.
    """

    def __init__(
        self, failures: int = FAILURES, rest_s: float = REST_S, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._rest_s, self._clock_s = failures, rest_s, clock_s
        self._failed = 0
        self._rests_until_s = 0.0
        self._is_probed = False

    @property
    def is_open(self) -> bool:
        """Whether an attempt would be refused now."""
        return self._failed >= self._most and (self._is_probed or self._clock_s() < self._rests_until_s)

    @contextmanager
    def attempt(self) -> Iterator["Attempt"]:
        """One attempt, to be made only while not :attr:`is_open`; what it says of itself counts when it ends.

        An attempt that says nothing, as when the caller hangs up, changes nothing.
        """
        probes = self._failed >= self._most
        self._is_probed = self._is_probed or probes
        attempt = Attempt()
        try:
            yield attempt
        finally:
            if probes:
                self._is_probed = False
            if attempt.went_well is not None:
                self._count(attempt.went_well)

    def _count(self, went_well: bool) -> None:
        self._failed = 0 if went_well else self._failed + 1
        if self._failed >= self._most:
            self._rests_until_s = self._clock_s() + self._rest_s


class Attempt:
    """``went_well`` stays None until it is known."""

    def __init__(self) -> None:
        self.went_well: bool | None = None

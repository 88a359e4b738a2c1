"""A list that stays while somebody reads it: it changes for what is clearly better, and for nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from kb.index import Hit

LEAD = 0.25
"""By so much confidence a new first entry has to be ahead of the one that is shown first."""


class Steady:
    """Of one turn of the caller."""

    def __init__(self) -> None:
        self._shown: tuple[Hit, ...] = ()

    def settle(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """What is shown from now on: ``hits``, or what was shown before."""
        if not self._shown:
            self._shown = tuple(hits)
        elif hits:
            first = self._shown[0].entry.id
            still = next((hit.confidence for hit in hits if hit.entry.id == first), 0.0)
            if hits[0].entry.id != first and hits[0].confidence >= still + LEAD:
                self._shown = tuple(hits)
        return self._shown

"""How long this caller pauses within a turn, learned from every pause that turned out not to be the end."""

from __future__ import annotations

from dataclasses import dataclass

SURE_PAUSE_MS = 200  # behind a final ending: 요, 다, 까, 죠
OPEN_PAUSE_MS = 1000  # behind a connective ending, a particle, a filler: the caller is still building the sentence
LONGEST_SURE_MS = 500
SHORTEST_OPEN_MS, LONGEST_OPEN_MS = 700, 1600

_NO_PAUSE_MS = 120  # the closure of a ㅂ or ㄱ, not the caller thinking
_COVERED = 0.6  # a pause longer than this share of what we wait for was nearly taken for the end
_LONGER, _SHORTER = 1.15, 0.98  # so many short pauses weigh up a long one that it settles above nine of ten
_CUT_OFF = 1.25


@dataclass(slots=True)
class Pace:
    """The pauses that end a turn, for one caller: what is waited where all sounds said, and where it does not.

    The open pause is tracked as a quantile is (Robbins and Monro, 1951): a long pause moves it far, a short one a
    little the other way. It stays between ``SHORTEST_OPEN_MS`` and ``LONGEST_OPEN_MS``.
    """

    sure_ms: float = SURE_PAUSE_MS
    open_ms: float = OPEN_PAUSE_MS

    def went_on(self, pause_ms: int) -> None:
        """The caller paused so long within a turn."""
        if pause_ms < _NO_PAUSE_MS:
            return
        step = _LONGER if pause_ms > _COVERED * self.open_ms else _SHORTER
        self.open_ms = _between(SHORTEST_OPEN_MS, self.open_ms * step, LONGEST_OPEN_MS)

    def cut_off(self, pause_ms: int) -> None:
        """The turn was ended, and ``pause_ms`` behind the last word the caller went on with it."""
        self.sure_ms = _between(SURE_PAUSE_MS, max(self.sure_ms * _CUT_OFF, pause_ms * 1.1), LONGEST_SURE_MS)
        self.open_ms = _between(SHORTEST_OPEN_MS, max(self.open_ms * _CUT_OFF, pause_ms * 1.1), LONGEST_OPEN_MS)


def _between(least: float, value: float, most: float) -> float:
    return max(least, min(value, most))

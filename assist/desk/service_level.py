"""How quickly callers were answered today."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date


@dataclass(slots=True)
class Answers:
    """Of one skill, since midnight. ``in_time`` of ``answered``; ``lost`` left or were sent away later than in time."""

    answered: int = 0
    in_time: int = 0
    lost: int = 0

    @property
    def service_level(self) -> float | None:
        """Of those whom it took longer to lose than it should have taken to answer, and those who were answered, the
        share answered in time; None before the first.
        """
        counted = self.answered + self.lost
        return self.in_time / counted if counted else None


class Today:
    """By skill; a new day begins with nothing. Skills are as many as the company has."""

    def __init__(self, in_time_s: float) -> None:
        self._in_time_s = in_time_s
        self._day: date | None = None
        self._skills: defaultdict[str, Answers] = defaultdict(Answers)

    def __getitem__(self, skill: str) -> Answers:
        return self._skills.get(skill) or Answers()

    def is_day(self, day: date) -> None:
        if day != self._day:
            if self._day is not None:
                self._skills.clear()
            self._day = day

    def answered(self, skill: str, wait_s: float) -> None:
        answers = self._skills[skill]
        answers.answered += 1
        answers.in_time += wait_s <= self._in_time_s

    def lost(self, skill: str, wait_s: float) -> None:
        if wait_s > self._in_time_s:
            self._skills[skill].lost += 1

"""What a slot asks of a caller, and what is found in an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol

from voicebot.dialogue.heard import Heard


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of one day: 2시에서 4시 사이."""

    start: time
    end: time


Value = bool | int | str | date | time | Hours

Problem = Literal[
    "partial",  # more is missing: the rest of a number, the day of 다음 주, 오전 or 오후
    "digits",  # not the number of digits that is wanted
    "past",  # a date gone by, where one to come is wanted
    "future",  # a date to come, where one gone by is wanted
    "nonexistent",  # 2월 30일
    "lunar",  # a date of the lunar calendar, read here as if it were solar
    "closed",  # outside business hours
    "low",  # an amount below what is allowed
    "high",  # an amount above it
    "mobile",  # a telephone number, but not of a mobile phone
    "unknown",  # an address that the address book does not have
]


@dataclass(frozen=True, slots=True)
class Found:
    """A value found in what was heard.

    ``written`` is the value as people read it ("35,000원"); ``confidence`` is 0 to 1, the recognizer's included.
    ``start`` and ``end`` are where it stands in ``Heard.written``, end exclusive. With a ``problem`` the value is what
    was understood, and cannot be accepted as it is.
    """

    value: Value
    written: str
    confidence: float
    start: int
    end: int
    problem: Problem | None = None


class Slot(Protocol):
    """One thing a conversation needs to know, of one type; built from its settings."""

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        """The value in ``heard``, or None.

        ``asked``: the caller was just asked for it, so that a bare 네 or 삼 counts. Otherwise it is taken only where
        it is clearly of this type, for callers tell several things in one sentence. Never raises.
        """
        ...


def to_json(value: Value) -> bool | int | str | dict[str, str]:
    """``value`` as JSON has it: dates ``2026-11-25``, times ``15:30``, hours ``{"from": "14:00", "to": "16:00"}``."""
    if isinstance(value, Hours):
        return {"from": f"{value.start:%H:%M}", "to": f"{value.end:%H:%M}"}
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return value

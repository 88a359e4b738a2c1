"""Which year and month are meant where a caller leaves them out: 3월 2일, 25일, 85년."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Literal, NamedTuple

from voicebot.dialogue.slots.slot import Problem

Wants = Literal["future", "past", "any"]

SURE, LIKELY, UNCERTAIN, VAGUE = 0.95, 0.8, 0.6, 0.5
_QUARTER = timedelta(days=92)
_MOST_OF_A_YEAR = timedelta(days=330)
_CENTURY = 100


class Day(NamedTuple):
    """A day that was told. ``weekday_only``: by nothing but its day of the week, 0 for Monday."""

    day: date
    certainty: float = SURE
    problem: Problem | None = None
    weekday_only: int | None = None


def in_year(year: int, month: int, day: int) -> Day | None:
    """A date of the calendar; of one that there is not, the last of the month, with its problem."""
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1 <= year <= 9999):
        return None
    last = calendar.monthrange(year, month)[1]
    if day > last:
        return Day(date(year, month, last), VAGUE, "nonexistent")
    return Day(date(year, month, day))


def of_any_year(month: int, day: int, today: date, wants: Wants) -> Day | None:
    """The date in the year that is meant.

    One to come is rolled into the next year only if it is more than three months gone by: a date of last week is
    rather a mistake, which the caller hears about. One gone by is always rolled back.
    """
    this = in_year(today.year, month, day)
    if this is None:
        return None
    around = [found for year in (-1, 0, 1) if (found := in_year(today.year + year, month, day))]
    real = [found for found in around if not found.problem] or around
    if wants == "past":
        gone = [found for found in real if found.day <= today]
        chosen = gone[-1] if gone else real[0]
        return chosen._replace(certainty=UNCERTAIN) if today - chosen.day > _MOST_OF_A_YEAR else chosen
    if wants == "future":
        to_come = [found for found in real if found.day > today - _QUARTER]
        return to_come[0] if to_come else real[-1]
    return min(real, key=lambda found: abs(found.day - today))


def of_any_month(day: int, today: date, wants: Wants) -> Day | None:
    """The date in the month that is meant: 25일."""
    if not 1 <= day <= 31:
        return None
    near = [month_day(today, months, day) for months in range(-2, 3)]
    real = [found.day for found in near if found and not found.problem]
    if wants == "past":
        return Day(max((found for found in real if found <= today), default=today), LIKELY)
    if wants == "future":
        return Day(min((found for found in real if found >= today), default=today), LIKELY)
    return Day(min(real, key=lambda found: abs(found - today)), LIKELY) if real else None


def full_year(digits: str, today: date, wants: Wants) -> int:
    """``26`` as 2026, ``85`` as 1985; a date gone by is never in a year to come."""
    if len(digits) != 2:
        return int(digits)
    year = today.year // _CENTURY * _CENTURY + int(digits)
    latest = today.year if wants == "past" else today.year + 10
    return year if year <= latest else year - _CENTURY


def months_on(day: date, months: int) -> date:
    """The same day of another month, or that month's last: 31 January and one month is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_day(today: date, months: int, day: int) -> Day | None:
    first = months_on(today.replace(day=1), months)
    return in_year(first.year, first.month, day)


_BIRTH_DATE = re.compile(r"(?P<year>(?:19|20)\d\d|\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])")


def from_digits(digits: str, today: date, wants: Wants) -> Day | None:
    """``850302`` or ``19850302``, as birth dates are dictated, and ``1125``."""
    if match := _BIRTH_DATE.fullmatch(digits):
        return in_year(full_year(match["year"], today, wants), int(match["month"]), int(match["day"]))
    if len(digits) == 4:
        return of_any_year(int(digits[:2]), int(digits[2:]), today, wants)
    return None

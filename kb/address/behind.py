"""The numbers that what stands behind a name may be: as it is said, and as a recognizer may have run it together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.address.numerals import alike_numbers, splits
from kb.address.said import Detail, Number, Run, Said

_GAP = re.compile(r"(?:이?요|에|의|은|는|에서|번호는|번호가|어+|음+|그+|저+|네|예|지하|산|[\s,.…])*")
_BETWEEN = re.compile(r"\s*(?:다시|대시|하이픈|에|의)\s*")
_LIKE_A_ROAD = re.compile(r"[길일질킬기로노러루]\Z")
_MOUNTAIN_MISHEARD = re.compile(r"\s+(?:사|산시|산)\s*(?=[가-힣\d])")
_PARTED, _PARTED_UNLIKELY, _WITHOUT_SUB = 0.95, 0.8, 0.7
_GONE_ON, _MOUNTAIN, _DIGIT_HEARD_WRONG = 0.88, 0.85, 0.55
_FIRST_WING, _LAST_SMALL_WING, _LAST_WING = 101, 30, 1_999
_HIGH_FLOOR = 40


@dataclass(frozen=True, slots=True)
class Behind:
    """A number behind a name, in the characters ``start`` to ``end``.

    ``likelihood``: 1 where it is what was said. ``detail`` is what it was run together with: 사백육천팔백사호.
    """

    start: int
    end: int
    main: int
    sub: int
    likelihood: float = 1.0
    is_mountain: bool = False
    detail: Detail | None = None


def number_behind(said: Said, last: int) -> Number | None:
    """The number that follows the name before syllable ``last``, with nothing but particles and hesitation between."""
    end = said.ends[last - 1]
    gap = _GAP.match(said.text, end)
    number = next((number for number in said.numbers if gap and end <= number.start <= gap.end()), None)
    return number or (said.number_at(end) if _LIKE_A_ROAD.search(said.text, 0, end) else None)


def as_heard(said: Said, last: int) -> Behind | None:
    """:func:`number_behind`, a lot on a mountain (산) or not."""
    number = number_behind(said, last)
    if number is None:
        return None
    is_mountain = "산" in said.text[said.ends[last - 1] : number.start]
    likelihood = _WITHOUT_SUB if _run_of_sub(said, number) else 1.0
    return Behind(number.start, number.end, number.main, number.sub, likelihood, is_mountain)


def as_meant(said: Said, last: int) -> Iterator[Behind]:
    """Other numbers than the one as it is heard, which only the book can tell to be right, the likeliest first."""
    end = said.ends[last - 1]
    gap = _GAP.match(said.text, end)
    if run := next((run for run in said.runs if gap and end <= run.start <= gap.end()), None):
        yield from _parted(run, run.start, 0)
    number = number_behind(said, last)
    if number and (run := _run_of_sub(said, number)):
        yield from _parted(run, number.start, number.main)
    if number and number.gone_on:
        yield Behind(number.start, number.end, *number.gone_on, _GONE_ON)
    if mountain := _MOUNTAIN_MISHEARD.match(said.text, end):
        number = said.number_at(mountain.end())
        if number:
            yield Behind(mountain.end() - 1, number.end, number.main, number.sub, _MOUNTAIN, is_mountain=True)


def _run_of_sub(said: Said, number: Number) -> Run | None:
    """What the sub number may have been run together with: the 육천일 of 백십팔 다시 육천일동."""
    between = _BETWEEN.match(said.text, number.end)
    if number.sub or not between:
        return None
    return next((run for run in said.runs if run.start == between.end()), None)


def misheard_digits(number: Behind) -> Iterator[Behind]:
    """The same number with one digit heard wrong: 일 and 이, 삼 and 사, 육 and 구."""
    for main in alike_numbers(number.main):
        yield Behind(number.start, number.end, main, number.sub, _DIGIT_HEARD_WRONG, number.is_mountain)
    for sub in alike_numbers(number.sub):
        yield Behind(number.start, number.end, number.main, sub, _DIGIT_HEARD_WRONG, number.is_mountain)


def _parted(run: Run, start: int, main: int) -> Iterator[Behind]:
    """The ways to part ``run`` into the end of a number, behind ``main`` where that is not 0, and a detail."""
    for length, number, value in splits(run.numerals):
        detail = Detail(run.start + length, run.end, run.unit, f"{value}{run.unit}")
        likelihood = _likelihood(run.unit, value)
        yield Behind(start, run.end, main or number, number if main else 0, likelihood, detail=detail)


def _likelihood(unit: str, value: int) -> float:
    """Of a detail: wings are counted from 1 or from 101 on, and rooms by their floors."""
    match unit:
        case "동":
            is_likely = value <= _LAST_SMALL_WING or _FIRST_WING <= value <= _LAST_WING
        case "호":
            is_likely = value // 100 <= _HIGH_FLOOR
        case _:
            is_likely = value <= _HIGH_FLOOR
    return _PARTED if is_likely else _PARTED_UNLIKELY

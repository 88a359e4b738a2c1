"""The names of roads, places and buildings that what was said has in it, as they are or misheard."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kb.address.regions import Region
from kb.address.said import Number, Said
from kb.address.sound import likenesses
from kb.address.tables import Called, Tables

_SHORTEST, _LONGEST = 2, 18  # syllables
_NEAR = 0.68
_MOST_NEAR = 8
_BEHIND_A_WORD = 0.8  # how much a name counts that other words are joined to in front
_GAP = re.compile(r"(?:이?요|에|의|은|는|에서|번호는|번호가|어+|음+|그+|저+|네|예|지하|산|[\s,.…])*")

Span = tuple[int, int]
"""The first syllable, and the one behind the last."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that stands in the syllables ``first`` to ``last`` (not among them), and what is called so.

    ``likeness`` is 1 where it was heard as it is, 0 to 1.
    """

    first: int
    last: int
    likeness: float
    called: tuple[Called, ...]


def exact_names(tables: Tables, said: Said) -> dict[Span, int]:
    """The names that stand in what was said word for word, however it is spaced, with their number in the book."""
    letters = {
        (first, last): said.letters(first, last)
        for first in range(len(said))
        if said.may_part(first)
        for last in range(first + _SHORTEST, min(len(said), first + _LONGEST) + 1)
        if said.may_part(last)
    }
    known = tables.known(set(letters.values()))
    return {span: known[name] for span, name in letters.items() if name in known}


def without_parts(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Those of ``spans`` that are not a part of a longer one, or of one of ``others``: 종로 of 종로구."""
    spans = list(spans)
    longer = [*spans, *others]
    return [span for span in spans if not any(_is_within(span, other) for other in longer)]


def _is_within(span: Span, other: Span) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def fits(said: Said, first: int, last: int, regions: Sequence[Region]) -> float:
    """1 where the syllables are words of their own, less where words go on in front, 0 where they do behind."""
    end = said.ends[last - 1]
    follows = {number.start for number in said.numbers} | {detail.start for detail in said.details}
    closes = end in follows or said.closes_name(last)
    opens = said.opens_word(first) or any(region.last == first for region in regions)
    return closes * (1 if opens else _BEHIND_A_WORD)


def number_behind(said: Said, last: int) -> Number | None:
    """The number that follows the name before syllable ``last``, with nothing but particles and hesitation between."""
    end = said.ends[last - 1]
    gap = _GAP.match(said.text, end)
    return next((number for number in said.numbers if gap and end <= number.start <= gap.end()), None)


def misheard_names(tables: Tables, said: Said, regions: Sequence[Region], districts: Collection[int]) -> list[Name]:
    """The names that sound most like what was said and is not explained by regions."""
    best: dict[int, tuple[float, int, int]] = {}
    for first, last in _stretches(said, regions):
        alike = tables.alike(said.letters(first, last))
        windows = _windows(said, first, last)
        if not alike or not windows:
            continue
        near = likenesses([said.letters(*window) for window in windows], [letters for _, letters in alike])
        for (sound, _), window, value in zip(alike, near.argmax(axis=0), near.max(axis=0), strict=True):
            if best.get(sound, (_NEAR, 0, 0))[0] < value < 1:
                best[sound] = float(value), *windows[window]
    nearest = sorted(best.items(), key=lambda item: -item[1][0])[:_MOST_NEAR]
    found = []
    for sound, (value, first, last) in nearest:
        if fit := fits(said, first, last, regions):
            called = tables.called(sound, districts) or tables.called(sound)
            found.append(Name(first, last, value * fit, tuple(called)))
    return found


def _stretches(said: Said, regions: Sequence[Region]) -> list[Span]:
    """What lies between regions, details and numbers. A place before a number may be a road that was misheard."""
    explained = {
        at
        for region in regions
        if region.is_sure and number_behind(said, region.last) is None
        for at in range(region.first, region.last)
    }
    told = [(detail.start, detail.end) for detail in said.details]
    told += [(number.start, number.end) for number in said.numbers if number.is_whole]  # not 2단지
    for span in told:
        explained.update(range(*said.between(*span)))
    stretches: list[Span] = []
    first = 0
    for at in (*sorted(explained), len(said)):
        if at - first >= _SHORTEST:
            stretches.append((first, at))
        first = at + 1
    return stretches


def _windows(said: Said, first: int, last: int) -> list[Span]:
    """The stretches of syllables that may be one name: from the beginning of a word on."""
    return [
        (start, end)
        for start in range(first, last)
        if said.may_part(start) and (start == first or said.opens_word(start))
        for end in range(start + _SHORTEST, min(last, start + _LONGEST) + 1)
        if said.may_part(end)
    ]

"""The names of roads, places and buildings that what was said has in it, as they are or misheard."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kb.address.behind import number_behind
from kb.address.regions import Region
from kb.address.said import Said
from kb.address.sido import SIDO
from kb.address.sound import cores, likenesses
from kb.address.tables import Called, Tables

_SHORTEST, _LONGEST = 2, 18  # syllables
_NEAR = 0.68
_MOST_NEAR = 8
_CORE = 0.94  # how much a name counts that was said without what kind of building it is
_BESIDE_EXACT = 0.85  # and one where another was heard as it is
_SHORT_REGIONS = frozenset(short for shorts in SIDO.values() for short in shorts)
_BEHIND_A_WORD = 0.8  # how much a name counts that other words are joined to in front

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
    closes = end in follows or said.closes_name(last) or number_behind(said, last) is not None
    return closes * (1 if _opens(said, first, regions) else _BEHIND_A_WORD)


def _opens(said: Said, first: int, regions: Sequence[Region]) -> bool:
    """Whether a name may begin there: a word does, or a region has ended, be it a short one (세종장안로)."""
    if said.opens_word(first) or any(region.last == first for region in regions):
        return True
    *_, joined = said.text[: said.starts[first]].split() or [""]
    return joined in _SHORT_REGIONS


def misheard_names(
    tables: Tables, said: Said, regions: Sequence[Region], districts: Collection[int], exact: Collection[Span]
) -> list[Name]:
    """The names that sound most like what was said and is not explained by regions, and less by ``exact`` names."""
    best: dict[int, tuple[float, int, int]] = {}
    for first, last in _stretches(said, regions):
        alike = tables.alike(said.letters(first, last), districts)
        windows = _windows(said, first, last, regions)
        if not alike or not windows:
            continue
        spans = list(windows)
        heard = [said.letters(*span) for span in spans]
        near = likenesses(heard, [letters for _, letters in alike])
        shortened = [(at, core) for at, (_, letters) in enumerate(alike) for core in cores(letters)]
        if shortened:
            of_core = _CORE * likenesses(heard, [core for _, core in shortened])
            for column, (at, _) in enumerate(shortened):
                near[:, at] = np.maximum(near[:, at], of_core[:, column])
        weights = [fit * (_BESIDE_EXACT if window in exact else 1) for window, fit in windows.items()]
        near *= np.array(weights, np.float32)[:, None]
        for (sound, _), window, value in zip(alike, near.argmax(axis=0), near.max(axis=0), strict=True):
            if best.get(sound, (_NEAR, 0, 0))[0] < value < 1:
                best[sound] = float(value), *spans[window]
    nearest = sorted(best.items(), key=lambda item: -item[1][0])[:_MOST_NEAR]
    found = []
    for sound, (value, first, last) in nearest:
        is_region = any(region.first <= first and last <= region.last for region in regions)
        if is_region and number_behind(said, last) is None:
            continue  # 세종 is no 세종로
        called = tables.called(sound, districts) or tables.called(sound)
        found.append(Name(first, last, value, tuple(called)))
    return found


def _stretches(said: Said, regions: Sequence[Region]) -> list[Span]:
    """What lies between regions and details. A place before a number may be a road that was misheard."""
    explained = {
        at
        for region in regions
        if region.is_sure and number_behind(said, region.last) is None
        for at in range(region.first, region.last)
    }
    for detail in said.details:
        explained.update(range(*said.between(detail.start, detail.end)))
    stretches: list[Span] = []
    first = 0
    for at in (*sorted(explained), len(said)):
        if at - first >= _SHORTEST:
            stretches.append((first, at))
        first = at + 1
    return stretches


def _windows(said: Said, first: int, last: int, regions: Sequence[Region]) -> dict[Span, float]:
    """The stretches of syllables that may be one name, from the beginning of a word on, and how well they fit."""
    spans = (
        (start, end)
        for start in range(first, last)
        if said.may_part(start) and (start == first or _opens(said, start, regions))
        for end in range(start + _SHORTEST, min(last, start + _LONGEST) + 1)
        if said.may_part(end)
    )
    return {span: fit for span in spans if (fit := fits(said, *span, regions))}

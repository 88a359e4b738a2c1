"""The regions that callers name around an address (서울시 강남구 역삼동), and whether a place lies in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from kb.address.address import Address
from kb.address.said import Said
from kb.address.sido import SIDO
from kb.address.sound import likenesses, sounds
from kb.address.tables import Tables

_LONGEST = 8  # syllables: 제주특별자치도
_SHORTENED = ("시", "군", "구", "읍", "면")
_SHORTEST = 2


class Region(NamedTuple):
    """A region that was named by the syllables ``first`` to ``last``, the last not among them.

    ``areas`` are those that have the name themselves (동, 리); ``districts`` those that do, or that such areas lie in.
    ``is_sure``: it is the whole name (서울시, not 서울) and nothing is joined to it (not 서울시청).
    """

    first: int
    last: int
    districts: frozenset[int]
    areas: frozenset[int]
    is_sure: bool

    def holds(self, district: int, area: int) -> bool:
        """Whether a place is in it; ``area`` is 0 where only the district is known."""
        return area in self.areas or (district in self.districts and not (self.areas and area))


@dataclass(slots=True)
class _Meant:
    """What one name stands for; a short one (서울) is believed as a word of its own only."""

    districts: set[int] = field(default_factory=set)
    areas: set[int] = field(default_factory=set)
    is_short: bool = True


class Regions:
    """All names of provinces, cities, districts and their parts in an address book: for a country, 20,000."""

    def __init__(self, tables: Tables) -> None:
        self._meant: dict[str, _Meant] = defaultdict(_Meant)
        self._districts: dict[int, Address] = {}
        self._areas: dict[int, Address] = {}
        self._district_of: dict[int, int] = {}
        for sido, shorts in SIDO.items():
            self._learn(sido, shorts)  # also where the book has nothing of it
        for district, sido, sigungu in tables.districts():
            words = (sido, *sigungu.split())
            self._learn(sido, SIDO.get(sido, ()), district)
            for word in words[1:]:
                self._learn(word, _short(word), district)
            self._districts[district] = Address(sido, sigungu)
        for area, district, town, ri in tables.areas():
            for word in filter(None, (town, ri)):
                self._learn(word, _short(word), district, area)
            self._district_of[area] = district
            self._areas[area] = replace(self._districts[district], town=town, ri=ri)
        for area, name in tables.admin_dongs():
            self._learn(name, (), self._district_of[area], area)

    def _learn(self, name: str, shorts: Iterable[str], district: int = 0, area: int = 0) -> None:
        for form in (name, *shorts):
            is_short = form != name and len(form) < len("서울시")
            for sound in sounds(form):
                meant = self._meant[sound]
                meant.districts.update({district} - {0})
                meant.areas.update({area} - {0})
                meant.is_short = meant.is_short and is_short

    def named(self, said: Said) -> list[Region]:
        """The regions in what was said, in its order; of names inside one another the longest."""
        found: list[Region] = []
        at = 0
        while at < len(said):
            follows = bool(found) and found[-1].last == at
            region = self._at(said, at) if follows or said.opens_word(at) else None
            if region:
                found.append(region)
            at = region.last if region else at + 1
        return found

    def _at(self, said: Said, first: int) -> Region | None:
        for last in range(min(len(said), first + _LONGEST), first + 1, -1):
            meant = self._meant.get(said.letters(first, last)) if said.may_part(last) else None
            if meant is None:
                continue
            ends_word = said.closes_name(last)
            goes_on = not ends_word and self._at(said, last) is not None
            if meant.is_short and (_is_inside_number(said, first, last) or not (ends_word or goes_on)):
                continue
            is_sure = not meant.is_short and (ends_word or goes_on)
            return Region(first, last, frozenset(meant.districts), frozenset(meant.areas), is_sure)
        return None

    def common(self, named: Sequence[Region]) -> Address | None:
        """The place that all of ``named`` name: a 동 or 리 if it is one, else a district or a sido.

        Of regions that lie in several places, what these have in common; None where they disagree.
        """
        districts = frozenset.intersection(*(region.districts for region in named))
        of_areas = [region.areas for region in named if region.areas]
        areas = self._within(frozenset.intersection(*of_areas), districts) if of_areas else frozenset()
        places = [self._areas[area] for area in areas] or [self._districts[district] for district in districts]
        if not places:
            return None
        first = places[0]
        if any(place.sido != first.sido for place in places):
            return None
        if any(place.sigungu != first.sigungu for place in places):
            return Address(first.sido)
        if any(place.town != first.town for place in places):
            return Address(first.sido, first.sigungu)
        return first if len(places) == 1 else replace(first, ri="")

    def _within(self, areas: frozenset[int], districts: frozenset[int]) -> frozenset[int]:
        return frozenset(area for area in areas if self._district_of[area] in districts)

    def likeness(self, heard: str, district: int, area: int) -> float:
        """How much the letters ``heard`` sound like the name of a region that the area, or the district, is in."""
        place = self._areas.get(area) or self._districts.get(district, Address(""))
        words = filter(None, (place.sido, *place.sigungu.split(), place.town, place.ri))
        return max((_likeness(heard, word) for word in words), default=0.0)


def _is_inside_number(said: Said, first: int, last: int) -> bool:
    """The 다시 of 삼십사 다시 십칠 is not that of 나주시 다시면."""
    start, end = said.starts[first], said.ends[last - 1]
    return any(number.start < start and end <= number.end for number in said.numbers)


@lru_cache(maxsize=4_096)  # one caller's city is compared with that of every place that is thought of
def _likeness(heard: str, name: str) -> float:
    return float(likenesses([heard], list(sounds(name))).max(initial=0.0))


def _short(name: str) -> Iterator[str]:
    """강남 for 강남구, 조치원 for 조치원읍; 중구 has no shorter name."""
    if name.endswith(_SHORTENED) and len(name) > _SHORTEST:
        yield name[:-1]

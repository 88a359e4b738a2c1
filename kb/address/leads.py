"""What the names and numbers in an utterance point at: buildings of the book, or roads whose building is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from kb.address.address import Address
from kb.address.behind import Behind, as_heard, as_meant, misheard_digits
from kb.address.names import Name
from kb.address.said import Detail, Said
from kb.address.tables import Building, Called, Tables

Missing = Literal["none", "number", "building", "region", "road"]
"""What an address still needs: the number of the building, the region where several places have the name, the road;
``building`` is a number that its road has not got in the book."""

Told = Literal["region", "road", "number", "lot", "building"]

_EXACT, _NICKNAME = 0.97, 0.96
_UNLISTED = 0.62  # a new building, or a number that was misheard
_NO_NUMBER = 0.8
_OTHER_NUMBER = 0.6
_ALIKE, _OUTGROWN = 0.85, 0.7
_BELOW_CHARS = 5  # in front of a number: 지하
_UNCERTAIN_LIKENESS = 0.5  # names as unlike as this have nothing to do with one another


@dataclass(slots=True)
class Lead:
    """A place that may be meant: ``certainties`` has how likely each thing that was told means it, 0 to 1.

    ``building`` is its id in the book, 0 where only the road or the place is known; ``spans`` are the characters that
    tell it. ``likelihood`` is that of the number, where it is not the one that was heard; ``detail`` is what that was
    run together with.
    """

    address: Address
    district: int
    area: int
    road: int
    building: int = 0
    missing: Missing = "none"
    certainties: dict[Told, float] = field(default_factory=dict)
    spans: set[tuple[int, int]] = field(default_factory=set)
    likelihood: float = 0
    detail: Detail | None = None

    @property
    def certainty(self) -> float:
        """That any of what was told is right, as if they were independent."""
        doubt = 1.0
        for certainty in self.certainties.values():
            doubt *= 1 - certainty
        return 1 - doubt

    @property
    def is_guessed_road(self) -> bool:
        """Whether it is but a road, or a place, that something said sounds like."""
        return self.missing == "number" and not self.building and self.certainty < _EXACT * _NO_NUMBER

    @property
    def place(self) -> tuple[object, ...]:
        """The same for all buildings of one number or one lot."""
        if self.missing == "none" and self.certainties.keys() == {"lot"}:
            return "lot", self.area, self.address.jibun_main, self.address.jibun_sub
        return "road", self.road, self.area if not self.road else 0, self.address.main, self.address.sub

    def told(self, what: Told, certainty: float, *spans: tuple[int, int]) -> None:
        self.certainties[what] = max(certainty, self.certainties.get(what, 0.0))
        self.spans.update(spans)


class Leads:
    """Gathers leads, one for each building however many names point at it."""

    def __init__(self, tables: Tables, said: Said) -> None:
        self._tables = tables
        self._said = said
        self._buildings: dict[int, Lead] = {}
        self._open: dict[tuple[str, int, Behind | None], Lead] = {}
        self._roads: dict[int, tuple[Name, Behind | None]] = {}

    def follow(self, names: Iterable[Name]) -> None:
        for name in names:
            for called in name.called:
                certainty = _certainty(name, called)
                if called.kind == "building":
                    building = self._tables.building(called.target)
                    self._building(building, "building", certainty, self._span(name)).likelihood = 1
                else:
                    self._numbered(name, called, certainty)

    def outgrow(self, names: Iterable[Name]) -> None:
        """A building whose name is a part of one of ``names`` is hardly meant: 마을회관 of 부강구리마을회관."""
        longer = [self._span(name) for name in names if name.likeness >= _ALIKE]
        for lead in self._buildings.values():
            if lead.certainties.keys() == {"building"} and all(
                any(span != other and other[0] <= span[0] and span[1] <= other[1] for other in longer)
                for span in lead.spans
            ):
                lead.certainties["building"] *= _OUTGROWN

    def all(self) -> list[Lead]:
        """Those of buildings agree or not with the road and the number that were told beside their name."""
        for lead in self._buildings.values():
            if "number" in lead.certainties or "building" not in lead.certainties or lead.road not in self._roads:
                continue
            name, number = self._roads[lead.road]
            span = self._span(name)
            if any(span[0] < end and start < span[1] for start, end in lead.spans):
                continue  # 종로 and 종묘, misheard in the same word; or it has been told before
            if number is None:
                lead.told("road", _certainty_of(name.likeness) * _NO_NUMBER, span)
            else:
                lead.certainties["building"] *= _OTHER_NUMBER
                lead.spans.update((span, (number.start, number.end)))
        return [*self._buildings.values(), *self._open.values()]

    def _numbered(self, name: Name, called: Called, certainty: float) -> None:
        """A road, or a place with lots, and the number behind it."""
        heard = as_heard(self._said, name.last)
        if called.kind == "road":
            self._roads.setdefault(called.target, (name, heard))
        found = [heard] if heard and self._at(called, heard) else []
        found += [number for number in as_meant(self._said, name.last) if self._at(called, number)]
        if heard and not found and name.likeness == 1:
            self._unfinished(name, called, heard, _UNLISTED)
            found = [number for number in misheard_digits(heard) if self._at(called, number)]
        what: Told = "number" if called.kind == "road" else "lot"
        for number in found:
            for building in self._at(called, number):
                spans = self._span(name), (number.start, number.end)
                lead = self._building(building, what, certainty, *spans)
                if number.likelihood > lead.likelihood:
                    lead.likelihood, lead.detail = number.likelihood, number.detail
        if heard is None and not found and called.kind == "road":
            self._unfinished(name, called, None, certainty * _NO_NUMBER)

    def _at(self, called: Called, number: Behind) -> list[Building]:
        find = self._tables.on_road if called.kind == "road" else self._tables.on_lot
        found = find(called.target, number.main, number.sub)
        if called.kind == "road":
            is_below = "지하" in self._said.text[: number.start][-_BELOW_CHARS:]
            preferred = [building for building in found if building.address.underground == is_below]
            return preferred or found
        return [building for building in found if building.address.mountain == number.is_mountain]

    def _building(self, building: Building, what: Told, certainty: float, *spans: tuple[int, int]) -> Lead:
        lead = self._buildings.get(building.id)
        if lead is None:
            lead = Lead(building.address, building.district, building.area, building.road, building.id)
            self._buildings[building.id] = lead
        lead.told(what, certainty, *spans)
        return lead

    def _unfinished(self, name: Name, called: Called, number: Behind | None, certainty: float) -> None:
        """A road or a place of which the book does not know the building."""
        spans = [self._span(name), *([(number.start, number.end)] if number else [])]
        key = called.kind, called.target, number
        if key not in self._open:
            self._open[key] = self._opened(called, number)
            self._open[key].likelihood = 1
        self._open[key].told("road" if called.kind == "road" else "lot", certainty, *spans)

    def _opened(self, called: Called, number: Behind | None) -> Lead:
        missing: Missing = "building" if number else "number"
        if called.kind == "road":
            address = self._tables.road(called.target)
            if number:
                address = replace(address, main=number.main, sub=number.sub)
            return Lead(address, called.district, 0, called.target, missing=missing)
        address = self._tables.area(called.target)
        if number:
            address = replace(address, jibun_main=number.main, jibun_sub=number.sub)
        return Lead(address, called.district, called.target, 0, missing=missing)

    def _span(self, name: Name) -> tuple[int, int]:
        return self._said.starts[name.first], self._said.ends[name.last - 1]


def _certainty(name: Name, called: Called) -> float:
    exact = _NICKNAME if called.is_nickname else _EXACT
    return exact if name.likeness == 1 else exact * _certainty_of(name.likeness)


def _certainty_of(likeness: float) -> float:
    return max(0.0, (likeness - _UNCERTAIN_LIKENESS) / (1 - _UNCERTAIN_LIKENESS))

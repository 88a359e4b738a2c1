"""What the names and numbers in an utterance point at: buildings of the book, or roads whose building is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from kb.address.address import Address
from kb.address.names import Name, number_behind
from kb.address.said import Number, Said
from kb.address.tables import Building, Called, Tables

Missing = Literal["none", "number", "building", "region", "road"]
"""What an address still needs: the number of the building, the region where several places have the name, the road;
``building`` is a number that its road has not got in the book."""

Told = Literal["region", "road", "number", "lot", "building"]

_EXACT, _NICKNAME = 0.97, 0.96
_UNLISTED = 0.62  # a new building, or a number that was misheard
_NO_NUMBER = 0.8
_OTHER_NUMBER = 0.6
_UNCERTAIN_LIKENESS = 0.5  # names as unlike as this have nothing to do with one another


@dataclass(slots=True)
class Lead:
    """A place that may be meant: ``certainties`` has how likely each thing that was told means it, 0 to 1.

    ``building`` is its id in the book, 0 where only the road or the place is known; ``spans`` are the characters that
    tell it.
    """

    address: Address
    district: int
    area: int
    road: int
    building: int = 0
    missing: Missing = "none"
    certainties: dict[Told, float] = field(default_factory=dict)
    spans: set[tuple[int, int]] = field(default_factory=set)

    @property
    def certainty(self) -> float:
        """That any of what was told is right, as if they were independent."""
        doubt = 1.0
        for certainty in self.certainties.values():
            doubt *= 1 - certainty
        return 1 - doubt

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
        self._open: dict[tuple[str, int, Number | None], Lead] = {}
        self._roads: dict[int, tuple[Name, Number | None]] = {}

    def follow(self, names: Iterable[Name]) -> None:
        for name in names:
            for called in name.called:
                certainty = _certainty(name, called)
                if called.kind == "building":
                    self._building(self._tables.building(called.target), "building", certainty, self._span(name))
                else:
                    self._numbered(name, called, certainty)

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
        number = number_behind(self._said, name.last)
        if called.kind == "road":
            self._roads.setdefault(called.target, (name, number))
        if number is None:
            if called.kind == "road":
                self._unfinished(name, called, None, certainty * _NO_NUMBER)
            return
        what: Told = "number" if called.kind == "road" else "lot"
        found = self._at(called, number, name)
        for building in found:
            self._building(building, what, certainty, self._span(name), (number.start, number.end))
        if not found and name.likeness == 1:
            self._unfinished(name, called, number, _UNLISTED)

    def _at(self, called: Called, number: Number, name: Name) -> list[Building]:
        between = self._said.text[self._said.ends[name.last - 1] : number.start]
        find = self._tables.on_road if called.kind == "road" else self._tables.on_lot
        found = find(called.target, number.main, number.sub)
        if not found and number.may_go_on:
            found = find(called.target, *number.gone_on)
        if called.kind == "road":
            preferred = [building for building in found if building.address.underground == ("지하" in between)]
            return preferred or found
        return [building for building in found if building.address.mountain == ("산" in between)]

    def _building(self, building: Building, what: Told, certainty: float, *spans: tuple[int, int]) -> None:
        lead = self._buildings.get(building.id)
        if lead is None:
            lead = Lead(building.address, building.district, building.area, building.road, building.id)
            self._buildings[building.id] = lead
        lead.told(what, certainty, *spans)

    def _unfinished(self, name: Name, called: Called, number: Number | None, certainty: float) -> None:
        """A road or a place of which the book does not know the building."""
        spans = [self._span(name), *([(number.start, number.end)] if number else [])]
        key = called.kind, called.target, number
        if key not in self._open:
            self._open[key] = self._opened(called, number)
        self._open[key].told("road" if called.kind == "road" else "lot", certainty, *spans)

    def _opened(self, called: Called, number: Number | None) -> Lead:
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

"""The address book in SQLite: buildings, roads and places, and an index of how all their names sound.

A name's letters stand once in ``sound``; ``called`` says whose name they are, :mod:`kb.address.alike` which sound like
others.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kb.address.address import Address
from kb.address.alike import Alike
from kb.address.writing import FORM, KINDS, Kind

_MOST_ALIKE = 120
_MOST_TARGETS = 200  # of one name: 현대아파트 is in every town


class Called(NamedTuple):
    """Something that a name stands for: ``target`` is an id in the table of its ``kind``."""

    letters: str
    kind: Kind
    district: int
    target: int
    is_nickname: bool


class Building(NamedTuple):
    """A building with the ids of where it is."""

    id: int
    district: int
    area: int
    road: int
    address: Address


class Tables:
    """Reads a database that :func:`kb.address.writing.write` has filled."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._alike = Alike(connection)

    def close(self) -> None:
        self._connection.close()

    def districts(self) -> list[tuple[int, str, str]]:
        """Id, sido and sigungu."""
        return list(self._connection.execute("SELECT id, sido, sigungu FROM district"))

    def buildings_by_sido(self) -> dict[str, int]:
        query = (
            "SELECT sido, sum(number) FROM (SELECT area, count(*) AS number FROM building GROUP BY area)"
            " JOIN area ON area.id = area JOIN district ON district.id = district GROUP BY sido"
        )
        return dict(self._connection.execute(query))

    def areas(self) -> list[tuple[int, int, str, str]]:
        """Id, district, town and ri."""
        return list(self._connection.execute("SELECT id, district, town, ri FROM area"))

    def admin_dongs(self) -> list[tuple[int, str]]:
        """Areas, and an administrative dong (역삼1동) that some of their buildings are in."""
        return list(self._connection.execute("SELECT area, name FROM admin_dong"))

    def known(self, names: Collection[str]) -> dict[str, int]:
        """Those of ``names``, in letters, that something is called, with their number."""
        query = "SELECT letters, id FROM sound WHERE letters IN (SELECT value FROM json_each(?))"
        return dict(self._connection.execute(query, (json.dumps(list(names), ensure_ascii=False),)))

    def alike(self, heard: str, districts: Collection[int] = ()) -> list[tuple[int, str]]:
        """Number and letters of names that share trigrams with the letters ``heard``, the most alike first.

        Only of what is in ``districts`` where some are given.
        """
        numbers = self._alike.nearest(heard, _MOST_ALIKE, districts)
        query = "SELECT id, letters FROM sound WHERE id IN (SELECT value FROM json_each(?))"
        letters = dict(self._connection.execute(query, (json.dumps(numbers),)))
        return [(number, letters[number]) for number in numbers]

    def called(self, sound: int, districts: Collection[int] = ()) -> list[Called]:
        """What has that name, roads first; only in ``districts`` where some are given."""
        where = f" AND district IN ({_marks(districts)})" if districts else ""
        found = self._connection.execute(
            "SELECT sound.letters, kind, district, target, is_nickname FROM called JOIN sound ON sound.id = sound"
            f" WHERE sound = ?{where} ORDER BY kind, district, target LIMIT {_MOST_TARGETS}",
            (sound, *districts),
        )
        return [
            Called(letters, KINDS[kind], district, target, bool(is_nickname))
            for letters, kind, district, target, is_nickname in found
        ]

    def building(self, number: int) -> Building:
        return self._buildings("building.id = ?", number)[0]

    def on_road(self, road: int, main: int, sub: int) -> list[Building]:
        """Those that have the number on the road; where there are none, those that had it by the road's old name."""
        found = self._buildings("road = ? AND main = ? AND sub = ?", road, main, sub)
        former = "building.id IN (SELECT building FROM former WHERE former.road = ? AND main = ? AND sub = ?)"
        return found or self._buildings(former, road, main, sub)

    def on_lot(self, area: int, main: int, sub: int) -> list[Building]:
        return self._buildings("area = ? AND jibun_main = ? AND jibun_sub = ?", area, main, sub)

    def road(self, number: int) -> Address:
        """The road without a building; with its town where it lies in one only."""
        query = "SELECT sido, sigungu, town, name FROM road JOIN district ON district.id = district WHERE road.id = ?"
        sido, sigungu, town, name = self._connection.execute(query, (number,)).fetchone()
        return Address(sido, sigungu, town, road=name)

    def area(self, number: int) -> Address:
        query = "SELECT sido, sigungu, town, ri FROM area JOIN district ON district.id = district WHERE area.id = ?"
        return Address(*self._connection.execute(query, (number,)).fetchone())

    def count(self) -> int:
        (buildings,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM building").fetchone()
        return int(buildings)

    def _buildings(self, where: str, *values: int) -> list[Building]:
        found = self._connection.execute(
            "SELECT building.id, area.district, area, road, sido, sigungu, area.town, ri, road.name, main, sub,"
            " jibun_main, jibun_sub, postcode, building.name, underground, mountain"
            " FROM building JOIN area ON area.id = area"
            f" JOIN district ON district.id = area.district JOIN road ON road.id = road WHERE {where}"
            f" LIMIT {_MOST_TARGETS}",
            values,
        )
        return [_building(row) for row in found]


def _building(row: Sequence[Any]) -> Building:
    number, district, area, road, *place, main, sub, jibun_main, jibun_sub, postcode, name, underground, mountain = row
    sido, sigungu, town, ri, road_name = place
    address = Address(
        sido,
        sigungu,
        town,
        ri,
        road_name,
        main,
        sub,
        bool(underground),
        jibun_main,
        jibun_sub,
        bool(mountain),
        postcode,
        name,
    )
    return Building(number, district, area, road, address)


def open_tables(database: Path) -> Tables | None:
    """The tables in a file, for reading from any thread; None where they are of another form, or none at all.

    Nothing is read into memory but what look-ups need. Raises ``sqlite3.Error``.
    """
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    if connection.execute("PRAGMA user_version").fetchone()[0] != FORM:
        connection.close()
        return None
    return Tables(connection)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))

"""The address book in SQLite: buildings, roads and places, and an index of how all their names sound.

A name's letters stand once in ``sound``; ``called`` says whose name they are. The trigrams of the letters (FTS5) find
names that were misheard; a country has some hundred thousand names, and a look-up walks the rarest trigrams only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from kb.address.address import Address
from kb.address.nicknames import nicknames
from kb.address.official_file import OfficialRow
from kb.address.sound import sounds

FORM = 1
"""Of the tables; a database of another form is not read."""

_SCHEMA = f"""
CREATE TABLE district (id INTEGER PRIMARY KEY, sido TEXT NOT NULL, sigungu TEXT NOT NULL);
CREATE TABLE area (id INTEGER PRIMARY KEY, district INTEGER NOT NULL, town TEXT NOT NULL, ri TEXT NOT NULL);
CREATE TABLE road (id INTEGER PRIMARY KEY, district INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE building (
    id INTEGER PRIMARY KEY, area INTEGER NOT NULL, road INTEGER NOT NULL, underground INTEGER NOT NULL,
    main INTEGER NOT NULL, sub INTEGER NOT NULL, mountain INTEGER NOT NULL,
    jibun_main INTEGER NOT NULL, jibun_sub INTEGER NOT NULL, postcode TEXT NOT NULL, name TEXT NOT NULL
);
CREATE TABLE sound (id INTEGER PRIMARY KEY, letters TEXT NOT NULL UNIQUE);
CREATE TABLE called (
    sound INTEGER NOT NULL, kind TEXT NOT NULL, district INTEGER NOT NULL, target INTEGER NOT NULL,
    is_nickname INTEGER NOT NULL, PRIMARY KEY (sound, kind, district, target)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE trigrams USING fts5 (letters, content='', tokenize='trigram');
CREATE VIRTUAL TABLE trigrams_count USING fts5vocab (trigrams, row);
PRAGMA user_version = {FORM};
"""
_INDICES = """
CREATE INDEX building_by_number ON building (road, main, sub);
CREATE INDEX building_by_lot ON building (area, jibun_main, jibun_sub);
ANALYZE;
"""
_ROWS_AT_ONCE = 10_000
_TRIGRAM = 3
_MOST_WALKED = 6_000  # entries of trigram lists in one look-up
_MOST_ALIKE = 120
_MOST_TARGETS = 200  # of one name: 현대아파트 is in every town

Kind = Literal["road", "area", "building"]
_Key = TypeVar("_Key")


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
    """Reads a database that :func:`write` has filled."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def districts(self) -> list[tuple[int, str, str]]:
        """Id, sido and sigungu."""
        return list(self._connection.execute("SELECT id, sido, sigungu FROM district"))

    def areas(self) -> list[tuple[int, int, str, str]]:
        """Id, district, town and ri."""
        return list(self._connection.execute("SELECT id, district, town, ri FROM area"))

    def known(self, names: Collection[str]) -> dict[str, int]:
        """Those of ``names``, in letters, that something is called, with their number."""
        query = f"SELECT letters, id FROM sound WHERE letters IN ({_marks(names)})"
        return dict(self._connection.execute(query, tuple(names)))

    def alike(self, heard: str) -> list[tuple[int, str]]:
        """Number and letters of names that share trigrams with the letters ``heard``, the most alike first."""
        trigrams = {heard[at : at + _TRIGRAM] for at in range(len(heard) - _TRIGRAM + 1)}
        query = f"SELECT term, doc FROM trigrams_count WHERE term IN ({_marks(trigrams)}) ORDER BY doc"
        walked = 0
        chosen: list[str] = []
        for trigram, count in self._connection.execute(query, tuple(trigrams)):
            walked += count
            if chosen and walked > _MOST_WALKED:
                break
            chosen.append(f'"{trigram}"')
        if not chosen:
            return []
        found = self._connection.execute(
            "SELECT sound.id, sound.letters FROM trigrams JOIN sound ON sound.id = trigrams.rowid"
            f" WHERE trigrams MATCH ? ORDER BY trigrams.rank LIMIT {_MOST_ALIKE}",
            (" OR ".join(chosen),),
        )
        return list(found)

    def called(self, sound: int, districts: Collection[int] = ()) -> list[Called]:
        """What has that name; only in ``districts`` where some are given."""
        where = f" AND district IN ({_marks(districts)})" if districts else ""
        found = self._connection.execute(
            "SELECT sound.letters, kind, district, target, is_nickname FROM called JOIN sound ON sound.id = sound"
            f" WHERE sound = ?{where} LIMIT {_MOST_TARGETS}",
            (sound, *districts),
        )
        return [Called(letters, kind, district, target, bool(nick)) for letters, kind, district, target, nick in found]

    def building(self, number: int) -> Building:
        return self._buildings("building.id = ?", number)[0]

    def on_road(self, road: int, main: int, sub: int) -> list[Building]:
        return self._buildings("road = ? AND main = ? AND sub = ?", road, main, sub)

    def on_lot(self, area: int, main: int, sub: int) -> list[Building]:
        return self._buildings("area = ? AND jibun_main = ? AND jibun_sub = ?", area, main, sub)

    def road(self, number: int) -> Address:
        """The road without a building; with its town where it lies in one only."""
        query = "SELECT sido, sigungu, name FROM road JOIN district ON district.id = district WHERE road.id = ?"
        sido, sigungu, name = self._connection.execute(query, (number,)).fetchone()
        query = "SELECT DISTINCT town FROM building JOIN area ON area.id = area WHERE road = ? LIMIT 2"
        towns = [town for (town,) in self._connection.execute(query, (number,))]
        return Address(sido, sigungu, towns[0] if len(towns) == 1 else "", road=name)

    def area(self, number: int) -> Address:
        query = "SELECT sido, sigungu, town, ri FROM area JOIN district ON district.id = district WHERE area.id = ?"
        return Address(*self._connection.execute(query, (number,)).fetchone())

    def count(self) -> int:
        (buildings,) = self._connection.execute("SELECT count(*) FROM building").fetchone()
        return int(buildings)

    def _buildings(self, where: str, *values: int) -> list[Building]:
        found = self._connection.execute(
            "SELECT building.id, area.district, area, road, sido, sigungu, town, ri, road.name, main, sub, underground,"
            " jibun_main, jibun_sub, mountain, postcode, building.name FROM building JOIN area ON area.id = area"
            f" JOIN district ON district.id = area.district JOIN road ON road.id = road WHERE {where}"
            f" LIMIT {_MOST_TARGETS}",
            values,
        )
        buildings = []
        for number, district, area, road, *values_of_address in found:
            address = Address(*values_of_address)  # SQLite has numbers for what is true
            address = replace(address, underground=bool(address.underground), mountain=bool(address.mountain))
            buildings.append(Building(number, district, area, road, address))
        return buildings


def open_tables(database: Path) -> Tables | None:
    """The tables in a file, for reading from any thread; None where they are of another form, or none at all.

    Raises ``sqlite3.Error``.
    """
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    if connection.execute("PRAGMA user_version").fetchone()[0] != FORM:
        connection.close()
        return None
    return Tables(connection)


def write(connection: sqlite3.Connection, rows: Iterable[OfficialRow]) -> Tables:
    """Fills an empty database."""
    connection.executescript(_SCHEMA)
    writer = _Writer(connection)
    for row in rows:
        writer.add(row)
    writer.close()
    connection.executescript(_INDICES)
    return Tables(connection)


class _Writer:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._districts: dict[tuple[str, str], int] = {}
        self._areas: dict[tuple[int, str, str], int] = {}
        self._roads: dict[tuple[int, str], int] = {}
        self._buildings: list[tuple[object, ...]] = []
        self._called: list[tuple[object, ...]] = []
        self._sounds: dict[str, int] = {}
        self._last_building = 0

    def add(self, row: OfficialRow) -> None:
        address = row.address
        district = _id(self._districts, (address.sido, address.sigungu))
        place = (district, address.town, address.ri)
        is_new = place not in self._areas
        area = _id(self._areas, place)
        if is_new and (lowest := address.ri or address.town):
            self._call(lowest, "area", district, area)
        way = (district, address.road)
        is_new = way not in self._roads
        road = _id(self._roads, way)
        if is_new:
            self._call(address.road, "road", district, road)
        self._last_building += 1
        for name in filter(None, (address.building, row.register_name)):
            self._call(name, "building", district, self._last_building)
            for nickname in nicknames(name, address):
                self._call(nickname, "building", district, self._last_building, is_nickname=True)
        self._buildings.append(
            (
                self._last_building,
                area,
                road,
                address.underground,
                address.main,
                address.sub,
                address.mountain,
                address.jibun_main,
                address.jibun_sub,
                address.postcode,
                address.building,
            )
        )
        if len(self._buildings) >= _ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        self._flush()
        insert = self._connection.executemany
        insert("INSERT INTO district VALUES (?, ?, ?)", ((key, *of) for of, key in self._districts.items()))
        insert("INSERT INTO area VALUES (?, ?, ?, ?)", ((key, *of) for of, key in self._areas.items()))
        insert("INSERT INTO road VALUES (?, ?, ?)", ((key, *of) for of, key in self._roads.items()))
        insert("INSERT INTO sound VALUES (?, ?)", ((key, of) for of, key in self._sounds.items()))
        insert("INSERT INTO trigrams (rowid, letters) VALUES (?, ?)", ((key, of) for of, key in self._sounds.items()))
        self._connection.commit()

    def _call(self, name: str, kind: Kind, district: int, target: int, *, is_nickname: bool = False) -> None:
        for sound in sounds(name):
            self._called.append((_id(self._sounds, sound), kind, district, target, is_nickname))

    def _flush(self) -> None:
        marks = ", ".join("?" * 11)
        self._connection.executemany(f"INSERT INTO building VALUES ({marks})", self._buildings)
        # a name that the building has officially goes before the same as a nickname
        called = sorted(self._called, key=lambda row: bool(row[-1]))
        self._connection.executemany("INSERT OR IGNORE INTO called VALUES (?, ?, ?, ?, ?)", called)
        self._buildings.clear()
        self._called.clear()


def _id(known: dict[_Key, int], key: _Key) -> int:
    return known.setdefault(key, len(known) + 1)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))

"""Writes the address book into SQLite, row by row: see :mod:`kb.address.tables` for what it is read by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, TypeVar, get_args

from kb.address import alike
from kb.address.nicknames import nicknames
from kb.address.official_row import OfficialRow
from kb.address.sound import sounds

FORM = 2
"""Of the tables; a database of another form is not read."""

Kind = Literal["road", "area", "building"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""By their numbers in the table ``called``."""

_SCHEMA = f"""
CREATE TABLE district (id INTEGER PRIMARY KEY, sido TEXT NOT NULL, sigungu TEXT NOT NULL);
CREATE TABLE area (id INTEGER PRIMARY KEY, district INTEGER NOT NULL, town TEXT NOT NULL, ri TEXT NOT NULL);
CREATE TABLE admin_dong (area INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE road (id INTEGER PRIMARY KEY, district INTEGER NOT NULL, name TEXT NOT NULL, town TEXT NOT NULL);
CREATE TABLE building (
    id INTEGER PRIMARY KEY, area INTEGER NOT NULL, road INTEGER NOT NULL, underground INTEGER NOT NULL,
    main INTEGER NOT NULL, sub INTEGER NOT NULL, mountain INTEGER NOT NULL,
    jibun_main INTEGER NOT NULL, jibun_sub INTEGER NOT NULL, postcode TEXT NOT NULL, name TEXT NOT NULL
);
CREATE TABLE former (road INTEGER NOT NULL, main INTEGER NOT NULL, sub INTEGER NOT NULL, building INTEGER NOT NULL);
CREATE TABLE sound (id INTEGER PRIMARY KEY, letters TEXT NOT NULL);
CREATE TABLE called (
    sound INTEGER NOT NULL, kind INTEGER NOT NULL, district INTEGER NOT NULL, target INTEGER NOT NULL,
    is_nickname INTEGER NOT NULL, PRIMARY KEY (sound, kind, district, target)
) WITHOUT ROWID;
CREATE TEMP TABLE heard (
    letters TEXT NOT NULL, kind INTEGER NOT NULL, district INTEGER NOT NULL, target INTEGER NOT NULL,
    is_nickname INTEGER NOT NULL
);
{alike.SCHEMA}
"""
# A name that something has officially goes before the same as a nickname.
_NAMES = """
INSERT INTO sound (letters) SELECT DISTINCT letters FROM heard ORDER BY letters;
CREATE UNIQUE INDEX sound_by_letters ON sound (letters);
INSERT INTO called
    SELECT sound.id, kind, district, target, min(is_nickname) FROM heard JOIN sound USING (letters)
    GROUP BY sound.id, kind, district, target;
DROP TABLE heard;
"""
_INDICES = """
CREATE INDEX building_by_number ON building (road, main, sub);
CREATE INDEX building_by_lot ON building (area, jibun_main, jibun_sub);
CREATE INDEX former_by_number ON former (road, main, sub);
ANALYZE;
"""
_ROWS_AT_ONCE = 10_000
_SEVERAL = ""  # towns of a road
_Key = TypeVar("_Key")


def write(connection: sqlite3.Connection, rows: Iterable[OfficialRow]) -> None:
    """Fills an empty database. In memory are the places and roads of all rows and their letters, never the rows."""
    connection.executescript(_SCHEMA)
    _fill(connection, rows)
    connection.executescript(_NAMES)
    alike.write_alike(connection)
    connection.executescript(_INDICES)
    connection.execute(f"PRAGMA user_version = {FORM}")
    connection.commit()


def _fill(connection: sqlite3.Connection, rows: Iterable[OfficialRow]) -> None:
    writer = _Writer(connection)
    for row in rows:
        writer.add(row)
    writer.close()


class _Writer:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._districts: dict[tuple[str, str], int] = {}
        self._areas: dict[tuple[int, str, str], int] = {}
        self._admin_dongs: set[tuple[int, str]] = set()
        self._roads: dict[tuple[int, str], int] = {}
        self._town_of_road: dict[int, str] = {}
        self._buildings: list[tuple[object, ...]] = []
        self._former: list[tuple[int, ...]] = []
        self._heard: list[tuple[str, int, int, int, bool]] = []
        self._last_building = 0

    def add(self, row: OfficialRow) -> None:
        address = row.address
        district = _id(self._districts, (address.sido, address.sigungu))
        area = _id(self._areas, (district, address.town, address.ri))
        road = _id(self._roads, (district, address.road))
        if self._town_of_road.setdefault(road, address.town) != address.town:
            self._town_of_road[road] = _SEVERAL
        if row.admin_dong:
            self._admin_dongs.add((area, row.admin_dong))
        self._last_building += 1
        number = self._last_building
        self._buildings.append(
            (
                number,
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
        for name in (address.building, row.register_name):
            if name:
                self._call(name, "building", district, number)
                for nickname in nicknames(name, address):
                    self._call(nickname, "building", district, number, is_nickname=True)
        if row.former:
            former_road = _id(self._roads, (district, row.former.road))
            self._town_of_road.setdefault(former_road, address.town)
            self._former.append((former_road, row.former.main, row.former.sub, number))
        if len(self._buildings) >= _ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        for (district, town, ri), area in self._areas.items():
            if lowest := ri or town:
                self._call(lowest, "area", district, area)
        for (district, name), road in self._roads.items():
            self._call(name, "road", district, road)
        self._flush()
        insert = self._connection.executemany
        insert("INSERT INTO district VALUES (?, ?, ?)", ((key, *of) for of, key in self._districts.items()))
        insert("INSERT INTO area VALUES (?, ?, ?, ?)", ((key, *of) for of, key in self._areas.items()))
        insert("INSERT INTO admin_dong VALUES (?, ?)", sorted(self._admin_dongs))
        roads = ((key, *of, self._town_of_road[key]) for of, key in self._roads.items())
        insert("INSERT INTO road VALUES (?, ?, ?, ?)", roads)
        self._connection.commit()

    def _call(self, name: str, kind: Kind, district: int, target: int, *, is_nickname: bool = False) -> None:
        number = KINDS.index(kind)
        self._heard += [(sound, number, district, target, is_nickname) for sound in _sounds(name)]

    def _flush(self) -> None:
        insert = self._connection.executemany
        insert(f"INSERT INTO building VALUES ({', '.join('?' * 11)})", self._buildings)
        insert("INSERT INTO former VALUES (?, ?, ?, ?)", self._former)
        insert("INSERT INTO heard VALUES (?, ?, ?, ?, ?)", self._heard)
        self._buildings.clear()
        self._former.clear()
        self._heard.clear()


@lru_cache(maxsize=20_000)
def _sounds(name: str) -> tuple[str, ...]:
    return tuple(sounds(name))


def _id(known: dict[_Key, int], key: _Key) -> int:
    return known.setdefault(key, len(known) + 1)

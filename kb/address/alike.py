"""Names that sound like what was heard: an index of the letters of all names, three and three, kept in SQLite.

A country has some hundred thousand names. Each trigram of letters has the numbers of the names that hold it in one
blob, so that a look-up reads a dozen blobs and counts, and the index itself is never in memory.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection
from itertools import groupby, pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

SCHEMA = """
CREATE TABLE trigram (id INTEGER PRIMARY KEY, sounds BLOB NOT NULL);
CREATE TABLE district_sound (district INTEGER PRIMARY KEY, sounds BLOB NOT NULL);
CREATE TABLE sound_weight (at INTEGER PRIMARY KEY, weights BLOB NOT NULL);
"""

_FIRST_LETTER, _LETTER_BITS, _TRIGRAM = 0x3130, 6, 3
_MOST_COUNTED = 400_000  # entries of trigram lists in one look-up; what is left out is what nearly all names have
_FLOOR = 0.04  # of the best score: what is below is never nearer by sound, and most names are
_CODE_BITS = _TRIGRAM * _LETTER_BITS
_AT_ONCE = 20_000  # names whose trigrams are taken in one step
_PARTS = 4

Numbers = NDArray[np.uint32]


class Alike:
    """Reads the index that :func:`write_alike` has written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._weights: NDArray[np.float32] | None = None

    def nearest(self, heard: str, most: int, districts: Collection[int] = ()) -> list[int]:
        """Numbers of at most ``most`` names that share letters with ``heard``, the most alike first.

        Only of what is in ``districts`` where some are given. Rare trigrams count more; a name counts by the share of
        its own that was heard, and by how many that are.
        """
        weights = self._all_weights()
        lists = sorted((self._list(trigram) for trigram in set(_trigrams(heard).tolist())), key=len)
        shared = np.zeros(len(weights), np.float32)
        counted = 0
        for numbers in lists:
            counted += len(numbers)
            if counted > _MOST_COUNTED:
                break
            if len(numbers):
                shared[numbers] += math.log(len(weights) / len(numbers))
        score = shared * shared / weights
        chosen = self._of_districts(districts) if districts else np.flatnonzero(score > _FLOOR * score.max(initial=0.0))
        if len(chosen) > most:
            chosen = chosen[np.argpartition(score[chosen], -most)[-most:]]
        chosen = chosen[np.argsort(-score[chosen], kind="stable")]
        return [int(number) for number in chosen if score[number] > 0]

    def _list(self, trigram: int) -> Numbers:
        row = self._connection.execute("SELECT sounds FROM trigram WHERE id = ?", (trigram,)).fetchone()
        return np.frombuffer(row[0] if row else b"", np.uint32)

    def _of_districts(self, districts: Collection[int]) -> NDArray[np.int64]:
        found = [
            np.frombuffer(sounds, np.uint32)
            for district in districts
            for (sounds,) in self._connection.execute(
                "SELECT sounds FROM district_sound WHERE district = ?", (district,)
            )
        ]
        return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, np.int64)

    def _all_weights(self) -> NDArray[np.float32]:
        """Of each name the sum of its trigrams': four bytes a name, read once."""
        if self._weights is None:
            row = self._connection.execute("SELECT weights FROM sound_weight").fetchone()
            self._weights = np.frombuffer(row[0], np.float32)
        return self._weights


def write_alike(connection: sqlite3.Connection) -> None:
    """Fills the index from the tables ``sound`` and ``called``; in memory is a part of all trigrams at a time."""
    (count,) = connection.execute("SELECT coalesce(max(id), 0) FROM sound").fetchone()
    weights = np.zeros(count + 1, np.float32)
    for part in range(_PARTS):
        codes, owners = _all_trigrams(connection, part)
        order = np.argsort(codes, kind="stable")
        codes, owners = codes[order], owners[order]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        for start, end in pairwise([*starts, len(codes)]):
            numbers = owners[start:end]
            weights[numbers] += math.log(len(weights) / len(numbers))
            connection.execute("INSERT INTO trigram VALUES (?, ?)", (int(codes[start]), numbers.tobytes()))
    weights[weights <= 0] = 1  # of names without a trigram: nothing is shared with them
    connection.execute("INSERT INTO sound_weight VALUES (1, ?)", (weights.tobytes(),))
    by_district = connection.execute("SELECT DISTINCT district, sound FROM called ORDER BY district, sound")
    for district, pairs in groupby(by_district, key=itemgetter(0)):
        numbers = np.fromiter((sound for _, sound in pairs), np.uint32)
        connection.execute("INSERT INTO district_sound VALUES (?, ?)", (district, numbers.tobytes()))


def _trigrams(text: str) -> NDArray[np.int32]:
    """Of each three letters in a row, as a number; of letters of Hangul only, nothing across others."""
    row = np.frombuffer(text.encode("utf-32-le"), np.int32) - _FIRST_LETTER
    if len(row) < _TRIGRAM:
        return np.zeros(0, np.int32)
    first, second, third = row[:-2], row[1:-1], row[2:]
    whole = (np.minimum(np.minimum(first, second), third) > 0) & (
        np.maximum(np.maximum(first, second), third) < 1 << _LETTER_BITS
    )
    codes: NDArray[np.int32] = (first << 2 * _LETTER_BITS) + (second << _LETTER_BITS) + third
    return np.where(whole, codes, 0)


def _all_trigrams(connection: sqlite3.Connection, part: int) -> tuple[NDArray[np.int32], Numbers]:
    """The trigrams of all names that are in ``part``, each once a name, and whose they are; by name."""
    codes: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    owners: list[Numbers] = [np.zeros(0, np.uint32)]
    cursor = connection.execute("SELECT id, letters FROM sound ORDER BY id")
    while names := cursor.fetchmany(_AT_ONCE):
        numbers = np.array([number for number, _ in names], np.int64)
        sizes = np.array([len(letters) + 1 for _, letters in names])
        found = _trigrams("".join(letters + "\n" for _, letters in names))
        is_wanted = (found > 0) & (found % _PARTS == part)
        pairs = np.unique(np.repeat(numbers, sizes)[: len(found)][is_wanted] << _CODE_BITS | found[is_wanted])
        codes.append((pairs & (1 << _CODE_BITS) - 1).astype(np.int32))
        owners.append((pairs >> _CODE_BITS).astype(np.uint32))
    return np.concatenate(codes), np.concatenate(owners)

"""The address book: a country's buildings, found by what callers say of them."""

from __future__ import annotations

import contextlib
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.address.official_file import AddressFileUnreadable, OfficialFile
from kb.address.official_row import OfficialRow
from kb.address.regions import Regions
from kb.address.search import Candidate, Search
from kb.address.tables import Tables, open_tables
from kb.address.writing import write
from kb.loading.row import BrokenRow


class AddressBookUnusable(RuntimeError):
    """A database is no address book that can be read; the message says what to do."""


class AddressBook:
    """Addresses in SQLite: in memory for a small file, in a database for a country.

    ``broken`` are the rows of the file that could not be used; there are none of a database. A book is only read, and
    may be searched from any thread.
    """

    def __init__(self, tables: Tables, broken: Sequence[BrokenRow] = ()) -> None:
        self.broken = tuple(broken)
        self._tables = tables
        self._regions = Regions(tables)

    @classmethod
    def of_file(cls, path: Path) -> AddressBook:
        """Of a file in the official layout, in memory: half a second for 27,000 buildings.

        Raises :class:`~kb.address.official_file.AddressFileUnreadable`.
        """
        broken: list[BrokenRow] = []
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        write(connection, _usable(path, broken))
        return cls(Tables(connection), broken)

    @classmethod
    def open(cls, database: Path) -> AddressBook:
        """The one that :func:`~kb.address.importing.write_book` has written; raises :class:`AddressBookUnusable`.

        In memory are the names of its regions only, some 20,000 for a country.
        """
        if not database.is_file():
            raise AddressBookUnusable(f'no address book "{database}": import the official file first')
        tables = None
        with contextlib.suppress(sqlite3.Error):
            tables = open_tables(database)
        if tables is None:
            raise AddressBookUnusable(f'"{database}" is no address book of this version: import the official file anew')
        return cls(tables)

    def __len__(self) -> int:
        """How many buildings there are."""
        return self._tables.count()

    def search(self, text: str, limit: int = 3, *, misheard: bool = True) -> list[Candidate]:
        """The addresses that ``text`` may mean, the most likely first; none where it means no address at all.

        Numbers may be written (1839) or spelt (천팔백삼십구), regions short or left out. Unless ``misheard`` is off,
        names need only sound like what was said; it takes most of the time.
        """
        said = unicodedata.normalize("NFC", text)
        return Search(self._tables, self._regions, said).candidates(limit, misheard=misheard)


def _usable(path: Path, broken: list[BrokenRow]) -> Iterator[OfficialRow]:
    """The rows of the file but the ``broken`` ones, which are put aside; there must be some."""
    count = 0
    for row in OfficialFile(path).rows():
        if isinstance(row, BrokenRow):
            broken.append(row)
        else:
            count += 1
            yield row
    if not count:
        first = f" ({broken[-1]})" if broken else ""
        raise AddressFileUnreadable(f'"{path}" has no address in the official layout{first}: name another file')

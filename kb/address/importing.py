"""Takes official files into an address book on disk; the book that was there before stays until all is right."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.address.book import AddressBookUnusable
from kb.address.official_file import AddressFileUnreadable, CutShort, Encoding, OfficialFile
from kb.address.official_row import FETCH, OfficialRow
from kb.address.shrinking import buildings_by_sido, lost
from kb.address.writing import write
from kb.loading.row import BrokenRow

MOST_BROKEN = 0.01
"""The share of a file's rows that may be broken: more of them are no slips, but another layout."""

_UNGUARDED = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;"
_ENOUGH_TO_JUDGE = 1_000  # broken rows, before the file has been read to its end
_NAMED = 20
_ROWS_A_REPORT = 10_000

Progress = Callable[[int, float], None]
"""Is told the rows that were read so far, and the share of all the files that they are, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Imported:
    """``first_broken`` are the first rows of ``broken`` that could not be used."""

    buildings: int
    broken: int
    first_broken: tuple[BrokenRow, ...]


def write_book(
    database: Path,
    files: Sequence[Path],
    encoding: Encoding | None = None,
    progress: Progress = lambda rows, share: None,
    *,
    may_lose: bool = False,
) -> Imported:
    """Writes the address book of official files to ``database``, and leaves it as it was where that fails.

    Every file must be in ``encoding``, where one is given. A file that was cut short, or of which more than
    :data:`MOST_BROKEN` of the rows are broken, is refused; so are files that lack more of a province than
    :data:`~kb.address.shrinking.MOST_LOST` of what the book has of it, unless it ``may_lose`` that. Raises
    :class:`~kb.address.official_file.AddressFileUnreadable` and :class:`~kb.address.book.AddressBookUnusable`.
    """
    if database.is_dir():
        raise AddressBookUnusable(f'"{database}" is a folder: name a file in it')
    reading = _Reading(files, encoding, progress)
    with _beside(database) as beside:
        try:
            with contextlib.closing(sqlite3.connect(beside)) as connection:
                # it is a file of its own until it is whole: there is nothing that would have to be rolled back
                connection.executescript(_UNGUARDED)
                write(connection, reading.rows())
        except sqlite3.Error as error:
            raise AddressBookUnusable(f'"{database}" cannot be written ({error}): make room on its disk') from None
        if not may_lose and (less := lost(buildings_by_sido(database), buildings_by_sido(beside))):
            raise AddressFileUnreadable(
                f"{less}: a file may be cut short or missing: {FETCH}, or import with --fewer; nothing was imported"
            )
    return Imported(reading.count, reading.broken, tuple(reading.first_broken))


class _Reading:
    """Of all files, with what is counted meanwhile."""

    def __init__(self, files: Sequence[Path], encoding: Encoding | None, progress: Progress) -> None:
        self._files, self._encoding, self._progress = files, encoding, progress
        self.count = 0
        self.broken = 0
        self.first_broken: list[BrokenRow] = []

    def rows(self) -> Iterator[OfficialRow]:
        sizes = [path.stat().st_size if path.is_file() else 0 for path in self._files]
        for at, path in enumerate(self._files):
            file = OfficialFile(path, self._encoding)
            for row in self._usable(file):
                yield row
                self.count += 1
                if self.count % _ROWS_A_REPORT == 0:
                    self._progress(self.count, (sum(sizes[:at]) + file.share * sizes[at]) / max(1, sum(sizes)))
        self._progress(self.count, 1.0)

    def _usable(self, file: OfficialFile) -> Iterator[OfficialRow]:
        """The rows of ``file`` but the broken ones, which may be few."""
        count = broken = 0
        first: BrokenRow | None = None
        for row in file.rows():
            if isinstance(row, CutShort):
                raise AddressFileUnreadable(f"{row}; nothing was imported")
            if not isinstance(row, BrokenRow):
                count += 1
                yield row
                continue
            broken += 1
            first = first or row
            if len(self.first_broken) < _NAMED:
                self.first_broken.append(row)
            if broken >= _ENOUGH_TO_JUDGE and broken > MOST_BROKEN * (count + broken):
                break
        self.broken += broken
        if first and broken > MOST_BROKEN * (count + broken):
            raise AddressFileUnreadable(
                f"{first}; {broken:,} of {count + broken:,} rows are broken like this one: nothing was imported"
            )
        if not count:
            raise AddressFileUnreadable(f'"{file.path}" has no address in it: name another file')


@contextlib.contextmanager
def _beside(database: Path) -> Iterator[Path]:
    """An empty file that takes the place of ``database`` if nothing is raised; only one at a time.

    What an import left that was killed is written over.
    """
    beside = database.with_name(database.name + ".new")
    with beside.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_own = beside.stat().st_ino == os.fstat(file.fileno()).st_ino  # and not by now the other one's database
        except (BlockingIOError, FileNotFoundError):
            is_own = False
        if not is_own:
            raise AddressBookUnusable(f'another import is writing "{database}": wait until it has ended')
        try:
            file.truncate(0)
            yield beside
            os.fsync(file.fileno())
            beside.replace(database)
        finally:
            beside.unlink(missing_ok=True)

"""Files and folders to entries: which reader takes which file, and what is told of those that none can take."""

import importlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.entry import Entry
from kb.loading.row import BrokenRow, Row, Unreadable, read_row

log = logging.getLogger(__name__)

LARGEST_FILE_BYTES = 128 * 2**20
_READERS = {
    ".csv": "csv_file",
    ".tsv": "csv_file",
    ".xlsx": "xlsx_file",
    ".xlsm": "xlsx_file",
    ".md": "markdown_file",
    ".markdown": "markdown_file",
    ".html": "html_file",
    ".htm": "html_file",
    ".pdf": "pdf_file",
}
# Worth a word even among the files of a folder: somebody meant them to be read.
_ELSEWHERE = {
    ".xls": "save it as .xlsx",
    ".ods": "save it as .xlsx",
    ".doc": "save it as PDF or HTML",
    ".docx": "save it as PDF or HTML",
    ".hwp": "save it as PDF or HTML",
    ".hwpx": "save it as PDF or HTML",
}

Read = Callable[[Path], Iterator[Row | BrokenRow]]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and what it holds. ``is_read`` is false where it could not be read at all; ``broken`` then says why."""

    path: Path
    entries: tuple[Entry, ...]
    broken: tuple[BrokenRow, ...]
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that was handed in: every file once, the folders walked, and what was no file of ours."""

    files: tuple[SourceFile, ...]
    folders: tuple[Path, ...]
    refused: tuple[BrokenRow, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Of all files; ids are unique."""
        return tuple(entry for file in self.files for entry in file.entries)

    @property
    def broken(self) -> tuple[BrokenRow, ...]:
        return (*(row for file in self.files for row in file.broken), *self.refused)


def load(paths: Sequence[Path]) -> Loaded:
    """Reads files, and folders with all that is below them, in the order given. Nothing in a file makes it raise.

    An id that comes twice belongs to the row that has it first.
    """
    refused: list[BrokenRow] = []
    files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = [file for file in _walk(path) if file.suffix.lower() in _READERS.keys() | _ELSEWHERE.keys()]
            if not inside:
                cure = "name a folder with .csv, .xlsx, .md, .html or .pdf files"
                refused.append(BrokenRow(str(path), 0, "it holds no file that can be read", cure))
            files |= {file.resolve(): file for file in inside if file.resolve() not in files}
        else:
            files.setdefault(path.resolve(), path)
    first: dict[str, Entry] = {}
    read = tuple(_unique(read_file(path), first) for path in files.values())
    return Loaded(read, tuple(path for path in paths if path.is_dir()), tuple(refused))


def read_file(path: Path) -> SourceFile:
    """One file by the reader of its suffix."""
    try:
        entries, broken = _entries(_reader(path)(path))
    except Unreadable as unreadable:
        return _unread(path, unreadable.reason, unreadable.cure)
    except OSError as error:
        what = os.strerror(error.errno).lower() if error.errno else str(error)
        return _unread(path, f"it cannot be opened ({what})", "check the path and whose it is")
    except Exception as error:  # the libraries below raise what they like for damaged files
        log.info("reading %s", path, exc_info=error)
        return _unread(path, f"it is damaged ({_one_line(error)})", "open it in its program and save it anew")
    return SourceFile(path, tuple(entries), tuple(broken))


def _walk(folder: Path) -> Iterator[Path]:
    """Files below ``folder`` in the order of their names, without hidden ones and the locks of office programs."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith((".", "~$")))


def _reader(path: Path) -> Read:
    suffix = path.suffix.lower()
    if not path.exists():
        raise Unreadable("there is no such file", "check the path")
    if not path.is_file():
        raise Unreadable("it is neither a file nor a folder", "name a file")
    if suffix in _ELSEWHERE:
        raise Unreadable(f"{suffix} files are not read", _ELSEWHERE[suffix])
    if suffix not in _READERS:
        raise Unreadable("its kind is not known", "name a .csv, .xlsx, .md, .html or .pdf file")
    if (size_bytes := path.stat().st_size) > LARGEST_FILE_BYTES:
        raise Unreadable(f"it has {size_bytes // 2**20:,} MiB", "cut it into smaller ones")
    if not size_bytes:
        raise Unreadable("it is empty", "export it anew, or delete it")
    read: Read = importlib.import_module(f"kb.loading.{_READERS[suffix]}").read
    return read


def _entries(rows: Iterable[Row | BrokenRow]) -> tuple[list[Entry], list[BrokenRow]]:
    entries: list[Entry] = []
    broken: list[BrokenRow] = []
    for row in rows:
        found = row if isinstance(row, BrokenRow) else read_row(row)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            broken.append(found)
    return entries, broken


def _unique(file: SourceFile, first: dict[str, Entry]) -> SourceFile:
    entries, broken = [], list(file.broken)
    for entry in file.entries:
        earlier = first.setdefault(entry.id, entry)
        if earlier is entry:
            entries.append(entry)
        else:
            broken.append(_twice(entry, earlier))
    return SourceFile(file.path, tuple(entries), tuple(broken), file.is_read)


def _twice(entry: Entry, earlier: Entry) -> BrokenRow:
    source, _, line = entry.source.rpartition(":")
    if entry.question == earlier.question:
        reason, cure = f'"{entry.question[:40]}" is asked in {earlier.source} too', "delete one of the two"
    else:
        reason, cure = f'the id "{entry.id[:40]}" is taken by {earlier.source}', "give it another id"
    return BrokenRow(source, int(line), reason, cure, entry.id)


def _unread(path: Path, reason: str, cure: str) -> SourceFile:
    return SourceFile(path, (), (BrokenRow(str(path), 0, reason, cure),), is_read=False)


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:80]

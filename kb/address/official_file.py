"""The official files of road-name addresses as they are downloaded: text, compressed or not, or an archive of several.

What a row holds is in :mod:`kb.address.official_row`.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from kb.address.official_row import FETCH, Broken, OfficialRow, read_row
from kb.loading.row import BrokenRow

Encoding = Literal["cp949", "utf-8"]
OFFICIAL_ENCODING: Encoding = "cp949"

_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_MARK = b"\xef\xbb\xbf"
_LONGEST_LINE = 4_096  # bytes; rows have about 150
_BUFFER_BYTES = 1 << 20
_OTHER_LOTS = "jibun_"  # files of further lots (관련지번), which lie in the same archive and have no buildings
_NAMES: dict[Encoding, str] = {"utf-8": "UTF-8", "cp949": "CP949"}
_AS: dict[Encoding, str] = {"utf-8": "with --utf-8", "cp949": "without --utf-8"}
_PROVINCES = ("시", "도")
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


class AddressFileUnreadable(RuntimeError):
    """A file cannot be read at all; the message says why and what to do."""


class CutShort(BrokenRow):
    """The row where a file ends before its time: what followed is not there."""


class OfficialFile:
    """``encoding`` is what the file must be in; without it, it is what the file's first Hangul is in."""

    def __init__(self, path: Path, encoding: Encoding | None = None) -> None:
        self.path, self._encoding = path, encoding
        self._file: IO[bytes] | None = None
        self._size_bytes = 0

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        if self._file is None or self._file.closed:
            return 1.0 if self._file else 0.0
        return min(1.0, self._file.tell() / max(1, self._size_bytes))

    def rows(self) -> Iterator[OfficialRow | BrokenRow]:
        """One by one: a country is 1 GB.

        A row that cannot be used becomes a :class:`BrokenRow` and stops nothing. Raises
        :class:`AddressFileUnreadable`.
        """
        path = self.path
        try:
            self._size_bytes = path.stat().st_size
            with path.open("rb") as file:
                self._file = file
                begin = file.read(len(_GZIP))
                file.seek(0)
                if begin == _ZIP:
                    yield from self._of_archive(file)
                elif begin == _GZIP:
                    with gzip.GzipFile(fileobj=file) as packed:
                        yield from self._of_packed(str(path), packed)
                else:
                    yield from self._of_text(str(path), file)
        except FileNotFoundError:
            raise AddressFileUnreadable(f'no address file "{path}": check its path') from None
        except OSError as error:
            raise AddressFileUnreadable(f'"{path}" cannot be read ({error.strerror or error}): {FETCH}') from None

    def _of_archive(self, file: IO[bytes]) -> Iterator[OfficialRow | BrokenRow]:
        """Of all its texts but those of further lots."""
        try:
            archive = zipfile.ZipFile(file, metadata_encoding="cp949")
        except zipfile.BadZipFile:
            yield CutShort(str(self.path), 0, "the archive is cut short or damaged", FETCH)
            return
        except UnicodeDecodeError:
            archive = zipfile.ZipFile(file)
        with archive:
            texts = [entry for entry in archive.infolist() if _has_buildings(entry.filename)]
            if not texts:
                raise AddressFileUnreadable(f'"{self.path}" has no .txt of addresses in it: name another file')
            for entry in texts:
                source = f"{self.path}/{entry.filename}"
                try:
                    packed = archive.open(entry)
                except (RuntimeError, zipfile.BadZipFile) as error:
                    raise AddressFileUnreadable(f'"{source}" cannot be unpacked ({error}): {FETCH}') from None
                with packed:
                    yield from self._of_packed(source, packed)

    def _of_packed(self, source: str, packed: gzip.GzipFile | IO[bytes]) -> Iterator[OfficialRow | BrokenRow]:
        unpacking = _Unpacking(packed)
        return self._of_text(source, io.BufferedReader(unpacking, _BUFFER_BYTES), lambda: unpacking.is_damaged)

    def _of_text(
        self, source: str, file: IO[bytes] | io.BufferedReader, is_damaged: Callable[[], bool] = lambda: False
    ) -> Iterator[OfficialRow | BrokenRow]:
        encoding: Encoding | Literal[""] = ""
        line = 0
        while True:
            line += 1
            content = file.readline(_LONGEST_LINE)
            is_too_long = len(content) == _LONGEST_LINE and not content.endswith(b"\n")
            while is_too_long and (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            if not content and is_damaged():
                yield CutShort(source, line, "the compressed file is cut short or damaged", FETCH)
            if not content:
                return
            if line == 1:
                content = content.removeprefix(_MARK)
            if is_too_long:
                yield BrokenRow(source, line, f"it is longer than {_LONGEST_LINE:,} bytes", FETCH)
            if is_too_long or not content.strip():
                continue
            if not encoding and not content.isascii():
                encoding = self._encoding_of(content, source, line) or ""
            try:
                yield _of_korea(read_row(content.decode(encoding or OFFICIAL_ENCODING)))
            except (UnicodeDecodeError, Broken) as error:
                broken = _broken(error, encoding, content, source, line)
                yield broken
                if isinstance(broken, CutShort):
                    return

    def _encoding_of(self, content: bytes, source: str, line: int) -> Encoding | None:
        """Of the first line that is not plain ASCII, for the whole file; None where no encoding fits it."""
        found: Encoding | None = None
        for known in _NAMES:  # CP949 takes some UTF-8 for its own, and never the other way round
            with contextlib.suppress(UnicodeDecodeError):
                content.decode(known)
                found = known
                break
        wanted = self._encoding
        if wanted and found and found != wanted:
            raise AddressFileUnreadable(
                f"{source}:{line}: it is written in {_NAMES[found]}, not in {_NAMES[wanted]} as wanted: {FETCH},"
                f" or import it {_AS[found]}"
            )
        return found


class _Unpacking(io.RawIOBase):
    """What a compressed file gives, up to where it is damaged."""

    def __init__(self, packed: gzip.GzipFile | IO[bytes]) -> None:
        self._packed = packed
        self.is_damaged = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            content = self._packed.read1(len(buffer))  # type: ignore[union-attr]
        except _DAMAGE:
            self.is_damaged = True
            return 0
        buffer[: len(content)] = content
        return len(content)


def read_official(path: Path) -> Iterator[OfficialRow | BrokenRow]:
    """The rows of a file in UTF-8 or CP949; see :meth:`OfficialFile.rows`."""
    return OfficialFile(path).rows()


def _of_korea(row: OfficialRow) -> OfficialRow:
    """Raises :class:`Broken` for a row whose letters were lost on the way: some programs save Hangul as ? or ¼¼."""
    sido = row.address.sido
    if not sido.endswith(_PROVINCES):
        raise Broken(f'the third column, sido, is "{sido[:20]}", which ends neither in 시 nor in 도', FETCH)
    return row


def _has_buildings(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.suffix == ".txt" and not path.name.startswith(_OTHER_LOTS)


def _broken(
    error: UnicodeDecodeError | Broken, encoding: Encoding | Literal[""], content: bytes, source: str, line: int
) -> BrokenRow:
    """A last line without its end that cannot be read is where the file was cut."""
    if not content.endswith(b"\n"):
        return CutShort(source, line, "the file is cut short in this row", FETCH)
    if isinstance(error, Broken):
        return BrokenRow(source, line, error.reason, error.cure)
    where = f"is not written in {_NAMES[encoding]} as those before it are" if encoding else "is in no known encoding"
    return BrokenRow(source, line, f"it {where}", FETCH)

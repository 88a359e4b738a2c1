"""The official file of road-name addresses (도로명주소 한글, juso.go.kr): a building a line, 24 columns.

In order: management number, legal-dong code, sido, sigungu, eup-myeon-dong, ri, mountain flag, jibun main and sub
number, road code, road name, basement flag, building main and sub number, admin-dong code and name, postcode, previous
road address, effective date, apartment flag, change reason, name in the building register, name in the sigungu, note.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from kb.address.address import Address
from kb.loading.row import BrokenRow

COLUMNS = 24
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"
_LONGEST_LINE = 4_096  # bytes; rows have about 150
_UNDERGROUND = "1"
_MOUNTAIN = "1"
_FETCH = "fetch the file again from juso.go.kr"


class AddressFileUnreadable(RuntimeError):
    """A file cannot be read at all; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """A building, and the name that the building register has for it where that is another one than its own."""

    address: Address
    register_name: str = ""


def read_official(path: Path) -> Iterator[OfficialRow | BrokenRow]:
    """The rows of a file in UTF-8 or CP949, compressed by gzip or not, one by one: a country is 1 GB.

    A row that cannot be used becomes a :class:`BrokenRow` and stops nothing. Raises :class:`AddressFileUnreadable`.
    """
    try:
        with path.open("rb") as file:
            is_gzip = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            if is_gzip:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield from _rows(str(path), unpacked)
            else:
                yield from _rows(str(path), file)
    except FileNotFoundError:
        raise AddressFileUnreadable(f'no address file "{path}": check its path') from None
    except OSError as error:
        raise AddressFileUnreadable(f'"{path}" cannot be read ({error.strerror or error}): {_FETCH}') from None


def _rows(source: str, file: BufferedIOBase) -> Iterator[OfficialRow | BrokenRow]:
    encoding = ""
    line = 0
    while True:
        line += 1
        try:
            content = file.readline(_LONGEST_LINE)
            is_too_long = len(content) == _LONGEST_LINE and not content.endswith(b"\n")
            while is_too_long and (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield BrokenRow(source, line, "the compressed file is cut short or damaged", _FETCH)
            return
        if not content:
            return
        if line == 1:
            content = content.removeprefix(_MARK)
        if is_too_long:
            yield BrokenRow(source, line, f"it is longer than {_LONGEST_LINE:,} bytes", _FETCH)
        if is_too_long or not content.strip():
            continue
        encoding = encoding or _encoding(content)
        try:
            yield _row(content.decode(encoding or "utf-8"))
        except UnicodeDecodeError:
            yield BrokenRow(source, line, "it is written in neither UTF-8 nor CP949", _FETCH)
        except _Broken as broken:
            yield BrokenRow(source, line, broken.reason, broken.cure)


def _encoding(content: bytes) -> str:
    """Of the first line that is not plain ASCII, for the whole file; empty where neither fits."""
    if content.isascii():
        return ""
    for encoding in ("utf-8", "cp949"):
        try:
            content.decode(encoding)
            return encoding
        except UnicodeDecodeError:
            continue
    return ""


class _Broken(Exception):
    def __init__(self, reason: str, cure: str = "correct the row, or leave it out") -> None:
        super().__init__(reason)
        self.reason, self.cure = reason, cure


def _row(line: str) -> OfficialRow:
    columns = [column.strip() for column in line.split("|")]
    if len(columns) != COLUMNS:
        raise _Broken(f"it has {len(columns)} columns, not {COLUMNS}", _FETCH)
    (_, _, sido, sigungu, town, ri, mountain, jibun_main, jibun_sub, _, road, underground, main, sub, *rest) = columns
    postcode, register_name, name = rest[2], rest[7], rest[8]
    if not sido:
        raise _Broken("the third column, sido, is empty")
    if not road:
        raise _Broken("the eleventh column, the road's name, is empty")
    if postcode and not (len(postcode) == 5 and postcode.isascii() and postcode.isdecimal()):
        raise _Broken(f'the postcode "{postcode[:20]}" does not have five digits')
    address = Address(
        sido,
        sigungu,
        town,
        ri,
        road,
        _number(main, "building's main number"),
        _number(sub, "building's sub number"),
        underground == _UNDERGROUND,
        _number(jibun_main, "lot's main number"),
        _number(jibun_sub, "lot's sub number"),
        mountain == _MOUNTAIN,
        postcode,
        name or register_name,
    )
    if not address.main:
        raise _Broken("the building has no number")
    return OfficialRow(address, register_name if register_name != address.building else "")


def _number(written: str, called: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) <= 5):
        raise _Broken(f'the {called} "{written[:20]}" is not a number of up to five digits')
    return int(written)

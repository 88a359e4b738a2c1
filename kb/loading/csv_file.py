"""CSV: ``id,category,question,answer,tags[,examples,valid_from,valid_until]``, by comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.loading.cell import Fault
from kb.loading.columns import HEADING_WITHIN, Line, field_of, read_table
from kb.loading.plain_file import read_text
from kb.loading.row import BrokenRow, Row

# csv refuses a larger cell with an error for the whole file; here a row of its own says so. Of the process, alas.
_LARGEST_CELL = 2**30
_UNCLOSED = Fault("a quotation mark is opened and never closed", "close it, or write it twice")


def read(path: Path) -> Iterator[Row | BrokenRow]:
    csv.field_size_limit(_LARGEST_CELL)
    lines = list(io.StringIO(read_text(path), newline=""))
    yield from read_table(str(path), _table(lines, _delimiter(lines)))


def _delimiter(lines: Sequence[str]) -> str:
    """The one that parts the most names of columns."""

    def names(delimiter: str) -> int:
        rows = csv.reader(lines[:HEADING_WITHIN], delimiter=delimiter)
        return max((sum(field_of(cell) is not None for cell in row) for row in rows), default=0)

    return max(",\t;", key=names)


def _table(lines: Sequence[str], delimiter: str) -> Iterator[Line]:
    """A mark that never closes, or where another opens, would swallow rows: reading goes on in the line below it."""
    begin = 0
    while begin < len(lines):
        at = begin
        reader = csv.reader((lines[number] for number in range(begin, len(lines))), delimiter=delimiter)
        for cells in reader:
            end = begin + reader.line_num
            if _swallows(lines[at:end], delimiter, at_end=end == len(lines)):
                yield at + 1, _UNCLOSED
                break
            yield at + 1, cells
            at = end
        else:
            return
        begin = at + 1


def _swallows(lines: Sequence[str], delimiter: str, at_end: bool) -> bool:
    """Programs write rows of several lines without fault; people make faults, and those are best forgiven in one."""
    if len(lines) == 1 and not at_end:
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return len(lines) > 1 or "unexpected end of data" in str(error)
    return False

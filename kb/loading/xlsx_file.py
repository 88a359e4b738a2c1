"""XLSX: every visible sheet that has the columns of a CSV.

A formula is a broken row: the value stored beside it was computed elsewhere, from cells that nobody has handed in.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kb.loading.cell import Fault
from kb.loading.columns import Line, read_table
from kb.loading.row import BrokenRow, Row, Unreadable

LARGEST_UNPACKED_BYTES = 512 * 2**20
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_FORMULA = Fault("it is a formula", "paste its value")


def read(path: Path) -> Iterator[Row | BrokenRow]:
    _check(path)
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        missing: list[Unreadable] = []
        for sheet in sheets:
            source = str(path) if len(sheets) == 1 else f"{path} (sheet {sheet.title})"
            try:
                yield from read_table(source, _table(sheet))
            except Unreadable as unreadable:
                missing.append(unreadable)  # a cover sheet has no columns, and needs none
        if not sheets:
            raise Unreadable("it has no visible sheet that is whole", "show the one with the FAQ, and save it again")
        if len(missing) == len(sheets):
            raise missing[0]
    finally:
        book.close()


def _check(path: Path) -> None:
    """What openpyxl would report as damage, or unpack without end."""
    with path.open("rb") as file:
        if file.read(8) == _COMPOUND_FILE:
            raise Unreadable("it has a password, or is an old .xls", "save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_bytes = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:
        raise Unreadable("it is cut short or no .xlsx at all", "save it as .xlsx again") from None
    if unpacked_bytes > LARGEST_UNPACKED_BYTES:
        raise Unreadable(f"it unpacks to {unpacked_bytes // 2**20:,} MiB", "save the FAQ alone as .xlsx")


def _table(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # some programs write a size that is not the sheet's
    for line, cells in enumerate(sheet.iter_rows(), 1):
        yield line, _trimmed([_text(cell) for cell in cells])


def _trimmed(cells: list[str | Fault]) -> list[str | Fault]:
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _text(cell: Any) -> str | Fault:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return _FORMULA
    if cell.data_type == "e":
        return Fault(f"it is an error ({value})", "write what it should say")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

"""Workbooks, made with openpyxl as a spreadsheet would save them."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from kb.loading import SourceFile
from kb.loading.files import read_file

HEADING = ["번호", "분류", "질문", "답변", "태그", "시작일"]


def load(folder: Path, *sheets: list[list[object]], hidden: tuple[int, ...] = ()) -> SourceFile:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"표{number}")
        for row in rows:
            sheet.append(row)
        if number in hidden:
            sheet.sheet_state = "hidden"
    book.save(folder / "faq.xlsx")
    return read_file(folder / "faq.xlsx")


def test_cells_become_text(tmp_path: Path) -> None:
    rows = [["FAQ 2026"], [], HEADING, [7, "배송", "배송비는요?", 3000.0, "요금", datetime(2026, 11, 2)]]
    [entry] = load(tmp_path, rows).entries
    assert (entry.id, entry.category, entry.answer, entry.tags) == ("7", "배송", "3000", ("요금",))
    assert entry.valid_from == date(2026, 11, 2)
    assert entry.source == f"{tmp_path}/faq.xlsx:4"


def test_a_formula_is_never_believed(tmp_path: Path) -> None:
    rows = [HEADING, ["1", "", "가나?", '="무료"&"입니다"'], ["2", "", "다라?", "마바"], ["3", "", "=A1", "사아"]]
    file = load(tmp_path, rows)
    assert [entry.id for entry in file.entries] == ["2"]
    assert [(row.line, row.reason, row.id) for row in file.broken] == [
        (2, "the answer cannot be used: it is a formula", "1"),
        (4, "the question cannot be used: it is a formula", "3"),
    ]


def test_an_error_in_a_cell_is_a_broken_row(tmp_path: Path) -> None:
    [broken] = load(tmp_path, [HEADING, ["1", "", "가나?", "#REF!"]]).broken
    assert (broken.line, broken.reason) == (2, "the answer cannot be used: it is an error (#REF!)")


def test_every_visible_sheet_with_columns_is_read(tmp_path: Path) -> None:
    cover: list[list[object]] = [["누리홈쇼핑"]]
    file = load(tmp_path, cover, [HEADING, ["1", "", "가?", "나"]], [HEADING, ["2", "", "다?", "라"]], hidden=(2,))
    assert [(entry.id, entry.source) for entry in file.entries] == [("1", f"{tmp_path}/faq.xlsx (sheet 표1):2")]
    assert file.broken == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 cut", "it is cut short or no .xlsx at all"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 99, "it has a password, or is an old .xls"),
    ],
)
def test_a_damaged_workbook_is_broken_as_a_whole(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "faq.xlsx").write_bytes(content)
    file = read_file(tmp_path / "faq.xlsx")
    assert not file.is_read
    assert [row.reason for row in file.broken] == [reason]


def test_a_workbook_that_lacks_a_part_is_broken_as_a_whole(tmp_path: Path) -> None:
    load(tmp_path, [HEADING])
    with zipfile.ZipFile(tmp_path / "faq.xlsx") as whole, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut:
        for name in whole.namelist():
            if "sheet1" not in name:
                cut.writestr(name, whole.read(name))
    file = read_file(tmp_path / "cut.xlsx")
    assert not file.is_read
    assert file.broken[0].reason == "it has no visible sheet that is whole"


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.loading.xlsx_file.LARGEST_UNPACKED_BYTES", 1_000)
    assert load(tmp_path, [HEADING]).broken[0].reason.startswith("it unpacks to")

"""What has to be right before a row is believed."""

from datetime import date

import pytest

from kb.entry import Entry
from kb.loading.row import BrokenRow, Row, made_id, read_row


def row(**cells: str) -> Row:
    return Row("faq.csv", 7, {"question": "배송비는 얼마인가요?", "answer": "무료입니다.", **cells})


@pytest.mark.parametrize(
    "written",
    ["2026-11-02", "2026.11.02", "2026. 11. 2.", "2026/11/2", "20261102", "2026년 11월 2일", "2026-11-02 00:00:00"],
)
def test_days_as_people_write_them(written: str) -> None:
    entry = read_row(row(valid_from=written))
    assert isinstance(entry, Entry)
    assert entry.valid_from == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"valid_from": "내년"}, 'valid_from "내년" is not a day'),
        ({"valid_until": "2026-02-30"}, 'valid_until "2026-02-30" is not a day'),
        (
            {"valid_from": "2026-12-01", "valid_until": "2026-11-30"},
            "it ends (2026-11-30) before it begins (2026-12-01)",
        ),
        ({"id": "가" * 201}, "the id has 201 characters"),
        ({"question": "  \n "}, "the question is empty"),
        ({"answer": "<script>alert(1)</script>"}, "the answer is empty"),
        ({"tags": "=A1"}, "the cell of tags is a formula"),
    ],
)
def test_a_row_that_is_not_right_says_so(cells: dict[str, str], reason: str) -> None:
    broken = read_row(row(**cells))
    assert isinstance(broken, BrokenRow)
    assert (broken.source, broken.line, broken.reason) == ("faq.csv", 7, reason)
    assert broken.cure


def test_an_id_is_made_of_the_question_however_it_is_spaced() -> None:
    [one, other] = [read_row(row(question=text)) for text in ("배송비는 얼마인가요?", "배송비는  얼마 인가요?")]
    assert isinstance(one, Entry) and isinstance(other, Entry)
    assert one.id == other.id == made_id("배송비는 얼마인가요?")
    assert made_id("반품비는 얼마인가요?") != one.id


def test_a_broken_row_knows_the_entry_it_would_have_been() -> None:
    broken = read_row(row(id="D1", answer=""))
    assert isinstance(broken, BrokenRow)
    assert broken.id == "D1"


def test_several_examples_count_once() -> None:
    entry = read_row(row(examples="택배비요;  배송료 | 택배비요\n물류비"))
    assert isinstance(entry, Entry)
    assert entry.examples == ("택배비요", "배송료", "물류비")

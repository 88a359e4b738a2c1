"""What may stand in a cell, and what never gets out of one."""

import unicodedata

import pytest

from kb.loading import cell


@pytest.mark.parametrize(
    "written",
    [
        '=HYPERLINK("http://evil.example","클릭")',
        "=1+1",
        "=cmd|' /C calc'!A0",
        " =A1",
        "=-1",
        "+SUM(1;2)",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "-A1+B2",
        "+B2",
    ],
)
def test_formulas_are_refused(written: str) -> None:
    with pytest.raises(cell.Fault, match="formula"):
        cell.text(written, "answer")


@pytest.mark.parametrize(
    "written",
    [
        "- 첫째, 영수증을 챙깁니다.\n- 둘째, 접수합니다.",
        "-5도 이하에서는 보관하지 마세요.",
        "+82-2-345-6789로 전화하세요.",
        "@nuri_shopping 으로 문의하세요.",
        "-LG(엘지) 카드는 됩니다.",
        "+1+1 행사 상품입니다.",
        "===== 안내 =====",
        "1 + 1 = 2",
    ],
)
def test_lists_telephones_and_accounts_are_text(written: str) -> None:
    assert cell.text(written, "answer") == written


def test_text_becomes_plain() -> None:
    decomposed = unicodedata.normalize("NFD", "배송비")
    assert (
        cell.text(f"\ufeff {decomposed}\u200b는\xa0 무료\r\n\r\n\r\n\r\n입니다 _x000D_", "answer")
        == "배송비는 무료\n\n입니다"
    )


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("가\x00나", "a control character (U+0000) is in the answer"),
        ("가\x1b[31m", "a control character (U+001B) is in the answer"),
        ("가\ud800", "a control character (U+D800) is in the answer"),
        ("가\ufffd", "a character of the answer is lost (U+FFFD)"),
        ("<b>" * 1_500 + "가", "the tags of the answer nest without end"),
        ("가" * 4_001, "the answer has 4,001 characters, 4,000 is the most"),
    ],
)
def test_what_a_person_did_not_write_is_refused(written: str, reason: str) -> None:
    with pytest.raises(cell.Fault) as fault:
        cell.text(written, "answer")
    assert fault.value.reason == reason


def test_markup_may_be_longer_than_what_it_shows() -> None:
    assert cell.text('<p class="x">가</p>' * 1_000, "answer").count("가") == 1_000

from collections.abc import Sequence
from pathlib import Path

import pypdf

from kb.loading import SourceFile
from kb.loading.files import read_file
from tests.kb.loading.pdf_pages import write_pdf


def load(folder: Path, *pages: Sequence[str]) -> SourceFile:
    return read_file(write_pdf(folder / "faq.pdf", pages))


def test_marked_pairs_go_on_over_lines_and_pages(tmp_path: Path) -> None:
    file = load(
        tmp_path,
        ["누리홈쇼핑 안내 1쪽", "Q1. 배송비는", "얼마인가요?", "A1. 3만 원 이상은 무료이고", "그 아래는", "- 1 -"],
        ["누리홈쇼핑 안내 2쪽", "3,000원입니다.", "질문: 환불은 언제 되나요?", "답변: 영업일 3일입니다.", "2 / 3"],
        ["누리홈쇼핑 안내 3쪽", "Q. 답이 없나요?"],
    )
    assert [(entry.question, entry.answer) for entry in file.entries] == [
        ("배송비는 얼마인가요?", "3만 원 이상은 무료이고 그 아래는 3,000원입니다."),
        ("환불은 언제 되나요?", "영업일 3일입니다."),
    ]
    assert file.entries[1].source == f"{tmp_path}/faq.pdf (page 2):3"
    assert [str(row) for row in file.broken] == [
        f"{tmp_path}/faq.pdf (page 3):2: the answer is empty: write one, or delete the row"
    ]


def test_numbered_questions_are_told_from_numbered_answers(tmp_path: Path) -> None:
    file = load(
        tmp_path,
        ["자주 묻는 질문", "1. 반품은 어떻게", "하나요?", "다음과 같이 합니다.", "1. 앱을 엽니다.", "2. 신청합니다."],
        ["2. 교환도 되나요?", "됩니다."],
    )
    assert [(entry.question, entry.answer) for entry in file.entries] == [
        ("반품은 어떻게 하나요?", "다음과 같이 합니다. 1. 앱을 엽니다. 2. 신청합니다."),
        ("교환도 되나요?", "됩니다."),
    ]


def test_numbered_headings_that_do_not_ask_count_on(tmp_path: Path) -> None:
    file = load(
        tmp_path, ["1. 배송비 안내", "무료입니다.", "2. 환불 안내", "1) 앱을 엽니다.", "3) 기다립니다.", "3. 끝", "네."]
    )
    assert [entry.question for entry in file.entries] == ["배송비 안내", "환불 안내", "끝"]


def test_what_is_no_readable_pdf_is_told(tmp_path: Path) -> None:
    plain = write_pdf(tmp_path / "plain.pdf", [["Q. 가?", "A. 나"]])
    writer = pypdf.PdfWriter(clone_from=plain)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "password.pdf")
    (tmp_path / "cut.pdf").write_bytes(plain.read_bytes()[:200])
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.7 nothing")
    write_pdf(tmp_path / "scanned.pdf", [[], []])
    write_pdf(tmp_path / "letter.pdf", [["안녕하세요."]])
    reasons = {
        "password": "it has a password",
        "cut": "it is ",
        "other": "it is ",
        "scanned": "it holds pictures and no text",
        "letter": "no question with an answer is in it",
    }
    for name, reason in reasons.items():
        file = read_file(tmp_path / f"{name}.pdf")
        assert not file.is_read, name
        assert file.broken[0].reason.startswith(reason), file.broken


def test_a_pdf_locked_only_against_printing_is_read(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=write_pdf(tmp_path / "plain.pdf", [["Q. 가?", "A. 나"]]))
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(tmp_path / "faq.pdf")
    assert [entry.answer for entry in read_file(tmp_path / "faq.pdf").entries] == ["나"]

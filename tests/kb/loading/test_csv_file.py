"""CSV as offices export it: any of their encodings, separators and mistakes."""

from pathlib import Path

import pytest

from kb.loading import SourceFile
from kb.loading.files import read_file


def load(folder: Path, text: str, encoding: str = "utf-8", name: str = "faq.csv") -> SourceFile:
    (folder / name).write_bytes(text.encode(encoding))
    return read_file(folder / name)


def test_every_column_arrives_in_its_field(tmp_path: Path) -> None:
    text = (
        "id,category,question,answer,tags,examples,valid_from,valid_until\n"
        'D1,배송,배송비는 얼마인가요?,"3만 원 이상은 무료,\n그 아래는 3,000원입니다.",배송비;요금|무료,'
        "택배비 얼마예요|배송료는요,2026-11-01,2026. 12. 31.\n"
    )
    [entry] = load(tmp_path, text).entries
    assert (entry.id, entry.category, entry.question) == ("D1", "배송", "배송비는 얼마인가요?")
    assert entry.answer == "3만 원 이상은 무료,\n그 아래는 3,000원입니다."
    assert entry.tags == ("배송비", "요금", "무료")
    assert entry.examples == ("택배비 얼마예요", "배송료는요")
    assert (str(entry.valid_from), str(entry.valid_until)) == ("2026-11-01", "2026-12-31")
    assert entry.source == f"{tmp_path}/faq.csv:2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_korean_headings_in_any_encoding_and_with_any_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = ["누리홈쇼핑 FAQ", "", separator.join(["번호", "분류", "질문", "답변", "태그"])]
    lines.append(separator.join(["7", "환불", "환불은 언제 되나요?", "영업일 3일입니다.", "환불"]))
    [entry] = load(tmp_path, "\r\n".join(lines), encoding).entries
    assert (entry.id, entry.category, entry.answer, entry.source[-1]) == ("7", "환불", "영업일 3일입니다.", "4")


def test_a_broken_row_names_its_line_and_the_rows_around_it_stay(tmp_path: Path) -> None:
    file = load(tmp_path, "id,question,answer\n1,가나?,다라\n2,,마바\n3,사아?,\n\n4,자차?,카타\n")
    assert [entry.id for entry in file.entries] == ["1", "4"]
    assert [str(row).removeprefix(f"{tmp_path}/") for row in file.broken] == [
        "faq.csv:3: the question is empty: write one, or delete the row",
        "faq.csv:4: the answer is empty: write one, or delete the row",
    ]


def test_a_mark_that_never_closes_costs_its_own_row_only(tmp_path: Path) -> None:
    file = load(tmp_path, 'id,question,answer\n1,"가나?,다라\n2,마바?,사아\n3,"자""차?","카\n타"\n4,"파하?,끝')
    assert [(entry.question, entry.answer) for entry in file.entries] == [("마바?", "사아"), ('자"차?', "카\n타")]
    reason = "a quotation mark is opened and never closed"
    assert [(row.line, row.reason) for row in file.broken] == [(2, reason), (6, reason)]


def test_a_mark_inside_a_line_is_forgiven(tmp_path: Path) -> None:
    [entry] = load(tmp_path, 'id,question,answer\n1,"반품"은 어떻게 하나요?,앱에서 합니다\n').entries
    assert entry.question == "반품은 어떻게 하나요?"


def test_a_comma_too_many_is_not_guessed_at(tmp_path: Path) -> None:
    file = load(tmp_path, "id,question,answer\n1,가나?,3,000원입니다\n2,마바?,사아,,\n")
    assert [entry.id for entry in file.entries] == ["2"]
    assert [(row.line, row.reason) for row in file.broken] == [(2, "it has 4 cells and the heading 3")]


def test_a_cell_of_a_megabyte_is_one_broken_row(tmp_path: Path) -> None:
    file = load(tmp_path, f"id,question,answer\n1,가나?,{'다' * 1_000_000}\n2,마바?,사아\n")
    assert [entry.id for entry in file.entries] == ["2"]
    assert [(row.line, row.reason) for row in file.broken] == [
        (2, "the answer has 1,000,000 characters, 4,000 is the most")
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "no line names a column for the question and one for the answer"),
        ("question,질문,answer\n1,2,3\n", 'two columns are named "question"'),
        ("", "it is empty"),
    ],
)
def test_a_table_without_its_columns_is_broken_as_a_whole(tmp_path: Path, text: str, reason: str) -> None:
    file = load(tmp_path, text)
    assert not file.is_read
    assert [(row.line, row.reason) for row in file.broken] == [(0, reason)]


def test_bytes_that_are_no_text_are_said_to_be_none(tmp_path: Path) -> None:
    for content, reason in ((b"\xff\xff\xfd", "its encoding is neither"), (b"a\0b", "it is not a text file")):
        (tmp_path / "faq.csv").write_bytes(content)
        assert read_file(tmp_path / "faq.csv").broken[0].reason.startswith(reason)


def test_a_heading_alone_is_a_faq_without_entries(tmp_path: Path) -> None:
    file = load(tmp_path, "id,question,answer\n")
    assert file.is_read
    assert (file.entries, file.broken) == ((), ())

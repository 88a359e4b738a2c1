from datetime import date
from pathlib import Path

import pytest

from kb.catalogue import FILE_NAME, Catalogue, CatalogueDamaged, Shelved
from kb.entry import Entry

FULL = Entry(
    "D1",
    "배송비\u2028는?",
    "무료\n입니다.",
    "배송",
    ("요금",),
    ("택배비는?",),
    date(2026, 1, 2),
    date(2026, 3, 4),
    "faq.csv:2",
)
CATALOGUE = Catalogue((Shelved(FULL, "../faq.csv"), Shelved(Entry("2", "가?", "나"), "b.md")), "bundled", 256)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    CATALOGUE.write(tmp_path)
    read = Catalogue.read(tmp_path)
    assert read == CATALOGUE
    assert [entry.source for entry in read.entries] == ["faq.csv:2", ""]
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_no_catalogue_is_an_empty_one(tmp_path: Path) -> None:
    assert Catalogue.read(tmp_path / "gone") == Catalogue()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 0 is damaged"),
        ("nonsense", "line 1 is damaged"),
        ('{"form": 1, "embedding": "x", "dimensions": 3}\n{"id": "1"}', "line 2 is damaged"),
        ('{"form": 1, "embedding": "x", "dimensions": 3}\n{"id": "1", "que', "line 2 is damaged"),
        ('{"form": 9, "embedding": "x", "dimensions": 3}', "is of another version of this product"),
    ],
)
def test_a_damaged_catalogue_says_where_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(CatalogueDamaged, match=sentence) as damage:
        Catalogue.read(tmp_path)
    assert "ingest" in str(damage.value)

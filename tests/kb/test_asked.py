import json
from pathlib import Path

import pytest

from kb.asked import AskedUnreadable, read_asked


def pairs(folder: Path, text: str) -> list[tuple[str, str]]:
    (folder / "asked").write_text(text, encoding="utf-8")
    asked, broken = read_asked(folder / "asked")
    assert broken == []
    return [(one.query, one.gold_id) for one in asked]


def test_tsv_csv_and_jsonl_say_the_same(tmp_path: Path) -> None:
    expected = [("택배비, 얼마예요", "D1"), ("주차 되나요", "")]
    assert pairs(tmp_path, "택배비, 얼마예요\tD1\n\n주차 되나요\n") == expected
    assert pairs(tmp_path, "kind\tgold_id\tquery\nx\tD1\t택배비, 얼마예요\ny\t\t주차 되나요\n") == expected
    assert pairs(tmp_path, 'query,gold_id\n"택배비, 얼마예요",D1\n주차 되나요,\n') == expected
    lines = [{"query": "택배비, 얼마예요", "gold_id": "D1"}, {"query": "주차 되나요", "gold_id": None}]
    assert pairs(tmp_path, "\n".join(json.dumps(line) for line in lines)) == expected


def test_broken_lines_are_named_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "asked").write_text('{"query": "가"}\n{"que\n{"query": 3}\n{"query": "나\\u0000"}\n{"query": ""}\n')
    asked, broken = read_asked(tmp_path / "asked")
    assert [one.query for one in asked] == ["가"]
    assert [row.line for row in broken] == [2, 3, 4, 5]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AskedUnreadable, match=r'no file ".*gone": name a TSV or JSONL'):
        read_asked(tmp_path / "gone")
    (tmp_path / "bytes").write_bytes(b"\xff\xff")
    with pytest.raises(AskedUnreadable, match="cannot be read"):
        read_asked(tmp_path / "bytes")

from pathlib import Path

import pytest

from voicebot.cases import CasesUnusable, read_pairs


def test_headings_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "cases.tsv"
    path.write_text("\ufeffpath\ttext\n# 메모\n\na.wav\t네 맞아요 \n", encoding="utf-8")
    assert read_pairs(path, "path<TAB>text") == [("a.wav", "네 맞아요")]


@pytest.mark.parametrize(
    ("content", "told"), [(b"a b\n", "line 1: no tab"), (b"", "holds no case"), (b"\xff\xfe", "UTF-8")]
)
def test_what_cannot_be_read_names_the_line_and_the_form(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "cases.tsv"
    path.write_bytes(content)
    with pytest.raises(CasesUnusable, match=told) as caught:
        read_pairs(path, "path<TAB>text")
    assert "path<TAB>text" in str(caught.value)
    with pytest.raises(CasesUnusable, match="no file"):
        read_pairs(tmp_path / "none.tsv", "path<TAB>text")
    with pytest.raises(CasesUnusable):
        read_pairs(tmp_path, "path<TAB>text")

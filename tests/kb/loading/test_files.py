"""Many files at once: every one is read, whatever is wrong with the others."""

import subprocess
import sys
from pathlib import Path

from kb.loading import load
from tests.kb.loading.pdf_pages import write_pdf


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_folders_are_walked_and_every_kind_is_read(tmp_path: Path) -> None:
    write(tmp_path, "b.csv", "id,question,answer\nB,가?,나\n")
    write(tmp_path, "deep/er/c.md", "## 다?\n라\n")
    write(tmp_path, "a.html", "<h2>마?</h2>바")
    write_pdf(tmp_path / "d.pdf", [["Q. 사?", "A. 아"]])
    for other in (".hidden/x.csv", "~$b.csv", "photo.jpg", ".x.csv"):
        write(tmp_path, other, "id,question,answer\nX,자?,차\n")
    loaded = load([tmp_path])
    assert [entry.question for entry in loaded.entries] == ["마?", "가?", "사?", "다?"]
    assert (loaded.broken, loaded.folders) == ((), (tmp_path,))


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = write(tmp_path, "good.csv", "id,question,answer\n1,가?,나\n")
    old = write(tmp_path, "old.xls", "x")
    strange = write(tmp_path, "faq.xyz", "x")
    locked = write(tmp_path, "bad.csv", "x")
    locked.write_bytes(b"\xff\xff")
    (tmp_path / "empty").mkdir()
    loaded = load([tmp_path / "gone.csv", old, strange, locked, tmp_path / "empty", good])
    assert [entry.id for entry in loaded.entries] == ["1"]
    told = {Path(row.source).name: (row.reason, row.cure) for row in loaded.broken}
    assert told["gone.csv"] == ("there is no such file", "check the path")
    assert told["old.xls"] == (".xls files are not read", "save it as .xlsx")
    assert told["faq.xyz"][0] == "its kind is not known"
    assert told["bad.csv"] == ("its encoding is neither UTF-8 nor CP949", "save it as UTF-8")
    assert told["empty"][0] == "it holds no file that can be read"


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    faq = write(tmp_path, "faq.csv", "id,question,answer\n1,가?,나\n")
    loaded = load([faq, tmp_path, tmp_path / "." / "faq.csv"])
    assert (len(loaded.files), loaded.broken) == (1, ())


def test_the_first_row_keeps_an_id_that_comes_twice(tmp_path: Path) -> None:
    one = write(tmp_path, "one.csv", "id,question,answer\n1,가?,나\n1,다?,라\n,마?,바\n")
    two = write(tmp_path, "two.md", "# 제목\n")
    two.write_text("## 마?\n사\n", encoding="utf-8")
    loaded = load([one, two])
    assert [(entry.question, entry.answer) for entry in loaded.entries] == [("가?", "나"), ("마?", "바")]
    assert [(Path(row.source).name, row.line, row.reason) for row in loaded.broken] == [
        ("one.csv", 3, f'the id "1" is taken by {one}:2'),
        ("two.md", 1, f'"마?" is asked in {one}:4 too'),
    ]


def test_a_device_is_no_file() -> None:
    [broken] = load([Path("/dev/null")]).broken
    assert broken.reason == "it is neither a file nor a folder"


def test_no_library_of_a_format_loads_before_a_file_of_it_comes() -> None:
    heavy = ["bs4", "openpyxl", "pypdf", "markdown_it", "chromadb", "langchain_core", "numpy", "yaml"]
    code = f"import sys, kb, kb.loading; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

import sys
from pathlib import Path

import pytest

from voicebot.stt.missing import ModelFolder, library, one_line
from voicebot.stt.recognizer import RecognizerUnavailable


def test_a_library_is_imported_when_asked_for() -> None:
    assert library("json", "json").loads("[1]") == [1]


def test_a_broken_library_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_engine.py").write_text("raise OSError('libgomp.so.1: cannot open shared object file\\nmore')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RecognizerUnavailable) as unavailable:
        library("broken_engine", "broken-engine")
    assert str(unavailable.value) == (
        "broken-engine does not load (libgomp.so.1: cannot open shared object file): "
        'run "pip install --force-reinstall broken-engine", or choose another recognizer'
    )
    sys.modules.pop("broken_engine", None)


def test_the_first_of_several_names_is_taken(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("가")
    assert ModelFolder(tmp_path).file("vocabulary.json", "vocabulary.txt").name == "vocabulary.txt"


def test_what_is_missing_is_named_with_all_its_names(tmp_path: Path) -> None:
    with pytest.raises(RecognizerUnavailable, match=r"^no vocabulary\.json or vocabulary\.txt in "):
        ModelFolder(tmp_path).file("vocabulary.json", "vocabulary.txt")


def test_a_long_error_becomes_one_short_line() -> None:
    assert one_line(ValueError("x" * 300 + "\nsecond")) == "x" * 157 + "..."
    assert one_line(KeyError()) == "KeyError"

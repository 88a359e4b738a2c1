from typing import NamedTuple

import pytest

from voicebot.dialogue.slots.denial import still_meant


class Word(NamedTuple):
    start: int
    end: int


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("화요일 말고 수요일", ["수요일"]),
        ("화요일이 아니라 수요일", ["수요일"]),
        ("화요일 아니 수요일", ["수요일"]),
        ("수요일이요 화요일 말고요", ["수요일"]),
        ("화요일 말고요", []),
        ("화요일 아니면 수요일", ["화요일", "수요일"]),
        ("아니 왜 화요일 수요일", ["화요일", "수요일"]),
    ],
)
def test_what_was_taken_back_is_left_out(text: str, kept: list[str]) -> None:
    words = sorted(Word(text.index(day), text.index(day) + 3) for day in ("화요일", "수요일") if day in text)
    assert [text[word.start : word.end] for word in still_meant(text, words)] == kept

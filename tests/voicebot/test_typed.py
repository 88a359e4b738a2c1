import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.typed import MOST_CHARS, transcript, typed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("언제 열어요", "언제 열어요"),
        ("  언제\r\n\t열어요 ", "언제 열어요"),
        ("언제\x00열\u200b어요\u202e", "언제 열 어요"),
        ("\ud83d 네 \udc00", "네"),
        ("언제", "언제"),
    ],
)
def test_what_counts_of_a_line(text: str, said: str) -> None:
    heard = typed(text)
    assert heard is not None
    assert (heard.spoken, heard.source, heard.confidence) == (said, "typed", 1.0)


@given(st.text(st.characters(), max_size=1_200))
def test_whatever_is_typed_can_be_kept(text: str) -> None:
    heard = typed(text)
    if heard is not None:
        assert 0 < len(heard.spoken) <= MOST_CHARS
        assert heard.spoken.isprintable()
        json.dumps(transcript(heard, 1, 0).spoken, ensure_ascii=False).encode()


def test_each_word_came_when_the_whole_did() -> None:
    heard = typed("언제 열어요")
    assert heard is not None
    final = transcript(heard, 3, 5_000)
    assert [(word["text"], word["start_ms"], word["end_ms"]) for word in final.words] == [
        ("언제", 5_000, 5_000), ("열어요", 5_000, 5_000)
    ]  # fmt: skip
    assert (final.side, final.turn, final.engine) == ("caller", 3, "typed")

from datetime import datetime

import pytest

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import Found, Phone

NOW = datetime(2026, 11, 25, 10)


def found(spoken: str) -> Found:
    result = Phone().find(Heard.of(spoken), NOW, asked=True)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("공일공", "일이삼사 오육칠팔이요", "010-1234-5678"),
        ("공일공 일이삼사", "오육칠팔이요", "010-1234-5678"),
        ("공이", "삼사오육 칠팔구공이요", "02-3456-7890"),
        ("공삼일", "칠칠칠 팔팔팔팔", "031-777-8888"),
    ],
)
def test_pieces_of_two_turns_make_one_number(first: str, second: str, whole: str) -> None:
    earlier = found(first)
    assert earlier.problem == "partial"
    joined = Phone().joined(earlier, found(second))
    assert (joined.written, joined.problem) == (whole, None)


def test_a_completed_number_is_less_sure_than_a_whole_one() -> None:
    assert found("일이삼사 오육칠팔").confidence < found("공일공 일이삼사 오육칠팔").confidence

"""What callers hear while they wait."""

import pytest

from assist.desk import words
from voicebot.text.spoken import to_spoken


def test_where_a_caller_stands():
    assert words.announcement(3, 170, is_first=True) == (
        "지금은 모든 상담사가 상담 중입니다. 지금 앞에 두 분이 기다리고 계십니다. 예상 대기 시간은 약 3분입니다."
    )
    assert words.announcement(1, 30, is_first=False) == (
        "기다려 주셔서 감사합니다. 고객님이 바로 다음 차례입니다. 곧 연결됩니다."
    )
    assert "스무 분이 기다리고" in words.announcement(21, 900, is_first=False)
    assert "스무 분 넘게 기다리고" in words.announcement(22, 900, is_first=False)


@pytest.mark.parametrize(
    ("wait_s", "said"),
    [
        (0, "곧 연결됩니다."),
        (60, "곧 연결됩니다."),
        (61, "약 2분입니다."),
        (300, "약 5분입니다."),
        (301, "약 10분입니다."),
        (720, "약 15분입니다."),
        (1_800, "약 30분입니다."),
        (1_801, "약 40분입니다."),
        (3_001, "약 한 시간입니다."),
        (3_601, "한 시간이 넘습니다."),
    ],
)
def test_a_wait_is_rounded_as_people_say_it(wait_s, said):
    assert words.expected_wait(wait_s).endswith(said)


def test_the_mouth_can_read_all_of_it():
    texts = [words.announcement(position, 60 * position, is_first=True) for position in range(1, 70)]
    texts += [words.nobody_took("busy", is_back=True), words.nobody_took("away", is_back=False)]
    for text in texts:
        said = to_spoken(text).text
        assert not any(character.isascii() and character.isalnum() for character in said)
        assert said.endswith(("다.", "요."))

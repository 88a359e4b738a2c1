from dataclasses import dataclass

import pytest

from voicebot.stt.invented import is_invented


@dataclass
class Said:
    """A segment as faster-whisper would give it."""

    text: str
    no_speech_prob: float = 0.01
    avg_logprob: float = -0.3
    compression_ratio: float = 1.1
    start: float = 0.0
    end: float = 3.0


@pytest.mark.parametrize(
    "text",
    [
        "시청해주셔서 감사합니다.",
        "시청해 주셔서 감사합니다",
        "끝까지 시청해주셔서 감사합니다.",
        "구독과 좋아요 부탁드립니다.",
        "구독, 좋아요, 알림 설정까지!",
        "다음 영상에서 만나요.",
        "다음 시간에 또 만나요",
        "한글자막 by 한효정",
        "MBC 뉴스 김수진입니다.",
        "Amara.org 자막",
        "...",
    ],
)
def test_what_subtitles_end_with_is_no_caller(text: str) -> None:
    assert is_invented(Said(text), sound_s=3)


@pytest.mark.parametrize(
    "text",
    [
        "네 감사합니다",
        "제 얘기 들어주셔서 감사합니다",
        "다음 주에 뵙겠습니다",
        "구독 해지하고 싶어요",
        "자막이 안 나와요",
        "KBS 뉴스가 안 나오는데요",
        "아니 아니 아니 아니요",
        "네",
    ],
)
def test_what_callers_say_is_believed(text: str) -> None:
    assert not is_invented(Said(text), sound_s=3)


@pytest.mark.parametrize(
    ("no_speech", "log_probability", "invented"),
    [(0.7, -1.2, True), (0.7, -0.5, False), (0.5, -1.2, False), (0.61, -1.01, True)],
)
def test_both_doubts_together_are_needed(no_speech: float, log_probability: float, invented: bool) -> None:
    assert is_invented(Said("카드를 잃어버렸어요", no_speech, log_probability), sound_s=2) is invented


def test_politeness_is_not_believed_where_no_speech_is_heard() -> None:
    assert is_invented(Said("감사합니다", no_speech_prob=0.7), sound_s=2)
    assert not is_invented(Said("감사합니다", no_speech_prob=0.4), sound_s=2)


def test_nobody_speaks_forty_syllables_in_a_second() -> None:
    said = Said("주문하신 상품은 내일 오후에 도착할 예정이라고 문자가 왔는데 아직도 안 왔어요")
    assert is_invented(said, sound_s=1)
    assert not is_invented(said, sound_s=4)


def test_one_phrase_over_and_over_is_a_loop() -> None:
    assert is_invented(Said("아 그래서 " * 30, compression_ratio=9.0), sound_s=20)

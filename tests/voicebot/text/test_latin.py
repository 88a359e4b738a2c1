import pytest

from voicebot.text import to_spoken
from voicebot.text.latin import said_unit, spelled


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("SMS로 보내요", "에스엠에스로 보내요"),
        ("ARS는", "에이알에스는"),
        ("LTE와 5G", "엘티이와 파이브지"),
        ("Wi-Fi", "와이파이"),
        ("A/S 접수", "에이에스 접수"),
        ("Q&A", "큐앤에이"),
        ("KT 고객센터", "케이티 고객센터"),
        ("A동", "에이동"),
        ("TV을", "티비를"),
        ("AM 10:00", "오전 열 시"),
        ("A4", "에이 사"),
    ],
)
def test_abbreviations(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize("text", ["hello", "I love you", "iPhone", "WELCOME", "naver"])
def test_words_are_left_to_the_voice(text: str) -> None:
    assert to_spoken(text).text == text


def test_spelling() -> None:
    assert spelled("pdf") == spelled("PDF") == "피디에프"
    assert spelled("h2") == "에이치이"
    assert said_unit("km", "h") == "킬로미터 퍼 시간"

import pytest

from voicebot.text import to_written


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("한누리대로 천팔백삼십구", "한누리대로 1839"),
        ("이만 오천이요", "25000이요"),
        ("삼만오천이에요", "35000이에요"),
        ("오천이예요", "5000이예요"),
        ("삼십이예요", "32예요"),
        ("나이는 서른다섯이에요", "나이는 35이에요"),
        ("이백칠십 사이즈요", "270 사이즈요"),
        ("삼에서 오 일 걸려요", "3에서 5일 걸려요"),
        ("삼백 이 사람", "300 이 사람"),
    ],
)
def test_in_a_sentence(spoken: str, written: str) -> None:
    assert to_written(spoken).text == written


@pytest.mark.parametrize(
    ("spoken", "written"),
    [("영", "0"), ("오", "5"), ("억", "100000000"), ("이천", "2000"), ("영이요", "0이요"), ("삼이요.", "3이요.")],
)
def test_what_is_too_short_in_a_sentence_is_a_number_as_an_answer(spoken: str, written: str) -> None:
    assert to_written(spoken).text == written
    assert to_written(f"그래서 {spoken} 그래요").text == f"그래서 {spoken} 그래요"


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("백이십삼 다시 사", "123-4"),
        ("백이십삼 다시 사 다시 오요", "123-4-5요"),
        ("백이십 다시 삼이에요", "120-3이에요"),
        ("팔십 다시 한번요", "80 다시 한번요"),
        ("마이너스 칠백삼십오", "-735"),
        ("루트 십육", "√16"),
        ("루트 일점오억 원", "√1.5억원"),
        ("마이너스 일점오억 원", "-150,000,000원"),
        ("일과 이분의 일", "1 1/2"),
        ("영영백이십삼", "0 0 123"),
    ],
)
def test_signs(spoken: str, written: str) -> None:
    assert to_written(spoken).text == written

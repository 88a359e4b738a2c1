from datetime import datetime

import pytest

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import DigitChange, Digits, correction


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("아니 삼공일오예요", "삼공일오예요"),
        ("아니요 그게 아니라 화요일이요", "화요일이요"),
        ("아니요 그거 말고 빨간색이요", "빨간색이요"),
        ("아뇨 수요일이요", "수요일이요"),
        ("어 아니 저 수요일이요", "저 수요일이요"),
        ("삼공일사 아니 삼공일오", "삼공일오"),
        ("화요일 말고 수요일이요", "수요일이요"),
        ("화요일이 아니라 수요일이에요", "수요일이에요"),
        ("수요일이요 화요일 말고요", "수요일이요"),
        ("잘못 말했어요 공일공 일이삼사 오육칠팔이에요", "공일공 일이삼사 오육칠팔이에요"),
        ("죄송해요 제가 잘못 말씀드렸는데 삼만 원이에요", "삼만 원이에요"),
        ("정정할게요 삼만 원이요", "삼만 원이요"),
        ("다시 말씀드릴게요 이공이육일일이이예요", "이공이육일일이이예요"),
        ("아 참 수요일이에요", "수요일이에요"),
        ("틀렸어요 세 시예요", "세 시예요"),
        ("시간이 틀렸어요 세 시예요", "세 시예요"),
        ("수요일로 바꿔 주세요", "수요일"),
        ("네 아니 수요일이요", "수요일이요"),
        ("아니 아니 김민서요", "김민서요"),
    ],
)
def test_what_is_meant_instead(said: str, rest: str) -> None:
    found = correction(Heard.of(said, confidence=0.7))
    assert found is not None
    assert found.rest is not None
    assert found.rest.spoken == rest
    assert found.rest.confidence == 0.7
    assert found.change is None


@pytest.mark.parametrize("said", ["번호가 틀렸어요", "아니 그게 아니라", "잘못 말했어요"])
def test_that_something_is_wrong_but_not_what(said: str) -> None:
    found = correction(Heard.of(said))
    assert found is not None
    assert found.rest is None


@pytest.mark.parametrize(
    "said",
    [
        "네",
        "아니요",
        "아니요 괜찮아요",
        "아니 맞아요",
        "아니에요",
        "네 맞아요",
        "삼공일오요",
        "화요일이요",
        "",
        "배송이 언제 와요",
    ],
)
def test_what_corrects_nothing(said: str) -> None:
    assert correction(Heard.of(said)) is None


def test_keys_correct_nothing() -> None:
    assert correction(Heard.of("3015", source="dtmf")) is None


@pytest.mark.parametrize(
    ("said", "earlier", "later"),
    [
        ("끝자리가 팔이 아니라 구예요", "20261128", "20261129"),
        ("끝자리가 팔이 아니라 구예요", "20261127", None),  # there is no 8 at the end
        ("아니 끝자리는 구예요", "20261128", "20261129"),
        ("마지막 네 자리 오육칠팔이요", "01012341111", "01012345678"),
        ("마지막 네 자리가 오육칠이요", "01012341111", None),  # three digits are not four
        ("아니 뒷자리는 오육칠구예요", "01012345678", "01012345679"),
        ("맨 끝에 두 자리가 삼사예요", "3015", "3034"),
        ("가운데가 일이삼사예요", "01099995678", "01012345678"),
        ("가운데 번호가 일이삼사예요", "3015", None),
        ("앞자리가 공일일이요", "0102345678", "0112345678"),
        ("공일사가 아니라 공일오예요", "30142", "30152"),
        ("공일사가 아니라 공일오예요", "014014", None),  # which one?
        ("사 말고 오요", "3014", "3015"),
    ],
)
def test_some_digits_are_other_ones(said: str, earlier: str, later: str | None) -> None:
    found = correction(Heard.of(said))
    change = found.change if found else None
    assert (change.applied_to(earlier) if change else None) == later


def test_a_change_as_long_as_the_number_is_none() -> None:
    assert DigitChange("5678", "last").applied_to("1234") is None


def test_the_rest_is_read_by_the_slot() -> None:
    found = correction(Heard.of("아니요 삼공일오예요"))
    assert found is not None
    assert found.rest is not None
    value = Digits((4,)).find(found.rest, datetime(2026, 11, 25), asked=True)
    assert value is not None
    assert value.value == "3015"

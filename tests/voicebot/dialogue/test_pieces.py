import pytest

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.pieces import mended, orders_of
from voicebot.dialogue.slots import correction


def readings(pieces: str, spoken: str) -> list[str]:
    return [heard.spoken for heard in orders_of(pieces, Heard.of(spoken))]


def test_a_number_goes_on_behind_its_pieces() -> None:
    assert readings("공일공 일이삼사", "오육칠팔이요")[0] == "공일공 일이삼사 오육칠팔이요"
    assert orders_of("공일공 일이삼사", Heard.of("오육칠팔이요"))[0].written.startswith("010-1234-5678")


def test_words_may_belong_before_them_and_may_stand_alone() -> None:
    assert readings("세 시", "오후요") == ["세 시 오후요", "오후요 세 시", "오후요"]


def test_a_number_that_begins_anew_stands_alone() -> None:
    assert readings("이공이육", "이공이육일일이이") == ["이공이육일일이이"]
    assert readings("", "이공이육") == ["이공이육"]


def test_how_sure_it_was_heard_and_from_where_stays() -> None:
    pieces = orders_of("12", Heard.of("34", confidence=0.5, source="dtmf"))
    assert {(heard.confidence, heard.source) for heard in pieces} == {(0.5, "dtmf")}


@pytest.mark.parametrize(
    ("earlier", "said", "right"),
    [
        ("010-1234-5678", "끝자리가 팔이 아니라 구예요", "01012345679"),
        ("010-1234-5678", "아니 가운데가 일이삼오예요", "01012355678"),
        ("20261122", "아니 일일이삼이요", "20261123"),
        ("20263014", "아니 삼공일오예요", "20263015"),
        ("12345678", "아니 구공구공이요", "12349090"),
    ],
)
def test_the_digits_that_are_put_right(earlier: str, said: str, right: str) -> None:
    put_right = correction(Heard.of(said))
    assert put_right is not None
    assert mended(earlier, put_right) == right


@pytest.mark.parametrize("said", ["아니 화요일이요", "아니 일이삼사오육칠팔구요", "아니 그게 아니라"])
def test_what_puts_no_digits_right(said: str) -> None:
    put_right = correction(Heard.of(said))
    assert put_right is None or mended("12345678", put_right) is None

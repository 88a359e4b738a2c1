from datetime import datetime

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import Digits, Found, OrderNumber

NOW = datetime(2026, 11, 25, 10)
ORDER = OrderNumber()


def found(spoken: str, *, confidence: float = 1.0, slot: Digits | OrderNumber = ORDER) -> Found:
    result = slot.find(Heard.of(spoken, confidence=confidence), NOW, asked=True)
    assert result is not None
    return result


def test_pieces_of_two_turns_make_one_number() -> None:
    first, second = found("이공이육이요"), found("일일이이예요", confidence=0.8)
    assert (first.problem, second.problem) == ("partial", "partial")
    whole = ORDER.joined(first, second)
    assert (whole.value, whole.written, whole.problem) == ("20261122", "20261122", None)
    assert whole.confidence == second.confidence


def test_pieces_that_are_too_many_are_a_problem() -> None:
    assert ORDER.joined(found("이공이육일일"), found("이공이육일일")).problem is None
    assert ORDER.joined(found("이공이육일일이이"), found("일이삼사오육")).problem == "digits"


def test_a_number_said_as_an_amount_is_less_sure() -> None:
    four = Digits((4,))
    assert found("삼천십오", slot=four).confidence < found("삼공일오", slot=four).confidence


def test_the_recognizers_doubt_counts() -> None:
    assert found("이공이육일일이이", confidence=0.5).confidence <= 0.5


def test_two_numbers_that_both_fit_are_doubtful() -> None:
    four = Digits((4,))
    assert found("삼공일오 이고 아래는 이사칠팔이요", slot=four).confidence <= 0.5


def test_the_place_of_a_number_is_told() -> None:
    heard = Heard.of("주문번호가 이공이육일일이이인데요")
    result = ORDER.find(heard, NOW, asked=False)
    assert result is not None
    assert heard.written[result.start : result.end] == "20261122"

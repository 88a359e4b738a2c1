"""How long the silence must be before a turn is over."""

from datetime import datetime

import pytest

from tests.timing import cpu_s
from voicebot.dialogue.slots import OrderNumber, Phone, Slot, YesNo
from voicebot.turn import FULL_PAUSE_MS, Needed, TurnTaking
from voicebot.turns.pace import SHORTEST_OPEN_MS, SURE_PAUSE_MS

NOW = datetime(2026, 11, 23, 14, 0)


def needed(transcript: str, asked: Slot | None = None) -> Needed:
    return TurnTaking().needed(transcript, asked, NOW)


@pytest.mark.parametrize(
    "said",
    ["주문을 취소하고 싶은데요", "배송은 언제 됩니까", "환불해 주세요", "네", "아직 못 받았거든요", "그렇게 하죠"],
)
def test_a_final_ending_is_answered_soon(said: str) -> None:
    assert needed(said) == Needed(SURE_PAUSE_MS, "ending")


@pytest.mark.parametrize(
    "said",
    [
        "주문을 취소하고 싶은데",
        "제가 어제",
        "배송이",
        "음",
        "그 저기",
        "그러니까",
        "공일공 이삼사오",
        "팔이공사 일",
        "저는요",
        "",
    ],
)
def test_an_open_sentence_is_left_to_the_caller(said: str) -> None:
    waited = needed(said)
    assert waited.pause_ms >= 700
    assert waited.reason == "timeout"


def test_the_eleventh_digit_ends_a_phone_number_at_once() -> None:
    assert needed("공일공 이삼사오 육칠팔", Phone()).pause_ms > 1_000
    assert needed("공일공 이삼사오 육칠팔구", Phone()) == Needed(FULL_PAUSE_MS, "complete")


def test_a_number_that_may_be_longer_is_given_time() -> None:
    waited = needed("팔이공사 일일칠삼", OrderNumber())
    assert FULL_PAUSE_MS < SURE_PAUSE_MS < waited.pause_ms < SHORTEST_OPEN_MS


def test_what_was_asked_counts() -> None:
    """Four digits are the end of nothing in particular, but no telephone number."""
    assert needed("네", YesNo()) == Needed(SURE_PAUSE_MS, "complete")
    assert needed("공일공이", Phone()).reason == "timeout"


def test_the_same_transcript_to_another_question_is_judged_anew() -> None:
    turns = TurnTaking()
    assert turns.needed("팔이공사 일일칠삼", OrderNumber((8,)), NOW).pause_ms == FULL_PAUSE_MS
    assert turns.needed("팔이공사 일일칠삼", OrderNumber((12,)), NOW).pause_ms > 1_000


def test_the_callers_pauses_move_the_open_pause_in_mid_turn() -> None:
    turns = TurnTaking()
    before = turns.needed("제가 어제", None, NOW).pause_ms
    turns.went_on(900)
    assert turns.needed("제가 어제", None, NOW).pause_ms > before


def test_a_caller_who_was_cut_off_is_not_cut_off_the_same_way_again() -> None:
    turns = TurnTaking()
    turns.cut_off(260)
    assert turns.needed("환불해 주세요", None, NOW).pause_ms > 260


def test_callers_do_not_learn_from_each_other() -> None:
    TurnTaking().cut_off(500)
    assert needed("환불해 주세요").pause_ms == SURE_PAUSE_MS


def test_asking_again_costs_nothing() -> None:
    """Every 20 ms of every pause of every call: some microseconds, for the judgement is kept."""
    turns = TurnTaking()
    asked = Phone()
    turns.needed("공일공 이삼사오", asked, NOW)
    assert cpu_s(lambda: [turns.needed("공일공 이삼사오", asked, NOW) for _ in range(1_000)]) / 1_000 < 0.000_1


def test_who_speaks_politely_has_not_ended_with_a_plain_ending() -> None:
    taking = TurnTaking()
    curt = taking.needed("주문한 게 아직 안 왔어", None, NOW)
    taking.ended("이불을 하나 주문했는데요")
    polite = taking.needed("주문한 게 아직 안 왔어", None, NOW)
    assert polite.pause_ms > 700 >= curt.pause_ms
    assert taking.needed("주문한 게 아직 안 왔어요", None, NOW).pause_ms < 300

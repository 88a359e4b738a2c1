"""What is known of a call, by its events."""

import pytest

from assist.call_so_far import CallSoFar
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    CallEnded,
    CallStarted,
    ConsentGiven,
    Dtmf,
    FlowEntered,
    FlowLeft,
    Logged,
    SlotCorrected,
    SlotFilled,
    TranscriptFinal,
    TurnEnded,
)

CALL = "01900000-0000-7000-8000-000000000001"


def known(*events):
    call = CallSoFar(CALL)
    for seq, event in enumerate(events):
        call.take(Logged(CALL, seq, seq * 100, event))
    return call


def final(side, text, turn=1):
    return TranscriptFinal(side, turn, text, text, (), "test")


@pytest.mark.parametrize(("direction", "customer"), [("in", "01012345678"), ("out", "15881234")])
def test_whom_the_call_is_with(direction, customer):
    assert known().customer == ""
    assert known(CallStarted(direction, "sip", "01012345678", "15881234", "누리")).customer == customer


def test_of_callers_whole_turns_are_kept_of_agents_finals_and_of_the_bot_what_was_heard():
    interrupted = BotInterrupted(2, "네 확인해 보겠습니다", "네 확인해")
    call = known(
        final("caller", "반품"),
        TurnEnded(1, "반품할래요", "반품할래요", 200, "timeout"),
        BotFinished(1, "주문 번호를 말씀해 주세요."),
        interrupted,
        final("agent", "상담사입니다", 3),
        final("agent", "", 3),
    )
    assert [(said.side, said.seq, said.turn, said.written) for said in call.said] == [
        ("caller", 1, 1, "반품할래요"),
        ("bot", 2, 1, "주문 번호를 말씀해 주세요."),
        ("bot", 3, 2, "네 확인해"),
        ("agent", 4, 3, "상담사입니다"),
    ]
    assert (call.last_seq, call.at_ms) == (5, 500)


def test_the_newest_value_of_a_slot_and_where_the_conversation_stands():
    filled = SlotFilled("order", "A1", "A1", "에이 일", 0.9)
    corrected = SlotCorrected("order", "A2", "A2", "에이 이", 0.9)
    call = known(FlowEntered("returns", "ask"), filled, corrected, ConsentGiven("voiceprint"))
    assert call.slots == {"order": corrected}
    assert (call.flow, call.node, call.flows, call.consents) == ("returns", "ask", ["returns"], {"voiceprint"})


def test_outside_of_flows_and_at_its_end():
    ended = CallEnded("caller", "hung_up", 1_000)
    call = known(FlowEntered("returns", "ask"), FlowLeft("returns", "done"), FlowEntered("order", "ask"), Dtmf("1"))
    assert (call.flow, call.flows, call.ended) == ("order", ["returns", "order"], None)
    call.take(Logged(CALL, 4, 400, FlowLeft("order", "done")))
    call.take(Logged(CALL, 5, 500, ended))
    assert (call.flow, call.node, call.ended) == ("", "", ended)

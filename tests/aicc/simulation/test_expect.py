from datetime import date
from typing import Any

import pytest

from aicc.simulation.expect import Expect, judge
from voicebot.events import (
    BotStarted,
    CallEnded,
    Event,
    Fault,
    FlowEntered,
    Logged,
    SlotCorrected,
    SlotFilled,
    TurnEnded,
)

CALL: list[Event] = [
    BotStarted(0, "안녕하세요. 누리홈쇼핑이에요.", 0),
    TurnEnded(1, "배송 조회 하고 싶어요", "배송 조회 하고 싶어요", 300, "ending"),
    FlowEntered("배송 조회", "시작"),
    TurnEnded(2, "이공이육 일일이삼", "20261123", 300, "complete"),
    SlotFilled("주문번호", "20261123", "20261123", "이공이육 일일이삼", 0.9),
    TurnEnded(3, "22#", "22#", 0, "dtmf"),
    SlotCorrected("주문번호", "20261122", "20261122", "이요", 0.9),
    SlotFilled("송장문자", False, "아니요", "아니요", 0.9),
    BotStarted(3, "11월 23일에 도착해요. 1,500원이에요.", 0),
    CallEnded("bot", "done", 9_000),
]
EVENTS = [Logged("c", seq, seq * 1_000, event).as_json() for seq, event in enumerate(CALL)]


def judged(**expect: Any) -> list[str]:
    return judge(Expect(**expect), EVENTS, date(2026, 11, 22))


def test_a_call_that_went_as_it_should() -> None:
    well = {
        "ended_by": "bot",
        "outcome": ["done", "caller"],
        "transcripts": ["배송조회하고 싶어요", "이공이육 일일이삼"],
        "contains": ["누리 홈쇼핑", "{내일}", "/1,500원/"],
        "absent": ["500원이에요", "상담사"],
        "slots": {"주문번호": "20261122", "송장문자": False, "이름": None},
        "flows": "배송 조회",
        "events": "slot_corrected",
        "events_absent": ["fault", "bot_interrupted"],
    }
    assert judged(**well) == []
    assert judged() == []


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ({"ended_by": "caller"}, "ended by: bot, not caller"),
        ({"outcome": ["handoff", "caller"]}, "outcome: done, not handoff or caller"),
        (
            {"transcripts": ["배송"]},
            "transcripts: 2 turns were heard, not 1: 배송 조회 하고 싶어요 / 이공이육 일일이삼",
        ),
        ({"contains": "{오늘}"}, 'the bot did not say "{오늘}"'),
        ({"absent": "1,500원"}, 'the bot said "1,500원"'),
        ({"slots": {"주문번호": "20261123"}}, "주문번호: 20261122, not 20261123"),
        ({"slots": {"주문번호": None}}, "주문번호: 20261122, not unknown"),
        ({"slots": {"이름": "김영희"}}, "이름: not known, not 김영희"),
        ({"flows": "주문 취소"}, 'flow "주문 취소" was not entered'),
        ({"events": "bot_paused"}, "no bot_paused in the log"),
        ({"events_absent": "slot_corrected"}, "slot_corrected in the log, at 6000 ms"),
    ],
)
def test_what_is_not_as_it_should_be(expect: dict[str, Any], found: str) -> None:
    assert judged(**expect) == [found]


def test_transcripts_may_be_wrong_by_so_many_characters() -> None:
    said = ["배송 조회하고 싶어요", "이공이육 일일이이"]  # one of 17
    assert judged(transcripts=said, cer_percent=6) == []
    assert judged(transcripts=said, cer_percent=5) == [
        "transcripts: CER 6 %, not up to 5 %",
        'transcripts: heard "이공이육 일일이삼", said "이공이육 일일이이"',
    ]


def test_a_fault_is_told_and_a_log_without_an_end_is_none() -> None:
    events = [Logged("c", 0, 40, Fault("stt", "hung", "another one")).as_json()]
    assert judge(Expect(events_absent=["fault"]), events) == ["fault in the log, at 40 ms (stt: hung)"]
    assert judge(Expect(outcome=["done"]), events) == ["the log has no call_ended"]

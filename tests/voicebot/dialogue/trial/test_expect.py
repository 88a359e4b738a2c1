import pytest

from tests.voicebot.dialogue.trial.cases import misses, played, written
from voicebot.dialogue.trial.expect import judge
from voicebot.dialogue.trial.play import Played

ASK = {"caller": "예약 조회하고 싶어요"}
PERSON = {"caller": "상담사 연결해 주세요"}


def test_a_conversation_that_goes_as_it_must():
    assert (
        misses(
            {"bot": "새벽찻집", "absent": "예약번호"},
            {**ASK, "bot": ["예약번호", "/네 ?자리/"], "flow": "예약 조회", "asked": "예약번호", "called": []},
            {"within_ms": 10_000, "handed_off": False, "hung_up": False},
            {"press": "1234#", "slots": {"예약번호": 1234}, "called": "GET /bookings/1234 unreachable"},
            {"handed_off": {"reason": "flow", "skill": "예약", "summary": ["1234", "실패"]}},
            absent="주문",
            ends="handoff",
        )
        == []
    )


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ({"bot": ["예약번호", "{내일}"]}, 'bot: "11월 26일" was not said'),
        ({"bot": "/^네/"}, "bot: /^네/ was not said"),
        ({"absent": "예약 번호"}, 'absent: "예약 번호" was said'),
        ({"slots": {"예약번호": "1234"}}, "slots: 예약번호 is not known"),
        ({"asked": "주문번호"}, "asked: the bot waits for 예약번호, not 주문번호"),
        ({"called": "GET /bookings/1"}, "called: GET /bookings/1 was not, but nothing"),
        ({"called": {"POST /messages": {"to": 1}}}, "called: POST /messages with {'to': 1} was not, but nothing"),
        ({"flow": "인사"}, "flow: the bot is in 예약 조회, not 인사"),
        ({"answer": "N012"}, "answer: N012 was not chosen, but no entry"),
        ({"message": "예약"}, 'message: "예약" was not sent, but nothing'),
        ({"handed_off": True}, "handed_off: the call was not handed over"),
        ({"hung_up": True}, "hung_up: the bot has not hung up"),
    ],
)
def test_what_did_not_come(step, what):
    assert misses(ASK, step) == [f"11: {what}"]


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ({"slots": {"예약번호": "1235"}}, "slots: 예약번호 is 1234, not 1235"),
        ({"slots": {"예약번호": None}}, "slots: 예약번호 is 1234, where nothing was to be known"),
        ({"slots": {"예약 번호": "1234"}}, 'slots: 예약 번호 is not known: did you mean "예약번호"?'),
        ({"called": []}, "called: nothing was to be asked, but there was GET /bookings/1234 unreachable"),
        (
            {"called": "GET /bookings/1234 200"},
            "called: GET /bookings/1234 200 was not, but GET /bookings/1234 unreachable",
        ),
        ({"handed_off": False}, "handed_off: the call was handed over (flow, 예약)"),
        ({"handed_off": {"reason": "asked"}}, "handed_off: the reason is flow, not asked"),
        ({"handed_off": {"skill": "일반"}}, "handed_off: the skill is 예약, not 일반"),
        ({"handed_off": {"summary": "환불"}}, 'handed_off: "환불" is not in the summary "예약 1234 조회 실패"'),
        ({"hung_up": "done"}, "hung_up: the bot has not hung up"),
    ],
)
def test_what_came_otherwise(step, what):
    assert misses(ASK, {"press": "1234#"}, step) == [f"12: {what}"]


def test_how_the_bot_hung_up():
    silent = ("silence", "silence", "silence")
    assert misses(*silent, {"hung_up": "silence"}, ends="hang_up") == []
    assert misses(*silent, {"hung_up": "done"}) == ["13: hung_up: the reason is silence, not done"]
    assert misses(*silent, {"hung_up": False}) == ["13: hung_up: the bot has hung up (silence)"]


def test_how_long_the_bot_thought():
    result = played({**ASK, "within_ms": 50})
    result.turns[1].thinking_ms = 50.0
    assert judge(result) == []
    result.turns[1].thinking_ms = 51.0
    assert [miss.what for miss in judge(result)] == ["within_ms: the bot thought for 51.0 ms, not 50"]


def test_what_is_never_to_be_said_is_not_said_in_any_turn():
    assert misses(ASK, "silence", absent=["예약번호", "주문"]) == ['1: absent: "예약번호" was said in this call']


@pytest.mark.parametrize(
    ("talk", "ends", "what"),
    [
        ((ASK,), "handoff", "1: ends: handoff, but the bot was still there"),
        ((PERSON,), "hang_up", "1: ends: hang_up, but the bot handed the call over"),
        (("silence",) * 3, "open", "1: ends: open, but the bot hung up"),
    ],
)
def test_how_the_call_ended(talk, ends, what):
    assert misses(*talk, ends=ends) == [what]


def test_a_case_that_ends_early_says_what_was_left():
    assert misses(PERSON, {"caller": "예약이요"}, {"bot": "예약"}) == [
        '11: the bot had handed the call over (asked, 일반): the caller still had to say "예약이요"'
    ]
    assert misses("silence", "silence", "silence", {"press": "1"}) == [
        "13: the bot had hung up (silence): the caller still had to press 1"
    ]
    assert misses("hang_up", {"caller": "네"}) == ['11: the caller had hung up: the caller still had to say "네"']


def test_a_conversation_that_broke_is_judged_up_to_there():
    result = played({"bot": "없는 말"}, {"caller": "네"})
    broken = Played(result.written, result.now, result.turns, [result.turns[0], None], None, "KeyError: 'x' (a.py:1)")
    assert [miss.what for miss in judge(broken)] == ['bot: "없는 말" was not said', "KeyError: 'x' (a.py:1)"]


def test_one_that_was_not_played_at_all():
    failed = Played(written({"bot": "네"}), played("silence").now, [], [None], None, "could not be reset")
    assert [(miss.line, miss.what) for miss in judge(failed)] == [(1, "could not be reset")]

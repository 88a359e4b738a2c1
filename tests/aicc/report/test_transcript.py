import pytest

from aicc.report.transcript import Line, ending, lines_of, transcript
from tests.aicc.report.calls import answered, logged, said, whole_call
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    CallStarted,
    Dtmf,
    Fault,
    HandoffRequested,
    RecordingPaused,
    RecordingResumed,
    SlotFilled,
    TurnEnded,
)


def test_who_said_what_when_and_how_long_it_took():
    assert transcript(whole_call()) == (
        "   0.0  봇: 안녕하세요.\n   1.5  고객: 배송 조회요\n   2.8  봇: 주문번호가 어떻게 되세요? [240 ms]\n"
    )


def test_nothing_was_said():
    assert transcript([]) == ""
    assert transcript(logged((0, CallStarted("in", "wav", "", "", "가게")))) == ""


def test_lines_come_in_the_order_in_which_they_were_begun():
    cut_in = logged(
        (0, BotStarted(0, "긴 인사말입니다.", 0)),
        (900, BotInterrupted(0, "긴 인사말입니다.", "긴 인사")),
        *said("저기요", 1, 700, 1_200),
    )
    assert [(line.at_s, line.text) for line in lines_of(cut_in)] == [(0.0, "긴 인사 …"), (0.7, "저기요")]


def test_what_was_heard_of_a_sentence_is_what_is_shown():
    cut_in = logged((0, BotStarted(0, "안녕하세요.", 0)), (20, BotInterrupted(0, "안녕하세요.", "")))
    assert lines_of(cut_in) == [Line(0.0, "bot", "…", "여기까지 들림")]


def test_a_turn_of_several_finals_begins_with_the_first():
    events = logged(*said("제가", 1, 500, 800)[:1], *said("어제 주문했는데요", 1, 1_800, 2_900))
    assert [(line.at_s, line.text) for line in lines_of(events)] == [(0.5, "어제 주문했는데요")]
    again = logged(*said("네", 1, 500, 800), *said("아니요", 2, 3_000, 3_400))
    assert [line.at_s for line in lines_of(again)] == [0.5, 3.0]


def test_keys_are_shown_as_such():
    events = logged((100, Dtmf("1")), (300, Dtmf("#")), (310, TurnEnded(1, "1#", "1#", 0, "dtmf")))
    assert lines_of(events) == [Line(0.1, "caller", "1#", "버튼")]


def test_the_wait_belongs_to_the_first_sentence_of_an_answer():
    two = logged(*answered("하나.", 1, 1_000), (2_100, BotStarted(1, "둘.", 0)), (3_000, BotFinished(1, "둘.")))
    assert [line.waited_ms for line in lines_of(two)] == [240, None]


def test_a_sentence_that_a_dying_process_left_is_there():
    events = logged((0, BotStarted(0, "안녕하세요.", 0)), (400, CallEnded("service", "process_died", 400)))
    assert lines_of(events) == [Line(0.0, "bot", "안녕하세요. …", "끊김")]


def test_what_happens_beside_the_words():
    events = logged(
        (0, RecordingPaused()),
        (1_000, SlotFilled("카드", "****", "****", "****", 1.0)),
        (2_000, RecordingResumed()),
        (3_000, HandoffRequested("asked", "일반", "배송 조회. 주문번호 1")),
        (4_000, Fault("mouth", "espeak died", "said so")),
    )
    assert [line.text for line in lines_of(events)] == [
        "녹음 멈춤",
        "녹음 다시 시작",
        "상담사 연결 요청 (일반): 배송 조회. 주문번호 1",
        "장애 (mouth): espeak died",
    ]


@pytest.mark.parametrize(
    ("by", "reason", "told"),
    [
        ("bot", "handoff", "봇 종료 · 상담사 연결"),
        ("service", "process_died", "서비스 종료 · 프로세스가 죽음"),
        ("network", "something new", "회선 종료 · something new"),
    ],
)
def test_the_end_is_told(by, reason, told):
    assert ending(CallEnded(by, reason, 1_000)) == told

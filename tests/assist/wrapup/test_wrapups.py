from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from assist.call_so_far import CallSoFar
from assist.wrapup.evaluation import call_id_at
from assist.wrapup.gathering import FIRST_SAID, LAST_SAID, MOST_DEEDS, Gathering
from assist.wrapup.rules import WrapUpRules
from assist.wrapup.wishes import MOST as MOST_WISHES
from assist.wrapup.wrapups import WrapUps, began_at
from tests.assist.wrapup.talk import HUNG_UP, MONDAY, STARTED, agent, bot, caller, logged, note, notes
from voicebot.events import (
    CallbackBooked,
    CallEnded,
    CallStarted,
    FlowEntered,
    FlowLeft,
    HandoffRequested,
    Logged,
    MessageSent,
    RecordingPaused,
    ServiceCalled,
    SlotCorrected,
    SlotFilled,
    SpeechStarted,
    TranscriptFinal,
)

ORDER = SlotFilled("주문번호", "20263015", "20263015", "이공이육삼공일오", 0.95)


def test_a_cancelled_order(service):
    wrapped = note(
        service,
        STARTED,
        *caller("주문 취소하고 싶어요"),
        FlowEntered("주문 취소", "ask 주문번호"),
        *bot("주문번호가 어떻게 되세요?"),
        *caller("20263015요", 2),
        ORDER,
        ServiceCalled("주문", 20, 200),
        *bot("취소했어요."),
        *bot("99,000원은 11월 30일까지 신용카드로 돌려드릴게요."),
        FlowLeft("주문 취소", "say"),
        *bot("더 도와드릴 일이 있으세요?"),
        HUNG_UP,
    )
    assert wrapped.summary == {
        "issue": "고객이 주문 취소를 원함. (주문번호 20263015)",
        "actions": ["주문 취소 완료 (주문번호 20263015)"],
        "resolution": "resolved",
        "resolution_text": "고객의 요청을 처리하고 통화를 마침.",
    }
    assert wrapped.slots == {"주문번호": "20263015"}
    assert wrapped.follow_ups == ({"what": "99,000원은 11월 30일까지 신용카드로 돌려드릴 예정", "due": "2026-11-30"},)
    assert (wrapped.code, wrapped.suggested_code, wrapped.version, wrapped.edited_by) == ("", "O10", 1, "")
    assert wrapped.confidence > 0.9


def test_the_corrected_value_of_a_slot_counts(service):
    corrected = SlotCorrected("주문번호", "20263016", "20263016", "", 0.9)
    assert note(service, STARTED, *caller("취소해 주세요"), ORDER, corrected, HUNG_UP).slots == {"주문번호": "20263016"}


def test_a_booked_callback_is_a_follow_up(service):
    wrapped = note(
        service,
        STARTED,
        *caller("나중에 전화해 주세요"),
        FlowEntered("콜백 예약", "ask"),
        CallbackBooked("11월 24일 오후 3시", "010-1234-5678"),
        *bot("예약했어요."),
        *bot("11월 24일 오후 3시에 010-1234-5678번으로 상담사가 전화드릴게요."),
        FlowLeft("콜백 예약", "say"),
        HUNG_UP,
    )
    assert wrapped.summary["resolution"] == "callback"
    assert wrapped.follow_ups == ({"what": "11월 24일 오후 3시 콜백 (010-1234-5678)", "due": "2026-11-24"},)
    assert "콜백 예약: 11월 24일 오후 3시, 010-1234-5678" in wrapped.summary["actions"]


def test_a_callback_of_the_machine_has_its_day_too(service):
    booked = CallbackBooked("2026-11-23T14:12", "01012345678")
    wrapped = note(service, STARTED, *caller("배송 조회요"), booked, CallEnded("service", "fault", 9))
    assert [one["due"] for one in wrapped.follow_ups] == ["2026-11-23"]


def test_a_call_that_is_handed_over(service):
    asked = [*caller("사람이랑 통화하고 싶어요"), HandoffRequested("asked", "반품", "반품 문의")]
    wrapped = note(service, STARTED, *asked, CallEnded("bot", "handoff", 9_000))
    assert wrapped.summary["resolution"] == "handed_over"
    assert "상담사 연결 (반품)" in wrapped.summary["actions"]
    assert wrapped.suggested_code == "A10"


def test_what_the_agent_does_behind_a_handoff_counts(service):
    asked = HandoffRequested("asked", "반품", "반품 문의")
    talk = [
        *agent("네 반품 접수해 드렸습니다 영업일 2일 안에 기사님이 방문하실 거예요", 2),
        *caller("네 감사합니다", 3),
    ]
    wrapped = note(service, STARTED, *caller("반품하고 싶어요"), asked, *talk, HUNG_UP)
    assert wrapped.summary["resolution"] == "resolved"
    assert "반품 접수해 드림" in wrapped.summary["actions"]
    assert [one["due"] for one in wrapped.follow_ups] == ["2026-11-25"]


def test_a_caller_who_hangs_up_in_the_middle(service):
    wrapped = note(
        service,
        STARTED,
        *caller("반품하고 싶어요"),
        FlowEntered("반품·교환", "ask 주문번호"),
        *bot("주문번호가 어떻게 되세요?"),
        FlowLeft("반품·교환", "ask 주문번호"),
        HUNG_UP,
    )
    assert wrapped.summary["resolution"] == "abandoned"
    assert wrapped.suggested_code == "R10"
    assert wrapped.summary["actions"] == []


def test_what_cannot_be_done_is_unresolved(service):
    refusal = bot("구스다운 이불 세트는 이미 출발해서 주소를 바꿀 수 없어요.")
    flow = [FlowEntered("배송지 변경", "ask"), ServiceCalled("주문", 9, 200), *refusal, FlowLeft("배송지 변경", "say")]
    wrapped = note(service, STARTED, *caller("주소를 바꾸고 싶어요"), *flow, *bot("더 도와드릴까요?"), HUNG_UP)
    assert wrapped.summary["resolution"] == "unresolved"
    assert wrapped.summary["actions"] == ["안내: 구스다운 이불 세트는 이미 출발해서 주소를 바꿀 수 없음"]


def test_answers_of_the_knowledge_base_are_told_and_no_promises(service):
    answer = "결제한 다음 날부터 영업일 3일 안에 도착합니다."
    wrapped = note(service, STARTED, *caller("배송이 며칠 걸려요"), *bot(answer, "faq"), HUNG_UP)
    assert wrapped.summary["resolution"] == "resolved"
    assert wrapped.summary["actions"] == ["안내: 결제한 다음 날부터 영업일 3일 안에 도착함"]
    assert wrapped.follow_ups == ()


def test_a_message_is_an_action(service):
    wrapped = note(service, STARTED, *caller("송장 보내 주세요"), MessageSent("01012345678", "sms"), HUNG_UP)
    assert wrapped.summary["actions"] == ["문자 발송 (01012345678)"]


def test_hours_of_the_call_are_korean(service):
    """23:30 in Korea is another day than in London."""
    late = datetime(2026, 12, 31, 23, 30)
    wrapped = note(service, STARTED, *caller("언제 와요"), *agent("내일 도착할 예정입니다"), HUNG_UP, began=late)
    assert [one["due"] for one in wrapped.follow_ups] == ["2027-01-01"]
    assert began_at(call_id_at(late)) == late


# ---- privacy


def test_what_answers_a_private_question_is_not_in_the_note(service):
    birthday = SlotFilled("생년월일", "******", "******", "******", 0.95)
    events = [*caller("적립금 알려 주세요"), *caller("제 생년월일은 850412예요 확인해 주세요", 2), birthday]
    assert "850412" not in str(note(service, STARTED, *events, HUNG_UP))


def test_what_was_off_the_record_stays_so(service):
    events = [
        *caller("결제하려고요"),
        RecordingPaused(),
        *caller("**** **** **** ****", 2),
        *bot("끝자리 **** 카드로 결제했어요."),
    ]
    wrapped = note(service, STARTED, *events, HUNG_UP)
    assert "*" not in str(wrapped.summary)


def test_abuse_is_neither_quoted_nor_left_in_slots(service):
    told = SlotFilled("내용", "씨발 기사가 던졌어요", "씨발 기사가 던졌어요", "씨발 기사가 던졌어요", 0.9)
    wrapped = note(service, STARTED, *caller("야 이 씨발 새끼야"), *caller("씨발 기사가 던졌어요", 2), told, HUNG_UP)
    assert "씨발" not in str(wrapped)
    assert "기사가 던졌어요" in wrapped.slots["내용"]


def test_what_a_swearing_caller_wants_is_told_without_the_swearing(service):
    wrapped = note(service, STARTED, *caller("야 이 씨발 기사가 물건을 던지고 갔다니까"), HUNG_UP)
    assert wrapped.summary["issue"] == "고객이 기사가 물건을 던지고 갔다고 말함."


def test_abuse_in_a_slot_is_masked_beside_the_action_too(service):
    told = SlotFilled("주문번호", "씨발 2026", "씨발 2026", "씨발 2026", 0.9)
    events = [FlowEntered("불만 접수", "ask"), *caller("몰라"), told, *bot("접수했어요.")]
    wrapped = note(service, STARTED, *events, HUNG_UP)
    assert "2026" in str(wrapped.summary["actions"]) and "씨발" not in str(wrapped)


def test_what_was_not_heard_is_not_what_the_call_is_about(service):
    events = [*caller("네? 뭐라고요 다시 말씀해 주세요"), *caller("환불이 안 됐어요", 2)]
    assert note(service, STARTED, *events, HUNG_UP).summary["issue"] == "고객이 환불이 안 됐다고 말함."


def test_a_question_for_a_yes_tells_nothing_and_a_guess_promises_nothing(service):
    events = [*agent("니트 39,000원 맞으시죠"), *agent("30일에 입금될 것 같아요")]
    wrapped = note(service, STARTED, *caller("환불해 주세요"), *events, HUNG_UP)
    assert "39,000" not in str(wrapped) and wrapped.follow_ups == ()


# ---- bad input


def test_an_empty_call(service):
    wrapped = note(service, STARTED, HUNG_UP)
    assert wrapped.summary["resolution"] == "abandoned"
    assert (wrapped.suggested_code, wrapped.follow_ups, wrapped.slots) == ("X10", (), {})


def test_only_silence(service):
    events = [*bot("무엇을 도와드릴까요?"), *bot("듣고 있어요.", "repair"), *caller(""), SpeechStarted("caller")]
    wrapped = note(service, STARTED, *events, CallEnded("bot", "silence", 20_000))
    assert wrapped.summary["resolution"] == "abandoned"
    assert wrapped.suggested_code == "X10"


def test_a_call_without_its_beginning(service):
    wrapped = note(service, *caller("환불 언제 되나요"), HUNG_UP)
    assert wrapped.summary["issue"] == "고객이 환불 언제 되는지 문의함."


def test_an_end_alone(service):
    assert note(service, HUNG_UP).summary["actions"] == []


def test_a_call_whose_process_died(service):
    words = TranscriptFinal("caller", 2, "주소를 바꾸고 싶어요", "주소를 바꾸고 싶어요", (), "sherpa")
    died = CallEnded("service", "process_died", 9_000)
    wrapped = note(service, STARTED, *caller("여보세요"), FlowEntered("배송지 변경", "ask"), words, died)
    assert wrapped.summary["resolution"] == "unresolved"
    assert "주소를 바꾸기를 원함" in wrapped.summary["issue"]


def test_events_of_unknown_types_are_passed_over(service):
    log = logged([STARTED, *caller("반품하려고요"), HUNG_UP])
    unknown = {**log[1].as_json(), "type": "mind_read"}
    assert Logged.from_json(unknown) is None  # readers never hand it on, and numbers have a gap
    (wrapped,) = notes(service, [log[0], *log[2:]])
    assert wrapped.summary["issue"] == "고객이 반품을 원함."


def test_a_call_that_was_typed(service):
    typed = CallStarted("in", "chat", "", "", "누리홈쇼핑")
    wrapped = note(service, typed, *caller("반품하려고요 ㅠㅠ 😭 \u200b<b>"), HUNG_UP)
    assert "반품" in wrapped.summary["issue"]


def test_a_call_of_ours(service):
    wrapped = note(
        service, CallStarted("out", "sip", "", "01012345678", "누리홈쇼핑"), FlowEntered("해피콜", "say"), HUNG_UP
    )
    assert wrapped.summary["issue"].startswith("고객에게 해피콜로 전화함.")


@pytest.mark.parametrize("call_id", ["", "not an id", "12345678-1234-4234-8234-123456789012"])
def test_an_id_that_tells_no_time(rules, embedding, call_id):
    service = WrapUps(rules, embedding, now=lambda: MONDAY)
    log = [Logged(call_id, one.seq, one.at_ms, one.event) for one in logged([*agent("내일 방문하실 거예요"), HUNG_UP])]
    (wrapped,) = notes(service, log)
    assert wrapped.follow_ups[0]["due"] == "2026-11-24"


def test_rules_that_say_nothing(embedding):
    wrapped = note(WrapUps(WrapUpRules(), embedding), STARTED, *caller("반품하려고요"), HUNG_UP)
    assert (wrapped.suggested_code, wrapped.confidence) == ("", 0.0)
    assert wrapped.summary["issue"] == "고객이 반품을 원함."


def test_one_note_a_call(service):
    log = logged([STARTED, *caller("반품하려고요"), HUNG_UP, HUNG_UP, *caller("여보세요", 2)])
    assert len(notes(service, log)) == 1


def test_a_helper_that_is_made_anew_says_the_same(service):
    log = logged([STARTED, *caller("반품하려고요"), *agent("반품 접수했습니다"), HUNG_UP])
    assert notes(service, log) == notes(service, log)


def test_calls_side_by_side_do_not_mix(service):
    wanted = ["반품하려고요", "주소를 바꾸고 싶어요", "환불 언제 되나요", "영수증 보내 주세요"] * 5
    logs = [logged([STARTED, *caller(text), HUNG_UP]) for text in wanted]
    alone = [notes(service, log) for log in logs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda log: notes(service, log), logs)) == alone


def test_a_long_call_keeps_little(service):
    call = CallSoFar(call_id_at(MONDAY))
    helper = service.open(call)
    talk = [STARTED, *caller("니트를 반품하고 싶어요")]
    for turn in range(2, 400):
        talk += [*caller(f"그리고 {turn}번 물건은 언제 와요", turn), *agent(f"{turn}번 물건 접수했습니다", turn)]
    said = []
    for one in logged([*talk, HUNG_UP]):
        call.take(one)
        said += helper.heard(one)
    gathered = helper._gathered
    assert len(gathered.wishes) <= MOST_WISHES
    assert len(gathered.deeds) <= MOST_DEEDS
    assert len(gathered.said) <= FIRST_SAID + LAST_SAID
    assert "니트를 반품하기를 원함" in said[0].summary["issue"]


@pytest.mark.slow
def test_two_hours_of_talk(service):
    talk = [STARTED, *caller("니트를 반품하고 싶어요")]
    for turn in range(2, 2_500):
        talk += [
            *caller(f"그리고 {turn}번 물건은 언제 와요", turn),
            *agent(f"{turn}번 물건은 12월 3일에 도착합니다", turn),
        ]
    wrapped = note(service, *talk, HUNG_UP)
    assert "니트를 반품하기를 원함" in wrapped.summary["issue"]
    assert {one["due"] for one in wrapped.follow_ups} == {"2026-12-03"}


def test_a_card_that_is_told_over_several_turns_is_in_no_note(service):
    said = [
        *caller("환불은 카드로 받고 싶은데 4518 2201이요"),
        *agent("네 4518 2201 확인했습니다"),
        *caller("그다음은 3345 육칠팔구 카드로 환불해 주세요", 2),
        *agent("3345 6789 카드로 환불 접수했습니다", 2),
        *caller("주민번호는 850412예요", 3),
        *agent("뒷자리도 말씀해 주세요", 3),
        *caller("1234567이요", 4),
        *agent("주문번호 20263015 환불은 3일 안에 됩니다", 4),
    ]
    gathered = Gathering(MONDAY, service.rules.flows)
    call = CallSoFar(call_id_at(MONDAY))
    for one in logged([STARTED, *said, HUNG_UP]):
        call.take(one)
        gathered.take(one, call)
    gathered.end()
    shown = f"{note(service, STARTED, *said, HUNG_UP)} {gathered.said} {gathered.wishes} {gathered.deeds}"
    for part in ("4518", "2201", "3345", "6789", "육칠팔구", "850412", "1234567"):
        assert part not in shown, part
    assert "20263015" in shown

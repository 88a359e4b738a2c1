import pytest

from kb.entry import Entry
from tests.fakes.line import badly_heard, pressed
from tests.voicebot.dialogue import calls
from tests.voicebot.dialogue.calls import MORE, FakeServices
from voicebot.dialogue.line import Caller
from voicebot.dialogue.services import Reply
from voicebot.events import SlotCorrected, SlotFilled

DONE = "됐어요."


@pytest.fixture
def ask(tmp_path):
    """A call whose flow asks for the slots that a test describes, in YAML; the first turn is the wish for it."""

    def ask(slots, *turns, steps="", **more):
        names = [line.split(":")[0].strip() for line in slots.strip().splitlines() if not line.startswith("   ")]
        asking = steps or f"  - ask: [{', '.join(names)}]\n  - say: {DONE}\n"
        indented = "\n".join(f"  {line}" for line in slots.strip("\n").splitlines())
        flow = f"flow: 예약\nabout: 예약\nexamples: [예약하고 싶어요]\nslots:\n{indented}\nsteps:\n{asking}"
        return calls.call(tmp_path, flow + more.pop("flows", ""), "예약하고 싶어요", *turns, **more)

    return ask


ORDER = "번호: {type: order_number, ask: 주문번호는요?, easier: 여덟 자리예요., confirm: never}"
SURE_ORDER = "번호: {type: order_number, ask: 주문번호는요?, confirm: always, confirm_ask: '{번호}번 맞으세요?'}"
DAY = "날짜: {type: date, ask: 며칠이요?}"
TIME = "시각: {type: time, ask: 몇 시요?}"
TEA = "찻잎: {type: choice, options: {녹차: [], 홍차: []}, ask: 녹차요 홍차요?}"
PHONE = "전화: {type: phone, ask: 전화번호는요?}"


# ---- asking


def test_prompts_take_turns_and_are_filled(ask):
    slots = TEA + "\n날짜: {type: date, ask: ['{찻잎}(을/를) 며칠에 드려요?', 다시 며칠이요?]}"
    steps = f"  - id: 처음\n    ask: [찻잎, 날짜]\n  - forget: 날짜\n  - ask: 날짜\n  - say: {DONE}\n"
    asked = ask(slots, "녹차", "내일", "모레", steps=steps)
    assert asked.heard(2) == "녹차를 며칠에 드려요?"
    assert asked.heard(3) == "다시 며칠이요?"


def test_the_line_knows_what_is_asked_for(ask):
    asked = ask(ORDER)
    assert asked.line.asked[-1] is asked.conversation.mind.asked(asked.conversation.mind.flows["예약"], "번호").slot


def test_who_does_not_know_what_is_needed_is_told_so(ask):
    assert ask(ORDER, "모르겠어요").heard() == "이 정보가 있어야 도와드릴 수 있어요. 여덟 자리예요."


def test_an_optional_slot_may_be_left_open(ask):
    skipped = ask("메모: {type: digits, lengths: [3], ask: 쿠폰은요?, optional: true}\n" + DAY, "모르겠어요", "내일")
    assert skipped.heard(2) == "며칠이요?"
    assert skipped.heard(3) == f"{DONE} {MORE}"
    assert list(skipped.filled) == ["날짜"]


def test_keys_answer_too(ask):
    assert ask(ORDER, pressed("20261122")).filled == {"번호": "20261122"}


def test_a_flow_can_be_given_up(ask):
    assert ask(ORDER, "그만할래요").heard() == f"네, 그만할게요. {MORE}"


# ---- what does not fit


@pytest.mark.parametrize(
    ("slot", "said", "complaint"),
    [
        (DAY, "어제요", "지난 날짜예요. 앞으로의 날짜로 말씀해 주시겠어요?"),
        (
            "날짜: {type: date, wants: past, ask: 며칠이요?}",
            "내일이요",
            "아직 오지 않은 날짜예요. 다시 말씀해 주시겠어요?",
        ),
        (DAY, "이월 삼십일이요", "그런 날짜는 없어요. 다시 말씀해 주시겠어요?"),
        (
            "돈: {type: amount, least: 1000, ask: 얼마요?}",
            "오백 원이요",
            "그보다 큰 금액이어야 해요. 다시 말씀해 주시겠어요?",
        ),
        (
            "돈: {type: amount, most: 1000, ask: 얼마요?}",
            "오천 원이요",
            "그보다 작은 금액이어야 해요. 다시 말씀해 주시겠어요?",
        ),
        ("전화: {type: phone, mobile_only: true, ask: 번호는요?}", "02-312-4567", "휴대전화 번호로 말씀해 주시겠어요?"),
        (ORDER, pressed("20261122334455"), "8나 12 자리 번호인데 14 자리를 들었어요. 처음부터 다시 말씀해 주시겠어요?"),
        ("날짜: {type: date, ask: 며칠이요?, invalid: {past: 벌써 지났어요.}}", "어제요", "벌써 지났어요."),
        ("날짜: {type: date, ask: 며칠이요?, invalid: 안 돼요.}", "어제요", "안 돼요."),
        (
            "돈: {type: amount, ask: 얼마요?, valid: 돈 != 500}",
            "오백 원이요",
            "그 값으로는 어려워요. 다시 말씀해 주시겠어요?",
        ),
        (
            "돈: {type: amount, ask: 얼마요?, valid: 돈 != 500, invalid: {rule: 오백은 안 돼요.}}",
            "오백 원",
            "오백은 안 돼요.",
        ),
    ],
)
def test_what_does_not_fit_is_said(ask, slot, said, complaint):
    refused = ask(slot, said)
    assert refused.heard() == complaint
    assert refused.filled == {}


def test_after_too_many_tries_a_person_takes_over(ask):
    handed = ask("날짜: {type: date, ask: 며칠이요?, retries: 1}", "어제요", "그제요")
    assert handed.heard() == "제가 잘 알아듣지 못해서 상담사에게 연결해 드릴게요."
    assert handed.ending.reason == "low_confidence"


# ---- confirming


def test_never_confirmed(ask):
    assert ask(ORDER, badly_heard("이공이육일일이삼", 0.6)).heard() == f"{DONE} {MORE}"


@pytest.mark.parametrize(("sure", "then"), [(0.6, "20261123(이/가) 맞으세요?"), (1.0, f"{DONE} {MORE}")])
def test_confirmed_when_unsure(ask, sure, then):
    asked = ask("번호: {type: order_number, ask: 주문번호는요?}", badly_heard("이공이육일일이삼", sure))
    assert asked.heard() == then.replace("(이/가)", "이")


def test_always_confirmed(ask):
    confirmed = ask(SURE_ORDER, "20261123", "네")
    assert confirmed.heard(2) == "20261123번 맞으세요?"
    assert confirmed.filled == {"번호": "20261123"}


def test_a_no_asks_again(ask):
    again = ask(SURE_ORDER, "20261123", "아니요", "20261122", "네")
    assert again.heard(3) == "주문번호는요?"
    assert again.filled == {"번호": "20261122"}
    assert again.line.of(SlotCorrected) == []


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("아니 삼공일오예요", "20263015"),
        ("끝자리가 삼이 아니라 사예요", "20261124"),
        ("아니 이공이육일일이이요", "20261122"),
        ("이공이육일일이삼이 아니라 이공이육일일이이요", "20261122"),
        ("20261125요", "20261125"),
    ],
)
def test_a_number_is_put_right_while_it_is_confirmed(ask, said, right):
    corrected = ask(SURE_ORDER, "20261123", said, "네")
    assert corrected.heard(3) == f"{right}번 맞으세요?"
    assert corrected.filled == {"번호": right}


def test_a_telephone_number_keeps_what_was_not_said_anew(ask):
    corrected = ask(
        "전화: {type: phone, ask: 전화번호는요?, confirm: always}", "02-312-4567", "아니 사오육팔이요", "네"
    )
    assert corrected.filled == {"전화": "023124568"}


def test_a_value_put_right_must_fit_too(ask):
    slot = "날짜: {type: date, ask: 며칠이요?, confirm: always, valid: 날짜 != 오늘}"
    assert ask(slot, "내일", "아니 오늘이요", "네").filled.get("날짜") != "2026-11-23"


def test_a_question_while_confirming_is_answered(ask):
    hours = [Entry("F1", "주차장은 어디 있나요", "뒤에 있어요.")]
    asked = ask(SURE_ORDER, "20261123", "주차장은 어디 있나요", "네", faq=hours)
    assert asked.heard(3) == "뒤에 있어요. 그럼 계속할게요. 20261123번 맞으세요?"
    assert asked.filled == {"번호": "20261123"}


def test_a_flow_can_be_given_up_while_confirming(ask):
    assert ask(SURE_ORDER, "20261123", "그만둘래요").filled == {}


# ---- corrections of what was answered before


def test_an_earlier_answer_is_put_right(ask):
    corrected = ask(DAY + "\n" + TIME, "내일", "아니 모레요", "오후 두 시요")
    assert corrected.heard(3) == "네, 11월 25일로 바꿀게요. 몇 시요?"
    assert [event.value for event in corrected.line.of(SlotCorrected)] == ["2026-11-25"]
    assert corrected.filled == {"날짜": "2026-11-25", "시각": "14:00"}


def test_the_flow_goes_back_to_where_it_was_asked(ask):
    steps = "  - ask: 날짜\n  - say: '{날짜}에는 자리가 있어요.'\n  - ask: 시각\n  - say: 됐어요.\n"
    assert ask(DAY + "\n" + TIME, "내일", "아니 모레요", steps=steps).heard() == (
        "네, 11월 25일로 바꿀게요. 11월 25일에는 자리가 있어요. 몇 시요?"
    )


def test_also_into_a_branch(ask):
    steps = "  - branch: [{steps: [{ask: 날짜}, {say: '{날짜}이요.'}]}]\n  - ask: 시각\n  - say: 됐어요.\n"
    back = ask(DAY + "\n" + TIME, "내일", "아니 모레요", "오후 두 시요", steps=steps)
    assert back.heard(3) == "네, 11월 25일로 바꿀게요. 11월 25일이요. 몇 시요?"
    assert back.heard(4).startswith(DONE)


def test_what_was_done_already_cannot_be_put_right_here(ask):
    steps = "  - ask: 날짜\n  - {call: 예약, method: POST, path: /bookings}\n  - ask: 시각\n"
    services = FakeServices({"POST /bookings": Reply(201, {}, 1)})
    late = ask(DAY + "\n" + TIME, "내일", "아니 모레요", steps=steps, services=services)
    assert late.heard() == "그 건은 이미 처리되어 여기서는 바꿀 수 없어요. 상담사에게 연결해 드릴게요."
    assert late.ending.reason == "flow"
    assert late.line.of(SlotCorrected) == []


def test_a_number_that_the_flow_sent_back_is_put_right(ask):
    steps = """  - id: 처음
    ask: 번호
  - call: 예약
    path: /orders/{번호}
    answers: {404: [{say: 그런 주문은 없어요., forget: 번호, go: 처음}]}
  - say: 됐어요.
"""
    services = FakeServices({"GET /orders/20263015": Reply(200, {}, 1)})
    corrected = ask(ORDER, "20263016", "아니 삼공일오예요", steps=steps, services=services)
    assert corrected.heard(2) == "그런 주문은 없어요. 주문번호는요?"
    assert corrected.heard(3) == f"{DONE} {MORE}"


# ---- answers in pieces


def test_a_number_in_pieces(ask):
    pieces = ask(ORDER, "이공이육", "일일이오")
    assert pieces.heard(2) == "네, 이어서 말씀해 주세요."
    assert pieces.filled == {"번호": "20261125"}


def test_a_telephone_number_in_three_pieces(ask):
    assert ask(PHONE, "공일공", "일이삼사", "오육칠팔").filled == {"전화": "01012345678"}


def test_a_number_told_from_its_beginning_again(ask):
    assert ask(ORDER, "이공이육", "이공이육일일이오").filled == {"번호": "20261125"}


def test_a_time_in_two_pieces(ask):
    pieces = ask(TIME, "세 시", "오후요")
    assert pieces.heard(2) == "오전이에요, 오후예요?"
    assert pieces.filled == {"시각": "15:00"}


# ---- what is known already

NAME = "이름: {type: digits, lengths: [4], ask: 회원번호는요?, keep: KEEP}"


@pytest.mark.parametrize(
    ("keep", "then"), [("flow", "회원번호는요?"), ("call", f"{DONE} {MORE}"), ("confirm", "1234가 맞으세요?")]
)
def test_how_long_a_value_lives(ask, keep, then):
    assert ask(NAME.replace("KEEP", keep), "일이삼사", "예약하고 싶어요").heard() == then


def test_a_value_of_old_is_confirmed_once(ask):
    kept = ask(NAME.replace("KEEP", "confirm"), "일이삼사", "예약하고 싶어요", "네")
    assert kept.heard() == f"{DONE} {MORE}"


def test_or_put_right(ask):
    kept = ask(NAME.replace("KEEP", "confirm"), "일이삼사", "예약하고 싶어요", "아니 일이삼오예요")
    assert kept.heard() == f"{DONE} {MORE}"
    assert kept.filled == {"이름": "1235"}


def test_or_asked_anew(ask):
    assert ask(NAME.replace("KEEP", "confirm"), "일이삼사", "예약하고 싶어요", "아니요").heard() == "회원번호는요?"


def test_the_callers_number_is_not_asked_for(ask):
    slot = "전화: {type: phone, ask: 전화번호는요?, from_call: caller_number}"
    assert ask(slot, caller=Caller("01012345678")).filled == {"전화": "01012345678"}
    assert ask(slot).heard() == "전화번호는요?"


# ---- several in one sentence


def test_several_answers_in_one_sentence(ask):
    assert ask(DAY + "\n" + TIME, "내일 오후 세 시요").filled == {"날짜": "2026-11-24", "시각": "15:00"}


def test_an_answer_to_a_later_question_first(ask):
    told = ask(DAY + "\n" + TIME, "오후 세 시요", "내일")
    assert told.heard(2) == "네, 오후 3시. 며칠이요?"
    assert told.filled == {"날짜": "2026-11-24", "시각": "15:00"}


def test_what_the_wish_already_tells_is_not_asked(tmp_path):
    asking = f"slots:\n  {DAY}\n  {TIME}\nsteps: [{{ask: [날짜, 시각]}}]\n"
    flow = f"flow: 예약\nabout: 예약\nexamples: [내일 예약하고 싶어요]\n{asking}"
    assert calls.call(tmp_path, flow, "내일 예약하고 싶어요").heard() == "몇 시요?"


# ---- what the log must not have

BORN = "생일: {type: digits, lengths: [6], called: [생년월일], ask: 생년월일은요?, private: true}"


def events(call):
    return [event for event in call.line.events if isinstance(event, SlotFilled | SlotCorrected)]


def test_private_answers_are_masked(ask):
    (event,) = events(ask(BORN, "850412"))
    assert (event.value, event.written, event.spoken) == ("******",) * 3


def test_private_corrections_are_masked(ask):
    slots = BORN + "\n" + DAY
    event = events(ask(slots, "850412", "아니 850413이요"))[-1]
    assert isinstance(event, SlotCorrected)
    assert event.value == event.written == "******"
    assert set(event.spoken) == {"*"}


def test_the_flow_still_knows_them(ask):
    services = FakeServices({"GET /850412": Reply(200, {}, 1)})
    ask(BORN, "850412", steps="  - ask: 생일\n  - {call: 예약, path: '/{생일}'}\n", services=services)
    assert services.calls[0][0] == "GET /850412"


def test_what_was_told_beside_them_is_masked_as_spoken(ask):
    told = events(ask(DAY + "\n" + BORN, "내일이요 생년월일은 850412예요"))
    assert {event.slot for event in told} == {"날짜", "생일"}
    assert all("850412" not in f"{event.spoken}{event.value}{event.written}" for event in told)
    assert next(event.value for event in told if event.slot == "날짜") == "2026-11-24"


def test_they_are_not_repeated_aloud_unasked(ask):
    assert ask(TEA + "\n" + BORN, "생년월일은 850412예요").heard() == "네. 녹차요 홍차요?"


def test_nor_told_to_the_person(ask):
    handed = ask(BORN + "\n" + DAY, "850412", "상담원 연결")
    assert handed.ending.summary == "예약. 고객 말씀: 상담원 연결. 생일 ******"

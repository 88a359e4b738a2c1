"""Questions that are not understood are asked for the keypad."""

from functools import partial

import pytest

from tests.fakes.line import badly_heard, pressed
from tests.voicebot.dialogue import calls
from voicebot.dialogue.keypad import numbered, tells_keys

KEYS = "전화기 숫자판으로 눌러 주셔도 돼요."


@pytest.fixture
def ask(tmp_path):
    """A call in which one slot is asked for, and is answered."""

    def asked(slot, *turns):
        steps = f"steps: [{{ask: {slot.partition(':')[0]}}}]\n"
        flow = f"flow: 예약\nabout: 예약\nexamples: [예약할게요]\nslots:\n  {slot}\n{steps}"
        return partial(calls.call, tmp_path)(flow, "예약할게요", *turns)

    return asked


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        ("번호: {type: digits, lengths: [4], ask: 몇 번이요?}", KEYS),
        ("번호: {type: phone, ask: 몇 번이요?}", KEYS),
        ("번호: {type: order_number, ask: 몇 번이요?}", KEYS),
        ("맞나: {type: yes_no, ask: 맞아요?}", "예는 1번, 아니요는 2번"),
        ("날: {type: date, ask: 며칠이요?}", "칠월 오일이면 영칠영오예요."),
        ("때: {type: time, ask: 몇 시요?}", "오후 세 시면 일오영영이에요."),
        ("차: {type: choice, options: {녹차: [], 홍차: []}, ask: 무슨 차요?}", "녹차는 1번, 홍차는 2번을 눌러"),
    ],
)
def test_after_two_misses_the_bot_says_how_to_key_the_answer(ask, slot, told):
    missed = ask(slot, "으어어", "그으윽")
    assert told not in missed.heard(2)
    assert told in missed.heard(3)


@pytest.mark.parametrize("slot", ["글: {type: text, ask: 뭐요?}", "이름: {type: name, ask: 성함이요?}"])
def test_what_cannot_be_keyed_is_not_asked_for_so(ask, slot):
    assert "숫자판" not in " ".join(said.text for said in ask(slot, "으어어", "그으윽").line.said)


def test_a_question_that_speaks_of_keys_itself_is_enough(ask):
    slot = "번호: {type: digits, lengths: [4], ask: 몇 번이요?, easier: 전화기 버튼으로 눌러 주세요.}"
    assert ask(slot, "으어어", "그으윽").heard() == "전화기 버튼으로 눌러 주세요."


def test_the_answer_is_keyed(ask):
    keyed = ask("번호: {type: digits, lengths: [4], ask: 몇 번이요?}", "으어어", "그으윽", pressed("1234"))
    assert keyed.filled == {"번호": "1234"}


def test_too_few_digits_are_a_miss_as_well(ask):
    missed = ask("번호: {type: digits, lengths: [6], ask: 몇 번이요?}", "일이삼사오육칠팔이요", "일이삼사오육칠팔이요")
    assert KEYS not in missed.heard(2)
    assert missed.heard(3).endswith(KEYS)


def test_a_value_that_is_heard_well_and_is_not_allowed_is_no_miss_of_the_ear(ask):
    assert "숫자판" not in ask("날: {type: date, ask: 며칠이요?}", "어제요", "그제요").heard()


# ---- values that are heard wrongly again and again


def test_a_value_that_is_wrong_twice_is_asked_for_by_keys_and_the_third_time_a_person_takes_over(ask):
    turns = [turn for digit in "삼사오" for turn in (badly_heard(f"이공이육일일이{digit}", 0.6), "아니요")]
    handed = ask("번호: {type: order_number, ask: 몇 번이요?}", *turns)
    assert handed.heard(3) == "몇 번이요?"
    assert handed.heard(5) == f"몇 번이요? {KEYS}"
    assert handed.heard(7) == "제가 잘 알아듣지 못해서 상담사에게 연결해 드릴게요."
    assert handed.ending.reason == "low_confidence"


def test_a_confirmation_that_is_not_understood_is_asked_for_by_keys(ask):
    slot = "번호: {type: order_number, ask: 몇 번이요?, confirm: always}"
    missed = ask(slot, "이공이육일일이삼", "으어어", "그으윽")
    assert missed.heard().endswith("전화기 숫자판으로 예는 1번, 아니요는 2번을 눌러 주셔도 돼요.")
    assert ask(slot, "이공이육일일이삼", "으어어", "그으윽", pressed("1")).filled == {"번호": "20261123"}


# ---- words


def test_what_is_numbered_has_its_particles():
    assert numbered([("1", "배송"), ("2", "주문 조회"), ("0", "AS")]) == "배송은 1번, 주문 조회는 2번, AS는 0번"
    assert numbered([]) == ""


@pytest.mark.parametrize(("text", "tells"), [("눌러 주세요", True), ("버튼으로요", True), ("말씀해 주세요", False)])
def test_what_tells_of_keys(text, tells):
    assert tells_keys(text) is tells

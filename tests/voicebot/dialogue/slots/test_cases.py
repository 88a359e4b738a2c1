"""Every hand-written case, all properties that hold for any text, and the time a turn can spend here."""

from datetime import datetime
from datetime import time as time_of_day
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timing import cpu_s, timed
from tests.voicebot.dialogue.slots.table import SLOTS, WEDNESDAY, Case, cases, told
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import OrderNumber, Phone, Slot, Time, correction, to_json
from voicebot.text import to_spoken
from voicebot.text.numbers import digit_by_digit

NOW = datetime.fromisoformat(WEDNESDAY)
LEAST_ACCURACY = 0.97
NINE_TO_SIX = {"opens": time_of_day(9), "closes": time_of_day(18)}
SETTINGS: dict[str, dict[str, Any]] = {
    "choice": {"options": {"빨강": ["레드"], "파랑": [], "1개월": ["한 달"]}},
    "digits": {"lengths": (4, 6), "called": ("회원번호",)},
    "time": NINE_TO_SIX,
}
EVERY: tuple[Slot, ...] = (*(make(**SETTINGS.get(kind, {})) for kind, make in SLOTS.items()), Time())


@pytest.mark.parametrize("kind", SLOTS)
def test_hand_written_cases(kind: str) -> None:
    found = [(case, case.got()) for case in cases(kind)]
    wrong = [f"{case}: {got}, not {case.expected}" for case, got in found if got != case.expected]
    accuracy = 1 - len(wrong) / len(found)
    print(f"{kind}: {accuracy:.1%} of {len(found)}")
    assert accuracy >= LEAST_ACCURACY, "\n".join(wrong)


def test_there_are_enough_cases() -> None:
    assert sum(1 for kind in SLOTS for _ in cases(kind)) >= 1000


# ---- whatever is said

PIECES = """
네 아니 아니요 맞아요 괜찮 됐 말고 이 가 아니라 삼 공 일 오 팔 구 이 십 백 천 만 억 원 시 반 분 전 년 월 다음 주
이번 달 화 요일 말 초 오전 오후 내일 모레 사흘 뒤 김 민수 이름은 저는 라고 합니다 첫 번째 마지막 빨강 파랑 레드
1 2 30 35,000 010-1234-5678 2026- / : ~ # * . , ? 끝자리 네 자리 에서 사이 까지 이후 음력 2월 30일 다시 어 음 그
요 이요 예요 ㅋ 😀 A
"""
ODD = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
NEAR = st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=16).map("".join)


@given(
    ODD | NEAR,
    st.booleans(),
    st.sampled_from(["speech", "dtmf", "typed"]),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
)
@settings(max_examples=200, deadline=None)
def test_no_text_raises_and_what_is_found_lies_within(text: str, asked: bool, source: str, now: datetime) -> None:
    heard = Heard.of(text, source=source, confidence=0.8)  # type: ignore[arg-type]
    for slot in EVERY:
        found = slot.find(heard, now, asked=asked)
        if found:
            assert 0 <= found.start < found.end <= len(heard.written), slot
            assert 0 < found.confidence <= 0.8, slot
            assert found.written, slot
            to_json(found.value)
    correction(heard)


@given(st.from_regex(r"[1-9][0-9]{7}|[1-9][0-9]{11}", fullmatch=True), st.sampled_from(["", "주문번호는 ", "어 그 "]))
@settings(max_examples=50, deadline=None)
def test_order_numbers_round_trip(digits: str, before: str) -> None:
    if not digits.isascii():
        return
    for spoken in (digit_by_digit(digits, zero="공"), " ".join(digit_by_digit(digits))):
        found = OrderNumber().find(Heard.of(f"{before}{spoken}"), NOW, asked=True)
        assert found is not None
        assert (found.value, found.problem) == (digits, None)


@given(st.from_regex(r"[1-9][0-9]{7}", fullmatch=True))
@settings(max_examples=50, deadline=None)
def test_numbers_read_as_amounts_round_trip_with_less_confidence(digits: str) -> None:
    if not digits.isascii():
        return
    found = OrderNumber().find(Heard.of(to_spoken(digits).text), NOW, asked=True)
    assert found is not None
    assert found.value == digits
    assert found.confidence < 0.9


@given(st.from_regex(r"010[2-9][0-9]{7}", fullmatch=True))
@settings(max_examples=50, deadline=None)
def test_telephones_round_trip(digits: str) -> None:
    if not digits.isascii():
        return
    grouped = f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    found = Phone().find(Heard.of(to_spoken(f"제 번호는 {grouped}입니다").text), NOW, asked=False)
    assert told(found) == grouped


@given(st.dates(NOW.date(), datetime(2100, 1, 1).date()))
@settings(max_examples=50, deadline=None)
def test_dates_round_trip(day: object) -> None:
    found = SLOTS["date"]().find(Heard.of(to_spoken(str(day)).text), NOW, asked=True)
    assert found is not None
    assert found.value == day


# ---- one core, milliseconds

ORDINARY = (
    "네",
    "아니 그거 말고 다음 주 화요일 오후 세 시로 해 주세요",
    "주문번호가 어 그 이공이육에 일일이이인데요",
    "저는 김민수라고 하는데요 전화번호는 공일공에 일이삼사에 오육칠팔이에요",
    "삼만 오천 원짜리 운동화 환불하려고 전화드렸는데 아직 입금이 안 됐어요",
)
MOST_MS = 0.3


def _fastest_ms(slot: Slot, heard: Heard) -> float:
    return cpu_s(lambda: slot.find(heard, NOW, asked=True), 20) * 1000


@pytest.mark.parametrize("slot", EVERY, ids=lambda slot: type(slot).__name__)
def test_ordinary_sentences_are_read_in_no_time(slot: Slot) -> None:
    slowest = max(_fastest_ms(slot, Heard.of(spoken)) for spoken in ORDINARY)
    print(f"{type(slot).__name__}: {slowest:.3f} ms")
    assert slowest < MOST_MS


@pytest.mark.parametrize("slot", EVERY, ids=lambda slot: type(slot).__name__)
@pytest.mark.parametrize("repeated", ["네 ", "일", "삼 공 ", "김", "오후 세 시 ", "어 그 ", "1,", "다음 주 ", "아니 "])
def test_long_talk_does_not_hang(slot: Slot, repeated: str) -> None:
    heard = Heard.of((repeated * 1000)[:1000])
    with timed() as spent:
        slot.find(heard, NOW, asked=True)
    assert spent.s < 1


def test_a_case_tells_what_it_is() -> None:
    case = Case(SLOTS["yes_no"](), Heard.of("네"), NOW, False, "-")
    assert str(case) == "네 (YesNo(offer=True), not asked)"

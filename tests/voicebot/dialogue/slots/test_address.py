"""Addresses of callers: in the sample company's book, and without any."""

import csv
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.address import AddressBook
from tests.timing import cpu_s, timed
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import Found, Slot
from voicebot.dialogue.slots.address import AddressSlot, AnyAddress

NURI = Path(__file__).parents[4] / "scenarios/nuri"
NOW = datetime(2026, 11, 25, 10)
MOST_MS = 5
MOST_FALSE = 0.01


@pytest.fixture(scope="module")
def slot() -> AddressSlot:
    return AddressSlot(AddressBook.of_file(NURI / "addresses.txt"))


def find(slot: Slot, said: str, *, asked: bool = True) -> Found | None:
    return slot.find(Heard.of(said), NOW, asked=asked)


def told(found: Found | None) -> str:
    return " ".join(filter(None, (found.written, found.problem))) if found else "-"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("세종시 한누리대로 이천백삼십 이백삼동 천사호", "세종특별자치시 한누리대로 2130, 203동 1004호"),
        ("서울시청이요", "서울특별시 중구 세종대로 110"),
        ("네 그 어 서울역이요", "서울특별시 용산구 한강대로 405"),
        ("서울시청 오층 민원실이요", "서울특별시 중구 세종대로 110, 5층"),
        ("배송지를 세종대로 백십으로 바꿔 주세요", "서울특별시 중구 세종대로 110"),
        ("광명시 시청로 이십 삼층", "경기도 광명시 시청로 20, 3층"),
        ("성남시 수정구 성남대로 천삼백사십이", "경기도 성남시 수정구 성남대로 1342"),
        ("용인시 처인구 포곡읍 에버랜드로 백구십구", "경기도 용인시 처인구 포곡읍 에버랜드로 199"),
        ("강남구 테헤란노 백오십이", "서울특별시 강남구 테헤란로 152"),
        # corrections
        ("서울시 중구 세종대로 백 아니 백십이요", "서울특별시 중구 세종대로 110"),
        ("세종대로 백십이 아니라 백칠십오예요", "서울특별시 종로구 세종대로 175"),
        ("한누리대로 이천백사십 아니다 이천백삼십", "세종특별자치시 한누리대로 2130"),
        ("한누리대로 이천백오십 아니다 오십사요", "세종특별자치시 한누리대로 2154"),
        ("서울시 중구 세종대로 백십 아니 강남구 테헤란로 백오십이", "서울특별시 강남구 테헤란로 152"),
        ("한누리대로 2130 203동 1004호 아니 204동이요", "세종특별자치시 한누리대로 2130, 204동 1004호"),
        ("아니 테헤란로 백오십이요", "서울특별시 강남구 테헤란로 152"),
        ("한누리대로 이천백사십 말고 이천백삼십이요", "세종특별자치시 한누리대로 2130"),
        ("세종대로 백십에 아 잠시만요 백칠십오요", "서울특별시 종로구 세종대로 175"),
        ("세종대로 백십 아니 그게 아니라 테헤란로 백오십이 삼층이요", "서울특별시 강남구 테헤란로 152, 3층"),
        ("테헤란로 아니 광교산로 백오십사 다시 사십이", "경기도 수원시 영통구 광교산로 154-42"),
        ("서울특별시 중구 세종대로 110 아니 5층이요", "서울특별시 중구 세종대로 110, 5층"),
        # an earlier value and what is put right, as the conversation joins them
        ("서울특별시 중구 세종대로 110, 203동 1004호 아니 1005호", "서울특별시 중구 세종대로 110, 203동 1005호"),
        # in pieces, as the conversation joins them
        ("서울시 강남구 테헤란로요 백오십이번지요", "서울특별시 강남구 테헤란로 152"),
        ("대학로 오십이요 충주요", "충청북도 충주시 대소원면 대학로 50"),
        ("한누리대로요 이천백삼십이요 이백삼동 천사호요", "세종특별자치시 한누리대로 2130, 203동 1004호"),
        ("서울시 강남구요 테헤란로요 백오십 아니 백오십이요", "서울특별시 강남구 테헤란로 152"),
        # more is needed
        ("테헤란로요", "서울특별시 강남구 테헤란로 partial"),
        ("서울시 강남구", "서울특별시 강남구 partial"),
        ("대학로 오십", "대학로 50 partial"),
        ("시청로요", "시청로 partial"),
        ("광주시청", "광주시청 partial"),
        # not in the book
        ("강남구 테헤란로 이백이십", "서울특별시 강남구 테헤란로 220"),
        ("화성시 동탄대로 오백", "화성시 동탄대로 500 unknown"),
        ("서울시 강남구 압구정로데오길 이십", "서울시 강남구 압구정로데오길 20 unknown"),
        ("도쿄도 신주쿠구 니시신주쿠 이 다시 팔 다시 일", "도쿄도 신주쿠구 니시신주쿠 2-8-1 unknown"),
        # no address at all
        ("상담원 연결해 주세요", "-"),
        ("내일로 세 시에 해 주세요", "-"),
        ("집이 아니라 회사로 보내 주세요", "-"),
        ("", "-"),
    ],
)
def test_answers(slot: AddressSlot, said: str, expected: str) -> None:
    assert told(find(slot, said)) == expected


def test_the_value_is_what_is_written_and_stands_where_it_was_said(slot: AddressSlot) -> None:
    heard = Heard.of("배송지를 서울시 중구 세종대로 백십번지 오층으로 바꿔 주세요", confidence=0.9)
    found = slot.find(heard, NOW, asked=True)
    assert found is not None
    assert found.value == found.written == "서울특별시 중구 세종대로 110, 5층"
    assert heard.written[found.start : found.end] == "서울시 중구 세종대로 110번지 5층"
    assert 0.85 < found.confidence <= 0.9


def test_a_number_that_the_book_has_not_got_is_confirmed(slot: AddressSlot) -> None:
    found = find(slot, "강남구 테헤란로 이백이십")
    assert found is not None
    assert 0.5 <= found.confidence < 0.75


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("배송지를 세종대로 백십으로 바꿔 주세요", "서울특별시 중구 세종대로 110"),
        ("서울 용산구 서울역으로 보내 주세요", "서울특별시 용산구 한강대로 405"),
        ("서울역이요", "-"),
        ("테헤란로요", "-"),
        ("서울시 강남구요", "-"),
        ("강남구 테헤란로 이백이십", "-"),
        ("화성시 동탄대로 오백", "-"),
    ],
)
def test_what_was_not_asked_for_must_be_clear(slot: AddressSlot, said: str, expected: str) -> None:
    assert told(find(slot, said, asked=False)) == expected


def test_its_own_form_is_found_again(slot: AddressSlot) -> None:
    written = "경기도 용인시 처인구 포곡읍 에버랜드로 199, 지하 1층"
    assert told(find(slot, written)) == written


def test_keys_are_no_address(slot: AddressSlot) -> None:
    for kind in (slot, AnyAddress()):
        assert kind.find(Heard.of("110", source="dtmf"), NOW, asked=True) is None


def test_questions_are_hardly_ever_taken_for_an_address(slot: AddressSlot) -> None:
    with (NURI / "faq.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    questions = [text for row in rows for text in (row["question"], *row["examples"].split("|")) if text]
    for kind in (slot, AnyAddress()):
        false = [text for text in questions if find(kind, text)]
        assert len(false) <= MOST_FALSE * len(questions), false
    assert len(questions) > 300


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("경기도 화성시 동탄대로 오백", "경기도 화성시 동탄대로 500"),
        ("화성시 동탄대로 오백 백일동 천사호요", "화성시 동탄대로 500 101동 1004호"),
        ("서울시 강남구 역삼동 칠백이십번지입니다", "서울시 강남구 역삼동 720번지"),
        ("서울시 강남구 테헤란로요", "서울시 강남구 테헤란로 partial"),
        ("상담원 연결해 주세요", "-"),
        ("박스가 두 개로 와요", "-"),
        ("선결제로 삼만 원 냈어요", "-"),
    ],
)
def test_without_a_book_it_is_taken_as_it_was_said(said: str, expected: str) -> None:
    assert told(find(AnyAddress(), said)) == expected


def test_without_a_book_and_unasked_it_needs_a_region_and_a_number() -> None:
    assert told(find(AnyAddress(), "화성시 동탄대로 오백으로 보내 주세요", asked=False)) == "화성시 동탄대로 500"
    assert find(AnyAddress(), "동탄대로요", asked=False) is None


PIECES = """
서울시 중구 세종대로 테헤란로 110 백십 이 다시 아니 아니다 말고 가 아니라 203동 1004호 지하 층 요 으로 바꿔
주세요 , . - A
"""
ODD = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
NEAR = st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=16).map("".join)


@given(text=ODD | NEAR, asked=st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_text_raises_and_what_is_found_lies_within(slot: AddressSlot, text: str, asked: bool) -> None:
    heard = Heard.of(text, confidence=0.8)
    for kind in (slot, AnyAddress()):
        found = kind.find(heard, NOW, asked=asked)
        if found:
            assert 0 <= found.start < found.end <= len(heard.written)
            assert 0 < found.confidence <= 0.8
            assert found.written


ORDINARY = (
    "네",
    "세종시 한누리대로 이천백삼십 이백삼동 천사호요",
    "주문번호가 어 그 이공이육에 일일이이인데요",
    "삼만 오천 원짜리 운동화 환불하려고 전화드렸는데 아직 입금이 안 됐어요",
    "강남구 태해란노 백오십이",
)


def test_ordinary_sentences_are_read_in_no_time(slot: AddressSlot) -> None:
    for said in ORDINARY:
        heard = Heard.of(said)
        assert cpu_s(partial(slot.find, heard, NOW, asked=True), 10) * 1000 < MOST_MS, said


@pytest.mark.parametrize("repeated", ["세종대로 ", "일 아니 ", "서울시 ", "가 나 ", "아니 ", "1-"])
def test_long_talk_does_not_hang(slot: AddressSlot, repeated: str) -> None:
    heard = Heard.of((repeated * 1000)[:1000])
    with timed() as spent:
        slot.find(heard, NOW, asked=True)
        AnyAddress().find(heard, NOW, asked=True)
    assert spent.s < 1

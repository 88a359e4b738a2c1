from datetime import datetime

import pytest

from assist.wrapup.predicate import sentences
from assist.wrapup.promises import promises_in, together

MONDAY = datetime(2026, 11, 23, 14, 0)


def promised(*said):
    found = [promise for text in said for sentence in sentences(text) for promise in promises_in(sentence, MONDAY)]
    return [(promise.as_json()["what"], promise.as_json()["due"]) for promise in together(found)]


def test_a_promise_has_its_day():
    assert promised("네 고객님 내일까지 연락드리겠습니다") == [("내일까지 연락드릴 예정", "2026-11-24")]
    assert promised("영업일 3일 안에 입금됩니다") == [("영업일 3일 안에 입금될 예정", "2026-11-26")]


def test_a_promise_without_a_day_is_one_too():
    assert promised("담당 부서에 전하고 010-1234-5678번으로 연락드릴게요.") == [
        ("담당 부서에 전하고 010-1234-5678번으로 연락드릴 예정", "")
    ]


def test_a_promise_inside_a_sentence_is_found():
    said = "11월 25일에 택배 기사님이 찾아가니 받으신 상자에 담아 두세요."
    assert promised(said) == [("11월 25일에 택배 기사님이 찾아갈 예정", "2026-11-25")]


@pytest.mark.parametrize(
    "said",
    [
        "월요일에 다시 전화 주시겠어요",
        "내일 방문할까요?",
        "보통 3일 안에 도착합니다",
        "상담사에게 연결해 드릴게요",
        "그럼 계속할게요",
        "어제 보내 드렸습니다",
        "내일은 방문이 어렵습니다",
        "25일쯤 받으실 수 있어요",
        "접수하지 않을게요",
        "30일 안에 신청하시면 됩니다",
    ],
)
def test_questions_rules_and_courtesies_promise_nothing(said):
    assert promised(said) == []


def test_what_is_said_twice_is_promised_once():
    assert promised("내일 연락드리겠습니다", "그럼 내일 연락드릴게요", "연락드리겠습니다") == [
        ("내일 연락드릴 예정", "2026-11-24")
    ]


def test_a_corrected_day_takes_the_place_of_the_first():
    said = ("12월 5일에 도착할 예정입니다", "12월 5일이 아니라 12월 7일에 도착할 예정입니다")
    assert [due for _, due in promised(*said)] == ["2026-12-07"]


def test_two_promises_stay_two():
    said = ("화요일에 기사님이 방문하실 거예요", "환불은 영업일 5일 안에 입금됩니다")
    assert [due for _, due in promised(*said)] == ["2026-11-24", "2026-11-30"]

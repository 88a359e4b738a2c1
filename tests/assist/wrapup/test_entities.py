import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.wrapup.entities import facts_of, unsupported


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("삼만 오천 원", "35,000원"),
        ("11월 24일 오후 3시", "11월 24일 15:00"),
        ("영업일 이틀", "영업일 2일"),
        ("2026-11-24", "11월 24일"),
        ("01012345678", "010-1234-5678"),
    ],
)
def test_facts_are_the_same_however_they_are_written(one, other):
    assert facts_of(one) == facts_of(other) != frozenset()


@pytest.mark.parametrize(
    "invented",
    [
        "90,000원 환불함",
        "11월 25일에 방문할 예정",
        "주문번호 20261123 반품 접수함",
        "010-9999-5678번으로 문자 보냄",
        "이민수 고객이 문의함",
        "오후 4시에 전화할 예정",
        "영업일 3일 안에 입금될 예정",
        "모레 방문할 예정",
        "VIP 고객으로 안내함",
    ],
)
def test_what_nobody_said_is_found(invented):
    said = ["99,000원 11월 24일 오후 3시 주문번호 20261122", "010-1234-5678 영업일 2일 안에 내일", "저는 김영희예요"]
    assert unsupported(invented, said)


def test_what_was_said_is_supported():
    said = ["구만 구천 원이고요 주문번호는 20261122예요 김영희입니다", "11월 24일 오후 3시에 갈게요"]
    assert not unsupported("김영희 고객의 99,000원 주문(20261122) 11월 24일 오후 3시 방문", said)


def test_parts_of_different_dates_make_no_date():
    assert unsupported("11월 30일에 방문", ["11월 24일에 방문하고 12월 30일에 또 방문"])


@settings(max_examples=50, deadline=None)
@given(st.integers(1_000, 99_999_999), st.integers(1_000, 99_999_999))
def test_an_amount_supports_itself_alone(said, noted):
    assert bool(unsupported(f"{noted:,}원 환불함", [f"{said:,}원 환불해 드릴게요"])) == (said != noted)

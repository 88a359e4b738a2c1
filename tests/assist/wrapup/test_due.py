from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.wrapup.due import business_days, due_of, hangs_on_something

MONDAY = datetime(2026, 11, 23, 14, 0)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("내일까지 연락드리겠습니다", date(2026, 11, 24)),
        ("내일모레 오후에 전화드릴게요", date(2026, 11, 25)),
        ("3일 안에 입금됩니다", date(2026, 11, 26)),
        ("삼 일 안에 입금됩니다", date(2026, 11, 26)),
        ("사흘 뒤에 보내 드릴게요", date(2026, 11, 26)),
        ("다음 주 화요일에 방문할 예정입니다", date(2026, 12, 1)),
        ("영업일 3일 안에 입금됩니다", date(2026, 11, 26)),
        ("영업일 기준으로 5일 이내에 처리됩니다", date(2026, 11, 30)),
        ("영업일로 2~3일 걸립니다", date(2026, 11, 26)),
        ("3영업일 안에 처리됩니다", date(2026, 11, 26)),
        ("영업일 이틀 안에 연락드릴게요", date(2026, 11, 25)),
        ("일주일 안에 다시 연락드리겠습니다", date(2026, 11, 30)),
        ("2주 안에 보내 드립니다", date(2026, 12, 7)),
        ("이번 주 안에 처리하겠습니다", date(2026, 11, 29)),
        ("이번 주 중에 처리하겠습니다", date(2026, 11, 27)),
        ("이번 달 안에 지급됩니다", date(2026, 11, 30)),
        ("두 시간 안에 전화드리겠습니다", date(2026, 11, 23)),
        ("12시간 안에 답을 드리겠습니다", date(2026, 11, 24)),
        ("오늘 중으로 보내 드리겠습니다", date(2026, 11, 23)),
        ("12월 3일에 출고됩니다", date(2026, 12, 3)),
        ("20일에 주문하신 상품은 25일에 도착합니다", date(2026, 11, 25)),
        ("1월 5일까지 입금됩니다", date(2027, 1, 5)),
    ],
)
def test_days_are_counted_from_the_call(said, day):
    assert due_of(said, MONDAY) == day


@pytest.mark.parametrize(
    "said",
    [
        "곧 연락드리겠습니다",
        "주문번호 20261122번을 보내 드립니다",
        "010-1234-5678번으로 연락드릴게요",
        "11월 20일에 보냈습니다",
        "",
    ],
)
def test_no_day_is_made_up(said):
    assert due_of(said, MONDAY) is None


def test_a_span_that_begins_later_has_no_day():
    said = "회수가 확인되면 영업일 5일 안에 환불됩니다"
    assert due_of(said, MONDAY) is None
    assert hangs_on_something(said)
    assert not hangs_on_something("영업일 5일 안에 환불됩니다")


def test_business_days_leave_out_weekends_and_holidays():
    assert business_days(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert business_days(date(2026, 11, 28), 1) == date(2026, 11, 30)
    assert business_days(date(2026, 12, 24), 2, {date(2026, 12, 25)}) == date(2026, 12, 29)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_business_days_are_working_days_and_as_many(start, count):
    end = business_days(start, count)
    between = (start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1))
    assert end.weekday() < 5
    assert sum(day.weekday() < 5 for day in between) == count


def test_a_call_at_night_has_its_own_day():
    assert due_of("두 시간 안에 전화드릴게요", datetime(2026, 12, 31, 23, 30)) == date(2027, 1, 1)

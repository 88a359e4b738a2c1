"""The company's rules, as COMPANY.md tells them to people: an order's life, periods, fees and hours.

Days and hours in, days and amounts out. Days are Korean days.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

SEOUL = timezone(timedelta(hours=9), "KST")  # Korea keeps no summer time

RETURN_DAYS = 7
BROADCAST_RETURN_DAYS = 30
FAULTY_RETURN_DAYS = 90
RETURN_FEE_WON = 6_000  # both ways

PICKUP_WORKING_DAYS = 2
REFUND_WORKING_DAYS = {"신용카드": 5, "간편결제": 3, "휴대폰결제": 3, "계좌이체": 2, "무통장입금": 2}

VISIT_TIMES = (time(10), time(13), time(15), time(17))
VISITS_AT_A_TIME = 2
VISIT_HORIZON_DAYS = 30
AGENTS_FROM, AGENTS_UNTIL = time(9), time(18)

CARD_SLIP = "카드전표"
MONDAY_TO_FRIDAY = range(5)
SUNDAY = 6


class Status(StrEnum):
    """Where an order stands. The label is what the caller hears."""

    UNPAID = "입금대기"
    PAID = "결제완료"
    PREPARING = "상품준비중"
    SHIPPED = "배송중"
    DELIVERED = "배송완료"
    KEPT = "구매확정"
    CANCELLED = "취소완료"
    RETURN_BOOKED = "반품접수"
    RETURNED = "반품완료"
    EXCHANGE_BOOKED = "교환접수"
    EXCHANGED = "교환완료"


BEFORE_SHIPPING = frozenset({Status.UNPAID, Status.PAID, Status.PREPARING})
WITH_THE_CUSTOMER = frozenset({Status.DELIVERED, Status.KEPT})


def now() -> datetime:
    return datetime.now(SEOUL)


class Clock:
    """The company's clock. In a sample it can be made to stand."""

    def __init__(self, running: Callable[[], datetime] = now) -> None:
        self._running = running
        self._stands_at: datetime | None = None

    def __call__(self) -> datetime:
        return self._stands_at or self._running()

    def stand_at(self, moment: datetime | None) -> None:
        """At a moment, of Korean time where it names no zone; None lets the clock run again."""
        self._stands_at = moment and (moment if moment.tzinfo else moment.replace(tzinfo=SEOUL))


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th Monday to Friday after ``day``. Public holidays are not known here."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() in MONDAY_TO_FRIDAY
    return day


def delivery_day(day: date) -> date:
    """Parcels come Monday to Saturday: a Sunday's come on Monday."""
    return day + timedelta(days=1) if day.weekday() == SUNDAY else day


def return_deadline(delivered_on: date, broadcast: bool, faulty: bool = False) -> date:
    """The last day on which a return or an exchange is accepted."""
    days = FAULTY_RETURN_DAYS if faulty else BROADCAST_RETURN_DAYS if broadcast else RETURN_DAYS
    return delivered_on + timedelta(days=days)


def visit_days(after: date) -> list[date]:
    """The days on which a technician comes, Monday to Saturday, from tomorrow to the horizon, both included."""
    days = (after + timedelta(days=offset) for offset in range(1, VISIT_HORIZON_DAYS + 1))
    return [day for day in days if day.weekday() != SUNDAY]


def receipts_for(payment: str) -> tuple[str, ...]:
    """The receipts that the tax law leaves for a way of paying: a card's slip is one already."""
    if payment == "신용카드":
        return (CARD_SLIP,)
    if payment in ("계좌이체", "무통장입금"):
        return ("현금영수증", "세금계산서")
    return ("현금영수증",)

"""The company's rules."""

from datetime import date

from scenarios.nuri.order_service import policy

FRIDAY = date(2026, 11, 20)


def test_working_days_leave_the_weekend_out() -> None:
    assert policy.working_days_after(FRIDAY, 1) == date(2026, 11, 23)
    assert policy.working_days_after(FRIDAY, 5) == date(2026, 11, 27)
    assert policy.working_days_after(FRIDAY, 0) == FRIDAY


def test_parcels_rest_on_sunday() -> None:
    assert policy.delivery_day(date(2026, 11, 22)) == date(2026, 11, 23)
    assert policy.delivery_day(date(2026, 11, 21)) == date(2026, 11, 21)


def test_return_deadlines() -> None:
    assert policy.return_deadline(FRIDAY, broadcast=False) == date(2026, 11, 27)
    assert policy.return_deadline(FRIDAY, broadcast=True) == date(2026, 12, 20)
    assert policy.return_deadline(FRIDAY, broadcast=False, faulty=True) == date(2027, 2, 18)


def test_technicians_come_from_tomorrow_and_never_on_sunday() -> None:
    days = policy.visit_days(FRIDAY)
    assert days[0] == date(2026, 11, 21) and days[1] == date(2026, 11, 23)
    assert days[-1] == date(2026, 12, 19)


def test_a_card_gets_its_slip_and_cash_a_receipt() -> None:
    assert policy.receipts_for("신용카드") == ("카드전표",)
    assert policy.receipts_for("계좌이체") == ("현금영수증", "세금계산서")
    assert policy.receipts_for("간편결제") == ("현금영수증",)

"""The sample customers and orders, from the tables beside this file. Their days count from today, so they stay new."""

import csv
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from scenarios.nuri.order_service import policy
from scenarios.nuri.order_service.tables import Customer, HappyCall, Order, Refund, ServiceVisit, Table

TABLES = Path(__file__).parent / "sample"
FULL_SLOT = time(10)  # of the first day on which technicians come
LAST_FREE_SLOT = time(17)  # of the second day; all before it are taken


def is_empty(engine: Engine) -> bool:
    with Session(engine) as session:
        return not session.scalar(select(func.count()).select_from(Order))


def restore(engine: Engine, today: date) -> None:
    """Forgets everything and lays out the sample as of ``today``."""
    with Session(engine) as session, session.begin():
        for table in reversed(Table.metadata.sorted_tables):
            session.execute(table.delete())
        session.add_all(_customers(today))
        session.flush()
        session.add_all(_orders(today))
        session.flush()
        session.add_all(_refunds(today))
        session.add_all(_happy_calls())
        session.add_all(_visits(today))


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(today: date, days: str) -> date | None:
    return today + timedelta(days=int(days)) if days else None


def _past(today: date, days: str) -> date:
    return today + timedelta(days=int(days))


def _customers(today: date) -> Iterator[Customer]:
    for row in _rows("customers.csv"):
        yield Customer(
            id=row["id"],
            name=row["name"],
            phone=row["phone"],
            birth_date=row["birth_date"],
            grade=row["grade"],
            points_won=int(row["points_won"]),
            expiring_won=int(row["expiring_won"]),
            expires_on=_day(today, row["expires_days"]),
            coupons=int(row["coupons"]),
            joined_on=_past(today, row["joined_days"]),
        )


def _orders(today: date) -> Iterator[Order]:
    for row in _rows("orders.csv"):
        arrives_on = _day(today, row["arrives_days"])
        yield Order(
            number=row["number"],
            customer_id=row["customer_id"],
            product=row["product"],
            quantity=int(row["quantity"]),
            amount_won=int(row["amount_won"]),
            payment=row["payment"],
            channel=row["channel"],
            status=policy.Status(row["status"]),
            ordered_on=_past(today, row["ordered_days"]),
            arrives_on=arrives_on and policy.delivery_day(arrives_on),
            delivered_on=_day(today, row["delivered_days"]),
            carrier=row["carrier"] or None,
            tracking_number=row["tracking_number"] or None,
            recipient=row["recipient"],
            address=row["address"],
            returnable=row["returnable"] == "예",
        )


def _refunds(today: date) -> Iterator[Refund]:
    for row in _rows("refunds.csv"):
        yield Refund(
            order_number=row["order_number"],
            amount_won=int(row["amount_won"]),
            method=row["method"],
            requested_on=_past(today, row["requested_days"]),
            expected_on=_day(today, row["expected_days"]),
            completed_on=_day(today, row["completed_days"]),
        )


def _happy_calls() -> Iterator[HappyCall]:
    for row in _rows("happy_calls.csv"):
        yield HappyCall(id=row["id"], order_number=row["order_number"], comment="")


def _visits(today: date) -> Iterator[ServiceVisit]:
    first, second = policy.visit_days(today)[:2]
    taken = [(first, FULL_SLOT), *((second, at) for at in policy.VISIT_TIMES if at < LAST_FREE_SLOT)]
    for day, at in taken * policy.VISITS_AT_A_TIME:
        yield ServiceVisit(product="정수기", visit_date=day, visit_time=at, phone="15881234", symptom="")

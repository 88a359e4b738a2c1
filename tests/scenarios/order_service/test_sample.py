"""The sample never grows old, and has every case that a demonstration needs."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from scenarios.nuri.order_service import sample
from scenarios.nuri.order_service.policy import SUNDAY, Status
from scenarios.nuri.order_service.tables import Customer, Order, Refund, open_database

WEEK = [date(2031, 3, 3) + timedelta(days=offset) for offset in range(7)]


@pytest.fixture
def engine() -> Engine:
    return open_database()


def test_there_are_enough_orders_of_every_status_and_both_lengths(engine: Engine) -> None:
    sample.restore(engine, WEEK[0])
    with Session(engine) as session:
        orders = session.scalars(select(Order)).all()
        assert len(orders) >= 30 and {order.status for order in orders} == set(Status)
        assert {len(order.number) for order in orders} == {8, 12}
        assert len({order.customer_id for order in orders}) >= 12
        assert len(session.scalars(select(Customer)).all()) == 14


@pytest.mark.parametrize("today", WEEK)
def test_every_day_is_a_good_day_for_a_demonstration(engine: Engine, today: date) -> None:
    sample.restore(engine, today)
    with Session(engine) as session:
        for order in session.scalars(select(Order)):
            assert order.ordered_on <= today, order.number
            assert order.arrives_on is None or order.arrives_on >= today, order.number
            assert order.arrives_on is None or order.arrives_on.weekday() != SUNDAY, order.number
            assert order.delivered_on is None or order.ordered_on < order.delivered_on <= today, order.number
            assert (order.status == Status.SHIPPED) <= (
                order.tracking_number is not None or order.carrier == "누리설치"
            )
        for refund in session.scalars(select(Refund)):
            assert refund.completed_on is None or refund.requested_on <= refund.completed_on <= today


def test_restoring_twice_is_restoring_once(engine: Engine) -> None:
    assert sample.is_empty(engine)
    sample.restore(engine, WEEK[0])
    sample.restore(engine, WEEK[1])
    with Session(engine) as session:
        order = session.get(Order, "20261122")
        assert order is not None and order.ordered_on == WEEK[1] - timedelta(days=2)
    assert not sample.is_empty(engine)

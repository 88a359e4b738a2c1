"""What the order service keeps, in SQLite."""

from datetime import date, datetime, time
from typing import ClassVar

from sqlalchemy import DateTime, Dialect, Engine, ForeignKey, StaticPool, TypeDecorator, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from scenarios.nuri.order_service.policy import SEOUL


class SeoulTime(TypeDecorator[datetime]):
    """Korean time with its zone, which SQLite does not keep."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(SEOUL).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=SEOUL)


class Table(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: SeoulTime}


class Customer(Table):
    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(unique=True)  # digits only
    birth_date: Mapped[str]  # YYMMDD, as callers say it
    grade: Mapped[str]
    points_won: Mapped[int]
    expiring_won: Mapped[int]
    expires_on: Mapped[date | None]
    coupons: Mapped[int]
    joined_on: Mapped[date]


class Order(Table):
    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    product: Mapped[str]
    quantity: Mapped[int]
    amount_won: Mapped[int]
    payment: Mapped[str]
    channel: Mapped[str]  # 방송 or 온라인
    status: Mapped[str]
    ordered_on: Mapped[date]
    arrives_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    carrier: Mapped[str | None]
    tracking_number: Mapped[str | None]
    recipient: Mapped[str]
    address: Mapped[str]
    postcode: Mapped[str | None]
    returnable: Mapped[bool]

    customer: Mapped[Customer] = relationship()


class Refund(Table):
    __tablename__ = "refunds"

    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    amount_won: Mapped[int]
    method: Mapped[str]
    requested_on: Mapped[date]
    expected_on: Mapped[date | None]  # unknown until the goods are back
    completed_on: Mapped[date | None]


class Return(Table):
    __tablename__ = "returns"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), index=True)
    kind: Mapped[str]
    reason: Mapped[str]
    fee_won: Mapped[int]
    pickup_on: Mapped[date]


class ServiceVisit(Table):
    __tablename__ = "service_visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    product: Mapped[str]
    visit_date: Mapped[date] = mapped_column(index=True)
    visit_time: Mapped[time]
    phone: Mapped[str]
    symptom: Mapped[str]


class Complaint(Table):
    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    category: Mapped[str]
    phone: Mapped[str | None]
    order_number: Mapped[str | None]
    received_at: Mapped[datetime]


class Callback(Table):
    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str]
    at: Mapped[datetime]
    topic: Mapped[str]


class Message(Table):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]
    kind: Mapped[str]
    sent_at: Mapped[datetime]


class HappyCall(Table):
    __tablename__ = "happy_calls"

    id: Mapped[str] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"))
    satisfaction: Mapped[int | None]
    comment: Mapped[str]
    called_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship()


def open_database(path: str | None = None) -> Engine:
    """The database in the file ``path``, made where it is not there; without one, in memory until the process ends.

    Raises sqlalchemy.exc.OperationalError where the file cannot be opened or is no database.
    """
    if path is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = create_engine(f"sqlite:///{path}")
    Table.metadata.create_all(engine)
    return engine

"""What the desk has to know after a restart: what people were doing, whom we promised to call, messages for us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)

from voicebot.log import new_call_id
from voicebot.store.database import Database
from voicebot.store.tables import CallId, PlainText, UtcTime, calls, events, metadata
from voicebot.store.writing import inserting, make_calls

DeskState = Literal["away", "ready", "talking", "wrapping"]
CallbackStatus = Literal["waiting", "dialling", "done", "failed", "cancelled"]

EARLIER_CALLS = 20  # of one number, that are looked through for who talked to it

desk_states = Table(
    "desk_states",
    metadata,
    Column("person", PlainText, nullable=False),
    Column("state", PlainText, nullable=False),
    Column("since", UtcTime, nullable=False),
    PrimaryKeyConstraint("person", name="pk_desk_states"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", CallId, nullable=False),
    Column("call_id", CallId),
    Column("number", PlainText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("skill", PlainText, nullable=False),
    Column("note", PlainText, nullable=False),
    Column("status", PlainText, nullable=False, server_default=text("'waiting'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("id", name="pk_callbacks"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_callbacks_call", ondelete="CASCADE"),
    Index("callbacks_by_status", "status", "at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", CallId, nullable=False),
    Column("call_id", CallId, nullable=False),
    Column("number", PlainText, nullable=False),
    Column("text", PlainText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("read_by", PlainText),
    Column("read_at", UtcTime),
    PrimaryKeyConstraint("id", name="pk_messages"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_messages_call", ondelete="CASCADE"),
    Index("messages_by_reader", "read_by", "id"),
)


@dataclass(frozen=True, slots=True)
class StateRow:
    person: str
    state: DeskState
    since: datetime


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A promise to call ``number``, due ``at``; ``attempts`` counts how often it was dialled. ``id`` is a UUIDv7.

    ``call_id`` is the call in which it was agreed, None where somebody noted it by hand.
    """

    id: str
    call_id: str | None
    number: str
    at: datetime
    skill: str
    note: str
    status: CallbackStatus
    attempts: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """What a caller left for us; ``read_by`` is who saw to it first, None before. ``id`` is a UUIDv7."""

    id: str
    call_id: str
    number: str
    text: str
    at: datetime
    read_by: str | None
    read_at: datetime | None


class DeskTable:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is; raises :class:`StoreUnavailable`.

    With a call that is forgotten go the callbacks that were agreed in it, and its messages.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- people

    def keep_state(self, person: str, state: DeskState, since: datetime) -> None:
        values = {"state": state, "since": since}
        with self._database.writing() as connection:
            statement = inserting(connection, desk_states).values(person=person, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["person"], set_=values))

    def states(self) -> dict[str, StateRow]:
        """By person."""
        with self._database.reading() as connection:
            return {row.person: StateRow(**row._mapping) for row in connection.execute(select(desk_states))}

    def forget_state(self, person: str) -> bool:
        """Of who has left the company; whether there was one."""
        with self._database.writing() as connection:
            return connection.execute(delete(desk_states).where(desk_states.c.person == person)).rowcount > 0

    def last_agent(self, number: str, since: datetime) -> str | None:
        """Who was the last to talk to the newest caller from ``number`` that anybody talked to.

        None where that call began before ``since``, or lies more than ``EARLIER_CALLS`` back.
        """
        if not number:
            return None
        newest = (
            select(calls.c.call_id)
            .where(calls.c.caller == number, calls.c.started_at >= since)
            .order_by(calls.c.call_id.desc())
            .limit(EARLIER_CALLS)
        )
        joined = (
            select(events.c.payload)
            .where(events.c.call_id.in_(newest), events.c.type == "agent_joined")
            .order_by(events.c.call_id.desc(), events.c.seq.desc())
        )
        with self._database.reading() as connection:
            talked = (said["agent"] for said in connection.scalars(joined) if said["how"] != "consulted")
            return next(talked, None)

    # ---- callbacks

    def add_callback(
        self, number: str, at: datetime, skill: str, note: str = "", call_id: str | None = None
    ) -> CallbackRow:
        """One that waits. Raises ValueError for a call id that is no UUIDv7."""
        row = CallbackRow(new_call_id(), call_id, number, at, skill, note, "waiting", 0)
        with self._database.writing() as connection:
            if call_id is not None:
                make_calls(connection, [call_id])
            values = {name: getattr(row, name) for name in CallbackRow.__slots__}
            return CallbackRow(
                **connection.execute(insert(callbacks).values(values).returning(callbacks)).one()._mapping
            )

    def change_callback(self, callback_id: str, status: CallbackStatus, attempts: int, at: datetime) -> bool:
        """Whether there is such a callback."""
        values = {"status": status, "attempts": attempts, "at": at}
        with self._database.writing() as connection:
            statement = update(callbacks).where(callbacks.c.id == callback_id).values(values)
            return connection.execute(statement).rowcount > 0

    def callback(self, callback_id: str) -> CallbackRow | None:
        with self._database.reading() as connection:
            row = connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).one_or_none()
        return None if row is None else CallbackRow(**row._mapping)

    def callbacks(self, *statuses: CallbackStatus, limit: int = 100) -> list[CallbackRow]:
        """Earliest due first; with these statuses, or all.

        One that was being dialled when the service was killed still says so.
        """
        query = select(callbacks).order_by(callbacks.c.at, callbacks.c.id).limit(max(0, limit))
        if statuses:
            query = query.where(callbacks.c.status.in_(statuses))
        with self._database.reading() as connection:
            return [CallbackRow(**row._mapping) for row in connection.execute(query)]

    # ---- messages

    def add_message(self, call_id: str, number: str, text: str, at: datetime) -> MessageRow:
        """Raises ValueError for a call id that is no UUIDv7."""
        values = {"id": new_call_id(), "call_id": call_id, "number": number, "text": text, "at": at}
        with self._database.writing() as connection:
            make_calls(connection, [call_id])
            return MessageRow(**connection.execute(insert(messages).values(values).returning(messages)).one()._mapping)

    def messages(self, *, unread: bool = False, limit: int = 50, before: str | None = None) -> list[MessageRow]:
        """Newest first. The next page is ``before`` the last id."""
        query = select(messages).order_by(messages.c.id.desc()).limit(max(0, limit))
        if unread:
            query = query.where(messages.c.read_by.is_(None))
        if before is not None:
            query = query.where(messages.c.id < before)
        with self._database.reading() as connection:
            return [MessageRow(**row._mapping) for row in connection.execute(query)]

    def read(self, message_id: str, by: str, at: datetime) -> MessageRow | None:
        """Somebody has seen to it; the first stays on record. None for no such message."""
        found = messages.c.id == message_id
        with self._database.writing() as connection:
            first = update(messages).where(found, messages.c.read_by.is_(None)).values(read_by=by, read_at=at)
            connection.execute(first)
            row = connection.execute(select(messages).where(found)).one_or_none()
        return None if row is None else MessageRow(**row._mapping)

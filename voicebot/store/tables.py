"""The tables of the store, as :mod:`voicebot.store.migrations` leaves them, and how their values are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.types import TypeEngine


class PlainText(TypeDecorator[str]):
    """Any Python text: what PostgreSQL or UTF-8 cannot hold (NUL, half a surrogate pair) is left out or marked ``?``.

    One such character from the wire would otherwise keep a whole batch of events from being written, for ever.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else plain(value)


def plain(text: str) -> str:
    """As it will be read from a column of :class:`PlainText`."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class CallId(PlainText):
    """UUIDv7 in lower case. They sort as bytes do, and so by time, whatever the language of the database is."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()


class UtcTime(TypeDecorator[datetime]):
    """A moment, in UTC. SQLite keeps no time zone, PostgreSQL answers in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("call_id", CallId, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    # what call_started says; NULL while it has not been seen
    Column("direction", PlainText),
    Column("door", PlainText),
    Column("caller", PlainText),
    Column("callee", PlainText),
    Column("scenario", PlainText),
    # what call_ended says
    Column("state", PlainText, nullable=False, server_default=text("'running'")),
    Column("ended_at", UtcTime),
    Column("ended_by", PlainText),
    Column("reason", PlainText),
    Column("duration_ms", BigInteger),
    # gathered as it runs
    Column("handoff", PlainText),
    Column("turn_count", Integer, nullable=False, server_default=text("0")),
    Column("fault_count", Integer, nullable=False, server_default=text("0")),
    Column("skill", PlainText),  # of the people who were asked for first
    Column("code", PlainText),  # of the newest note: a person's, else the suggested one
    PrimaryKeyConstraint("call_id", name="pk_calls"),
    Index("calls_by_state", "state", "call_id"),
    Index("calls_by_caller", "caller", "call_id"),
    Index("calls_by_callee", "callee", "call_id"),
    Index("calls_by_scenario", "scenario", "call_id"),
    Index("calls_by_skill", "skill", "call_id"),
    Index("calls_by_code", "code", "call_id"),
)

events = Table(
    "events",
    metadata,
    Column("call_id", CallId, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("type", PlainText, nullable=False),
    Column("turn", Integer),
    Column("payload", JSON, nullable=False),
    PrimaryKeyConstraint("call_id", "seq", name="pk_events"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_events_call", ondelete="CASCADE"),
)

# A row is made by the event with its number: turn_ended (caller), transcript_final (agent), bot_finished, ...
turns = Table(
    "turns",
    metadata,
    Column("call_id", CallId, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("side", PlainText, nullable=False),
    Column("spoken", PlainText, nullable=False),
    Column("written", PlainText, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", PlainText),
    Column("voice_to_voice_ms", Integer),
    Column("folded", PlainText, nullable=False),  # what text search looks into
    PrimaryKeyConstraint("call_id", "seq", name="pk_turns"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_turns_call", ondelete="CASCADE"),
)

# Who has talked in a call, by the name to log in with; ``seq`` is of the event that says so first.
call_people = Table(
    "call_people",
    metadata,
    Column("call_id", CallId, nullable=False),
    Column("agent", PlainText, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("call_id", "agent", name="pk_call_people"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_call_people_call", ondelete="CASCADE"),
    Index("call_people_by_agent", "agent", "call_id"),
)

recordings = Table(
    "recordings",
    metadata,
    Column("call_id", CallId, nullable=False),
    Column("path", PlainText, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("sealed_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
    PrimaryKeyConstraint("call_id", name="pk_recordings"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_recordings_call", ondelete="CASCADE"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    PrimaryKeyConstraint("id", name="pk_api_keys"),
)

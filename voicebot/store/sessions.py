"""Who is signed in where. The database keeps the SHA-256 of each token: who reads it cannot sign in with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)

from voicebot.store.database import Database
from voicebot.store.tables import PlainText, UtcTime, metadata

MOST_SESSIONS = 20  # of one person; the one longest unused ends

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", PlainText, nullable=False),
    Column("id", PlainText, nullable=False),
    Column("csrf", PlainText, nullable=False),
    Column("person", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("agent", PlainText, nullable=False),
    PrimaryKeyConstraint("token_sha256", name="pk_sessions"),
    UniqueConstraint("id", name="sessions_by_id"),
    ForeignKeyConstraint(["person"], ["people.name"], name="fk_sessions_person", ondelete="CASCADE"),
    Index("sessions_by_person", "person", "last_seen_at"),
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """``id`` may be shown, ``token_sha256`` may not; ``agent`` is the browser as it calls itself. ``expires_at`` is the
    absolute limit."""

    token_sha256: str
    id: str
    csrf: str
    person: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


class SessionTable:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is; raises :class:`StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: SessionRow) -> None:
        """Beyond ``MOST_SESSIONS`` of one person the one longest unused ends."""
        values = {name: getattr(row, name) for name in SessionRow.__slots__}
        newest = select(sessions.c.id).where(sessions.c.person == row.person)
        newest = newest.order_by(sessions.c.last_seen_at.desc(), sessions.c.id).limit(MOST_SESSIONS)
        with self._database.writing() as connection:
            connection.execute(insert(sessions).values(values))
            kept = list(connection.scalars(newest))
            connection.execute(delete(sessions).where(sessions.c.person == row.person, sessions.c.id.not_in(kept)))

    def of(self, person: str) -> list[SessionRow]:
        """The one used last first."""
        query = select(sessions).where(sessions.c.person == person).order_by(sessions.c.last_seen_at.desc())
        with self._database.reading() as connection:
            return [SessionRow(**row._mapping) for row in connection.execute(query)]

    def seen(self, token_sha256: str, at: datetime, address: str) -> None:
        statement = update(sessions).where(sessions.c.token_sha256 == token_sha256)
        with self._database.writing() as connection:
            connection.execute(statement.values(last_seen_at=at, address=address))

    def end(self, token_sha256: str) -> bool:
        """Whether there was such a session."""
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256)).rowcount > 0

    def end_one_of(self, person: str, session_id: str) -> bool:
        """Whether there was such a session of this person."""
        which = (sessions.c.person == person) & (sessions.c.id == session_id)
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(which)).rowcount > 0

    def end_all_of(self, person: str, but_id: str = "") -> int:
        """How many there were, beside ``but_id``."""
        which = (sessions.c.person == person) & (sessions.c.id != but_id)
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(which)).rowcount

    def forget_old(self, seen_before: datetime, now: datetime) -> int:
        """Deletes those that are over: unused since ``seen_before``, or older than they may become."""
        is_over = (sessions.c.last_seen_at < seen_before) | (sessions.c.expires_at <= now)
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(is_over)).rowcount

"""The audit trail: who did what to whose data, and who tried to. Nothing here changes an entry; age alone deletes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, delete, insert, select

from voicebot.store.database import Database
from voicebot.store.tables import PlainText, UtcTime, metadata

audit = Table(
    "audit",
    metadata,
    # SQLite numbers rows by itself in a column that is INTEGER, and in no other
    Column("id", BigInteger().with_variant(Integer, "sqlite"), nullable=False, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("person", PlainText, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("action", PlainText, nullable=False),
    Column("object", PlainText, nullable=False),
    Column("outcome", PlainText, nullable=False),
    PrimaryKeyConstraint("id", name="pk_audit"),
    Index("audit_by_time", "at"),
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """``person`` is empty for a stranger, "key" for a key of the API, "command" for who works on the machine itself;
    no foreign key: entries outlive people. ``id`` is 0 until it is written."""

    at: datetime
    person: str
    address: str
    action: str
    object: str
    outcome: str
    id: int = 0


class AuditTable:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is; raises :class:`StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: AuditEntry) -> None:
        values = {name: getattr(entry, name) for name in AuditEntry.__slots__ if name != "id"}
        with self._database.writing() as connection:
            connection.execute(insert(audit).values(values))

    def read(self, before: int | None = None, limit: int = 100, person: str | None = None) -> list[AuditEntry]:
        """Newest first; the next page is ``before`` the last id."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        if person is not None:
            query = query.where(audit.c.person == person)
        with self._database.reading() as connection:
            return [AuditEntry(**row._mapping) for row in connection.execute(query)]

    def forget_old(self, before: datetime) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(audit).where(audit.c.at < before)).rowcount

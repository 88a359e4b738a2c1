"""Consents of customers to be known by voice, and their voiceprints, which are encrypted before they come here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    delete,
    select,
    text,
    update,
)

from voicebot.store.database import Database
from voicebot.store.tables import PlainText, UtcTime, metadata
from voicebot.store.writing import inserting

# A row is a consent; the voiceprint's columns are NULL until there is one.
voiceprints = Table(
    "voiceprints",
    metadata,
    Column("customer", PlainText, nullable=False),
    Column("consented_at", UtcTime, nullable=False),
    Column("model", PlainText),
    Column("sealed", LargeBinary),
    Column("speech_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("calls", JSON),
    Column("updated_at", UtcTime),
    PrimaryKeyConstraint("customer", name="pk_voiceprints"),
)


@dataclass(frozen=True, slots=True)
class VoiceprintRow:
    """One customer's. ``sealed`` is the encrypted voiceprint, None while there is but consent; ``calls`` are ids."""

    customer: str
    consented_at: datetime
    model: str | None = None
    sealed: bytes | None = None
    speech_ms: int = 0
    calls: tuple[str, ...] = ()
    updated_at: datetime | None = None


class VoiceprintTable:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is; raises :class:`StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, customer: str) -> VoiceprintRow | None:
        with self._database.reading() as connection:
            row = connection.execute(select(voiceprints).where(voiceprints.c.customer == customer)).one_or_none()
        return None if row is None else _row(**row._mapping)

    def all(self) -> list[VoiceprintRow]:
        """By customer."""
        with self._database.reading() as connection:
            rows = connection.execute(select(voiceprints).order_by(voiceprints.c.customer)).all()
        return [_row(**row._mapping) for row in rows]

    def give_consent(self, customer: str, at: datetime) -> VoiceprintRow:
        """A consent that is there already stays, with its time: it is what the voiceprint rests on."""
        with self._database.writing() as connection:
            statement = inserting(connection, voiceprints).values(customer=customer, consented_at=at)
            connection.execute(statement.on_conflict_do_nothing())
            row = connection.execute(select(voiceprints).where(voiceprints.c.customer == customer)).one()
        return _row(**row._mapping)

    def keep(self, customer: str, model: str, sealed: bytes, speech_ms: int, calls: tuple[str, ...]) -> bool:
        """Replaces the voiceprint of a customer who has agreed; False, and nothing is written, for any other."""
        values = {"model": model, "sealed": sealed, "speech_ms": speech_ms, "calls": list(calls)}
        statement = update(voiceprints).where(voiceprints.c.customer == customer)
        with self._database.writing() as connection:
            return connection.execute(statement.values(**values, updated_at=datetime.now(UTC))).rowcount > 0

    def forget(self, customer: str) -> bool:
        """Deletes consent and voiceprint; whether there was anything."""
        with self._database.writing() as connection:
            return connection.execute(delete(voiceprints).where(voiceprints.c.customer == customer)).rowcount > 0


def _row(calls: list[str] | None, **values: object) -> VoiceprintRow:
    return VoiceprintRow(calls=tuple(calls or ()), **values)  # type: ignore[arg-type]

"""What has to be told to another system, kept until that has it: the transactional outbox of the notes of calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from voicebot.log import new_call_id
from voicebot.store import payload
from voicebot.store.database import Database
from voicebot.store.tables import CallId, PlainText, UtcTime, metadata

DeliveryState = Literal["waiting", "done", "failed"]

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", CallId, nullable=False),
    Column("call_id", CallId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("url", PlainText, nullable=False),
    Column("body", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", PlainText, nullable=False, server_default=text("'waiting'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("refusals", Integer, nullable=False, server_default=text("0")),
    Column("trying_since", UtcTime, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("claimed_until", UtcTime),
    Column("done_at", UtcTime),
    Column("last_error", PlainText),
    PrimaryKeyConstraint("id", name="pk_deliveries"),
    UniqueConstraint("call_id", "version", name="deliveries_by_note"),
    ForeignKeyConstraint(
        ["call_id", "version"],
        ["wrapups.call_id", "wrapups.version"],
        name="fk_deliveries_wrapup",
        ondelete="CASCADE",
    ),
    Index("deliveries_by_state", "state", "next_at"),
)


class NotRetried(ValueError):
    """A delivery that must not be sent again; the message is one line."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One version of a call's note on its way to ``url``; ``body`` is JSON, sent as it is, ``id`` a UUIDv7.

    ``attempts`` counts since ``trying_since``: when it was made, or last retried by somebody. ``refusals`` counts how
    often in a row the receiver did not want it. It is sent at ``next_at`` or later; until ``claimed_until`` somebody is
    sending it. ``done_at`` is when the receiver said that it has it.
    """

    id: str
    call_id: str
    version: int
    url: str
    body: str
    created_at: datetime
    state: DeliveryState
    attempts: int
    refusals: int
    trying_since: datetime
    next_at: datetime
    claimed_until: datetime | None
    done_at: datetime | None
    last_error: str | None


class Deliveries:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is; several processes may share one database.

    Times are the caller's: clocks of machines that share a database must agree to some seconds.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- sending

    def receivers(self, now: datetime) -> list[str]:
        """The addresses for which something is due; those who have waited longest first."""
        query = select(deliveries.c.url).where(_is_due(now)).group_by(deliveries.c.url)
        with self._database.reading() as connection:
            return list(connection.scalars(query.order_by(func.min(deliveries.c.next_at))))

    def claim(self, url: str, now: datetime, until: datetime, limit: int) -> list[DeliveryRow]:
        """Takes what is due for ``url``, at most ``limit``, for the caller alone until ``until``; counts the attempt.

        A version is not due while an earlier one of its note waits for the same address. What is not noted by ``until``
        is free for everybody again.
        """
        earlier = deliveries.alias("earlier")
        is_behind = select(earlier.c.id).where(
            earlier.c.call_id == deliveries.c.call_id,
            earlier.c.url == deliveries.c.url,
            earlier.c.version < deliveries.c.version,
            earlier.c.state == "waiting",
        )
        due = (
            select(deliveries.c.id)
            .where(_is_due(now), deliveries.c.url == url, ~is_behind.exists())
            .order_by(deliveries.c.next_at, deliveries.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer anyway
        )
        with self._database.writing() as connection:
            ids = list(connection.scalars(due))
            take = update(deliveries).where(deliveries.c.id.in_(ids))
            take = take.values(attempts=deliveries.c.attempts + 1, claimed_until=until)
            taken = {row.id: DeliveryRow(**row._mapping) for row in connection.execute(take.returning(deliveries))}
        return [taken[id_] for id_ in ids]

    def done(self, claimed: DeliveryRow, now: datetime) -> None:
        """The receiver has it, whoever else may have claimed it meanwhile."""
        values = {"state": "done", "done_at": now, "claimed_until": None, "last_error": None}
        with self._database.writing() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == claimed.id).values(values))

    def again(self, claimed: DeliveryRow, next_at: datetime, error: str, refusals: int = 0) -> None:
        """It failed, and is due at ``next_at``."""
        self._failed(claimed, {"next_at": next_at, "last_error": error, "refusals": refusals})

    def give_up(self, claimed: DeliveryRow, error: str) -> None:
        """It failed for good, until somebody retries it."""
        self._failed(claimed, {"state": "failed", "last_error": error})

    def _failed(self, claimed: DeliveryRow, values: Mapping[str, Any]) -> None:
        # who comes late, behind the end of the claim, has nothing to say any more
        is_mine = and_(deliveries.c.id == claimed.id, deliveries.c.claimed_until == claimed.claimed_until)
        with self._database.writing() as connection:
            connection.execute(update(deliveries).where(is_mine).values(claimed_until=None, **values))

    # ---- people

    def find(self, state: DeliveryState | None = None, limit: int = 50, before: str | None = None) -> list[DeliveryRow]:
        """Newest first. The next page is ``before`` the last id."""
        query = select(deliveries).order_by(deliveries.c.id.desc()).limit(max(0, limit))
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if before is not None:
            query = query.where(deliveries.c.id < before)
        with self._database.reading() as connection:
            return [DeliveryRow(**row._mapping) for row in connection.execute(query)]

    def retry(self, delivery_id: str, now: datetime, url: str | None = None) -> DeliveryRow | None:
        """Makes a failed one wait again, and one that waits due at once, to ``url`` where given; None for no such one.

        Raises :class:`NotRetried` where the receiver has it, or has got or is getting a newer version of the note.
        """
        of_call = select(deliveries.c.call_id).where(deliveries.c.id == delivery_id).scalar_subquery()
        with self._database.writing() as connection:
            query = select(deliveries).where(deliveries.c.call_id == of_call).order_by(deliveries.c.id)
            rows = [DeliveryRow(**row._mapping) for row in connection.execute(query.with_for_update())]
            found = next((row for row in rows if row.id == delivery_id), None)
            if found is None:
                return None
            if found.state == "done":
                raise NotRetried(f"delivery {delivery_id} has arrived: nothing has to be done")
            for row in rows:
                is_sent = row.state == "done" or (row.claimed_until is not None and row.claimed_until > now)
                if row.version > found.version and is_sent:
                    raise NotRetried(f"version {row.version} of the note was sent, and holds all of this one: see that")
            values = {"state": "waiting", "attempts": 0, "refusals": 0, "trying_since": now, "next_at": now}
            values |= {"url": url} if url else {}
            retried = update(deliveries).where(deliveries.c.id == delivery_id).values(values).returning(deliveries)
            return DeliveryRow(**connection.execute(retried).one()._mapping)


def add(connection: Connection, call_id: str, version: int, url: str, told: Mapping[str, Any]) -> None:
    """A delivery of ``told``, due at once. A version that comes behind a newer one that has been tried gets none:
    receivers never see an older note after a newer one.
    """
    newer = (deliveries.c.call_id == call_id) & (deliveries.c.version > version) & (deliveries.c.attempts > 0)
    if connection.execute(select(deliveries.c.id).where(newer)).first():
        return
    delivery_id, now = new_call_id(), datetime.now(UTC)
    row = {"id": delivery_id, "call_id": call_id, "version": version, "url": url}
    row |= {"body": payload.dumps({"delivery": delivery_id, **told})}
    connection.execute(insert(deliveries).values(**row, created_at=now, trying_since=now, next_at=now))


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_free = or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until <= now)
    return and_(deliveries.c.state == "waiting", deliveries.c.next_at <= now, is_free)

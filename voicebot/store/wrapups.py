"""The notes of calls, every version of each, as ``wrapped_up`` events bring them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Select,
    Table,
    select,
    tuple_,
)

from voicebot.events import Logged, WrappedUp
from voicebot.store import deliveries
from voicebot.store.database import Database
from voicebot.store.rows import started_at_of
from voicebot.store.tables import CallId, PlainText, UtcTime, calls, metadata
from voicebot.store.writing import inserting, make_calls

log = logging.getLogger(__name__)

NOTE_FIELDS = ("summary", "slots", "follow_ups", "code", "suggested_code", "confidence")

wrapups = Table(
    "wrapups",
    metadata,
    Column("call_id", CallId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", Integer, nullable=False),  # of the event that brought it
    Column("at", UtcTime, nullable=False),
    Column("edited_by", PlainText, nullable=False),
    Column("note", JSON, nullable=False),
    PrimaryKeyConstraint("call_id", "version", name="pk_wrapups"),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"], name="fk_wrapups_call", ondelete="CASCADE"),
)


@dataclass(frozen=True, slots=True)
class WrapupRow:
    """One version of a call's note; ``note`` has :data:`NOTE_FIELDS`, as :class:`voicebot.events.WrappedUp` says.

    ``seq`` is the number of its event. ``edited_by`` is empty for the machine, whose version is 1.
    """

    call_id: str
    version: int
    seq: int
    at: datetime
    edited_by: str
    note: Mapping[str, Any]


class Wrapups:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, events: Iterable[Logged], deliver_to: str | None = None) -> int:
        """Keeps the notes among ``events``, and answers how many versions were new; writing them twice does nothing.

        With ``deliver_to``, a receiver's address, each new version gets its delivery in the same transaction. What a
        delivery tells of the call is what the store knows by then: write the call's events first. Of two events with
        the same version the first is kept, the log tells of the other.
        """
        notes: dict[tuple[str, int], Logged] = {}
        for logged in events:
            if isinstance(logged.event, WrappedUp):
                notes.setdefault((logged.call_id, logged.event.version), logged)
        if not notes:
            return 0
        rows = [_row_of(notes[key]) for key in sorted(notes)]
        with self._database.writing() as connection:
            make_calls(connection, {call_id for call_id, _ in notes})
            statement = inserting(connection, wrapups).on_conflict_do_nothing()
            stored = connection.execute(statement.returning(wrapups.c.call_id, wrapups.c.version), rows)
            new = {(row.call_id, row.version) for row in stored}
            _tell_of_others(connection, {key: notes[key].seq for key in notes.keys() - new})
            if deliver_to:
                for row in rows:
                    if (row["call_id"], row["version"]) in new:
                        deliveries.add(connection, row["call_id"], row["version"], deliver_to, _told(connection, row))
        return len(new)

    def newest(self, call_id: str) -> WrapupRow | None:
        with self._database.reading() as connection:
            row = connection.execute(_of(call_id).order_by(wrapups.c.version.desc()).limit(1)).one_or_none()
        return None if row is None else WrapupRow(**row._mapping)

    def versions(self, call_id: str) -> list[WrapupRow]:
        """All of a call's, the machine's first."""
        with self._database.reading() as connection:
            found = connection.execute(_of(call_id).order_by(wrapups.c.version)).all()
        return [WrapupRow(**row._mapping) for row in found]

    def missing(self, limit: int = 1_000) -> list[str]:
        """The latest calls that have ended and have no note here, newest first: their journals may have one."""
        has_note = select(wrapups.c.version).where(wrapups.c.call_id == calls.c.call_id).exists()
        query = select(calls.c.call_id).where(calls.c.state == "ended", ~has_note)
        with self._database.reading() as connection:
            return list(connection.scalars(query.order_by(calls.c.call_id.desc()).limit(limit)))


def _of(call_id: str) -> Select[Any]:
    return select(wrapups).where(wrapups.c.call_id == call_id)


def _row_of(logged: Logged) -> dict[str, Any]:
    fields = logged.as_json()
    return {
        "call_id": logged.call_id,
        "version": fields["version"],
        "seq": logged.seq,
        "at": started_at_of(logged.call_id) + timedelta(milliseconds=logged.at_ms),
        "edited_by": fields["edited_by"],
        "note": {name: fields[name] for name in NOTE_FIELDS},
    }


def _tell_of_others(connection: Connection, known: Mapping[tuple[str, int], int]) -> None:
    """``known`` are the numbers of events whose versions are there already, usually of themselves."""
    if not known:
        return
    query = select(wrapups).where(tuple_(wrapups.c.call_id, wrapups.c.version).in_(list(known)))
    for row in connection.execute(query):
        seq = known[row.call_id, row.version]
        if seq != row.seq:
            log.error(
                "event %d of call %s is another version %d of its note than event %d: it stays in the events alone",
                *(seq, row.call_id, row.version, row.seq),
            )


_TOLD_OF_CALL: Sequence[str] = (
    *("call_id", "direction", "door", "caller", "callee", "scenario"),
    *("started_at", "ended_at", "ended_by", "reason", "duration_ms"),
)


def _told(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a receiver is told of a version and its call."""
    query = select(*(calls.c[name] for name in _TOLD_OF_CALL)).where(calls.c.call_id == row["call_id"])
    found = connection.execute(query).one()._mapping
    call = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}
    head = {"version": row["version"], "at": row["at"].isoformat(), "edited_by": row["edited_by"]}
    return {"type": "wrapped_up", "call": call, "note": head | row["note"]}

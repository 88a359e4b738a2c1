"""Questions to the database about calls."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from voicebot.events import Logged
from voicebot.store import search
from voicebot.store.folding import folded
from voicebot.store.rows import CallRow, RecordingRow, State, TurnRow, first_call_id_at
from voicebot.store.tables import calls, events, recordings, turns

log = logging.getLogger(__name__)

_RECORDING = "recording_"
_CALL_COLUMNS = tuple(calls.c)
_TURN_COLUMNS = tuple(column for column in turns.c if column.name not in ("call_id", "folded"))
_CALLS: Select[Any] = select(*_CALL_COLUMNS, *(column.label(_RECORDING + column.name) for column in recordings.c)).join(
    recordings, recordings.c.call_id == calls.c.call_id, isouter=True
)


def calls_with_recordings() -> Select[Any]:
    """Of every call, for :func:`call_of`."""
    return _CALLS


def find_calls(
    connection: Connection,
    limit: int,
    before: str | None,
    state: State | None,
    caller: str | None,
    scenario: str | None,
    since: datetime | None,
    until: datetime | None,
    text: str | None,
) -> list[CallRow]:
    """Newest first; call ids sort by time, so the table's key gives the order, the page and the times."""
    query = _CALLS.order_by(calls.c.call_id.desc()).limit(max(0, limit))
    for column, value in ((calls.c.state, state), (calls.c.caller, caller), (calls.c.scenario, scenario)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(calls.c.call_id < before)
    if since is not None:
        query = query.where(calls.c.call_id >= first_call_id_at(since))
    if until is not None:
        query = query.where(calls.c.call_id < first_call_id_at(until))
    if text and (wanted := folded(text)):
        query = query.where(search.said_in_call(connection, wanted))
    return [call_of(row) for row in connection.execute(query)]


def find_call(connection: Connection, call_id: str) -> CallRow | None:
    row = connection.execute(_CALLS.where(calls.c.call_id == call_id)).one_or_none()
    if row is None:
        return None
    said = connection.execute(select(*_TURN_COLUMNS).where(turns.c.call_id == call_id).order_by(turns.c.seq))
    return call_of(row, tuple(TurnRow(**turn._mapping) for turn in said))


def find_events(connection: Connection, call_id: str, start: int) -> list[Logged]:
    """In order; what this version of the product cannot read is skipped."""
    query = select(events).where(events.c.call_id == call_id, events.c.seq >= start).order_by(events.c.seq)
    return [logged for row in connection.execute(query) if (logged := _logged(row))]


def running_calls(connection: Connection) -> list[str]:
    return list(connection.scalars(select(calls.c.call_id).where(calls.c.state == "running").order_by(calls.c.call_id)))


def kept_recordings(connection: Connection, sealed_before: datetime, limit: int) -> list[RecordingRow]:
    query = (
        select(recordings)
        .where(recordings.c.removed_at.is_(None), recordings.c.sealed_at < sealed_before)
        .order_by(recordings.c.sealed_at)
        .limit(limit)
    )
    return [RecordingRow(**row._mapping) for row in connection.execute(query)]


def call_of(row: Row[Any], said: Sequence[TurnRow] = ()) -> CallRow:
    """Of a row of :func:`calls_with_recordings`."""
    values = row._mapping
    recording = None
    if values[_RECORDING + "call_id"] is not None:
        recording = RecordingRow(**{column.name: values[_RECORDING + column.name] for column in recordings.c})
    own = {column.name: values[column.name] for column in _CALL_COLUMNS}
    return CallRow(**own, recording=recording, turns=tuple(said))


def _logged(row: Row[Any]) -> Logged | None:
    place = {"call_id": row.call_id, "seq": row.seq, "at_ms": row.at_ms, "type": row.type}
    try:
        return Logged.from_json(row.payload | place)
    except TypeError:  # fields that this version wants and the writer's did not have
        log.warning("event %d of call %s is a %s that cannot be read", row.seq, row.call_id, row.type)
        return None

"""Calls that are over, for those who look at them again: by what was said, by people, skill and code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from voicebot.store import search
from voicebot.store.database import Database
from voicebot.store.folding import folded
from voicebot.store.reading import call_of, calls_with_recordings
from voicebot.store.rows import CallRow, first_call_id_at
from voicebot.store.search import Hit
from voicebot.store.tables import call_people, calls
from voicebot.store.wrapups import wrapups

NOBODY = frozenset({"", "anonymous", "unknown", "restricted", "unavailable"})
"""What a call carries in place of a number that its caller withholds (RFC 3323, 4.1.1.3; as gateways write it)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None is anything.

    ``agent`` has talked in the call, and so has ``seen_by``: whoever may see but their own. ``since`` counts in,
    ``until`` does not; both need a time zone. ``text`` was said by anybody, whatever the spaces.
    """

    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    agent: str | None = None
    seen_by: str | None = None
    skill: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """``people`` who have talked, in the order in which they came; ``hit`` is the first place of the text."""

    call: CallRow
    people: tuple[str, ...] = ()
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """``issue`` is that of the newest note, empty where there is none."""

    call: CallRow
    people: tuple[str, ...]
    issue: str


class RecordedCalls:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: Wanted, limit: int = 50, before: str | None = None) -> list[RecordedCall]:
        """Newest first; the next page is ``before`` the last ``call_id``."""
        with self._database.reading() as connection:
            query, text = _query(connection, wanted, before), folded(wanted.text or "")
            if text:
                query = query.where(search.said_in_call(connection, text))
            found = [call_of(row) for row in connection.execute(query.limit(max(0, limit)))]
            call_ids = [call.call_id for call in found]
            people = _people_of(connection, call_ids)
            hits = search.hits(connection, call_ids, text) if text else {}
        return [RecordedCall(call, people.get(call.call_id, ()), hits.get(call.call_id)) for call in found]

    def people_of(self, call_id: str) -> set[str]:
        """Who has talked in it, by the names to log in with."""
        with self._database.reading() as connection:
            return set(_people_of(connection, [call_id]).get(call_id, ()))

    def earlier(self, call_id: str, number: str, limit: int = 20) -> list[EarlierCall]:
        """The calls from or to a customer's ``number`` before ``call_id``, newest first; none for a withheld number."""
        if number.strip().lower() in NOBODY:
            return []
        theirs = [
            select(calls.c.call_id)
            .where(column == number, calls.c.direction == direction, calls.c.call_id < call_id)
            .order_by(calls.c.call_id.desc())
            .limit(limit)
            for column, direction in ((calls.c.caller, "in"), (calls.c.callee, "out"))
        ]
        with self._database.reading() as connection:
            call_ids = sorted({found for query in theirs for found in connection.scalars(query)})[::-1][:limit]
            rows = {row.call_id: call_of(row) for row in connection.execute(_of(call_ids))}
            people, issues = _people_of(connection, call_ids), _issues_of(connection, call_ids)
        return [
            EarlierCall(rows[found], people.get(found, ()), issues.get(found, ""))
            for found in call_ids
            if found in rows
        ]


def _of(call_ids: Sequence[str]) -> Select[Any]:
    return calls_with_recordings().where(calls.c.call_id.in_(call_ids))


def _query(connection: Connection, wanted: Wanted, before: str | None) -> Select[Any]:
    # not "is ended", which would have SQLite take the index by state before any that is wanted more
    query, key = calls_with_recordings().where(calls.c.state != "running"), calls.c.call_id
    if agent := wanted.agent if wanted.agent is not None else wanted.seen_by:
        # the index by agent gives their calls in order: nobody else's is looked at
        key = call_people.c.call_id
        query = query.join(call_people, call_people.c.call_id == calls.c.call_id).where(call_people.c.agent == agent)
    if wanted.seen_by is not None and wanted.agent not in (None, wanted.seen_by):
        own = call_people.alias()
        query = query.where(
            select(own.c.seq).where(own.c.call_id == calls.c.call_id, own.c.agent == wanted.seen_by).exists()
        )
    for column, value in ((calls.c.skill, wanted.skill), (calls.c.code, wanted.code)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(key < before)
    if wanted.since is not None:
        query = query.where(key >= first_call_id_at(wanted.since))
    if wanted.until is not None:
        query = query.where(key < first_call_id_at(wanted.until))
    return query.order_by(key.desc())


def _people_of(connection: Connection, call_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    query = select(call_people).where(call_people.c.call_id.in_(call_ids)).order_by(call_people.c.seq)
    people: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(query):
        people[row.call_id] = (*people.get(row.call_id, ()), row.agent)
    return people


def _issues_of(connection: Connection, call_ids: Sequence[str]) -> dict[str, str]:
    query = select(wrapups.c.call_id, wrapups.c.note).where(wrapups.c.call_id.in_(call_ids)).order_by(wrapups.c.version)
    return {row.call_id: str(row.note.get("summary", {}).get("issue", "")) for row in connection.execute(query)}

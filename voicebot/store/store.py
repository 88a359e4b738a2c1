"""The store: what was said and done in all calls, for search, pages and statistics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, update

from voicebot.events import Logged
from voicebot.store import keys, migrations, reading, search, writing
from voicebot.store.database import Database
from voicebot.store.deliveries import Deliveries
from voicebot.store.desk import DeskTable
from voicebot.store.people import PeopleTable
from voicebot.store.recorded import RecordedCalls
from voicebot.store.rows import CallRow, Key, RecordingRow, State
from voicebot.store.tables import calls, recordings
from voicebot.store.voiceprints import VoiceprintTable
from voicebot.store.wrapups import Wrapups


class Store:
    """Calls, turns, events, recordings and API keys in SQLite or PostgreSQL.

    Synchronous and thread-safe: an event loop calls it in a thread. Every method raises :class:`StoreUnavailable` while
    the database is away or locked; the next call tries again, on a new connection where the old one is dead.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str) -> Store:
        """``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``; brings the tables up to date.

        An SQLite file and its folder are made where they are missing; a PostgreSQL database has to exist.
        """
        database = Database(url)
        try:
            migrations.upgrade(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        self._database.close()

    @property
    def revision(self) -> str:
        """Of the newest migration that the database has seen."""
        with self._database.reading() as connection:
            return migrations.revision_of(connection) or "none"

    @property
    def voiceprints(self) -> VoiceprintTable:
        return VoiceprintTable(self._database)

    # ---- events

    def write(self, events: Sequence[Logged]) -> int:
        """Writes the events of any calls in one transaction, and answers how many of them were new.

        Partial transcripts are left out. An event is known by ``call_id`` and ``seq``: a batch that failed, or of which
        nobody knows whether it did, is written again as it is. Raises ValueError for a call id that is no UUIDv7.
        """
        with self._database.writing() as connection:
            return writing.write(connection, events)

    def events(self, call_id: str, start: int = 0) -> list[Logged]:
        """Of one call, from number ``start`` on; without partial transcripts the numbers have gaps."""
        with self._database.reading() as connection:
            return reading.find_events(connection, call_id, start)

    # ---- calls

    def calls(
        self,
        limit: int = 50,
        before: str | None = None,
        *,
        state: State | None = None,
        caller: str | None = None,
        scenario: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
    ) -> list[CallRow]:
        """Newest first. The next page is ``before`` the last ``call_id``: calls that begin meanwhile shift nothing.

        ``caller`` and ``scenario`` are matched whole. ``since`` counts in, ``until`` does not; both need a time zone.
        ``text`` is looked for in what anybody said, as spoken and as written, whatever the spaces.
        """
        with self._database.reading() as connection:
            return reading.find_calls(connection, limit, before, state, caller, scenario, since, until, text)

    def call(self, call_id: str) -> CallRow | None:
        """With its turns."""
        with self._database.reading() as connection:
            return reading.find_call(connection, call_id)

    def running(self) -> list[str]:
        """The ids of the calls that have not ended, as far as this store has heard; oldest first."""
        with self._database.reading() as connection:
            return reading.running_calls(connection)

    def people_of(self, call_id: str) -> set[str]:
        """Who has talked in it, by the names to log in with; of a running call as far as this store has heard."""
        return self.recorded.people_of(call_id)

    @property
    def recorded(self) -> RecordedCalls:
        return RecordedCalls(self._database)

    def forget(self, call_id: str) -> bool:
        """Deletes everything about a call that has ended, but not its files; whether it was known.

        Of a call that is still running the next event begins it anew.
        """
        with self._database.writing() as connection:
            search.forget(connection, call_id)
            return connection.execute(delete(calls).where(calls.c.call_id == call_id)).rowcount > 0

    # ---- recordings

    def sealed(
        self,
        call_id: str,
        path: str | Path,
        sha256: str,
        *,
        size_bytes: int,
        duration_ms: int,
        sealed_at: datetime | None = None,
    ) -> None:
        """A recording is finished; what was known of another one of this call is replaced. ``sealed_at`` is now."""
        row = {"path": str(path), "sha256": sha256, "size_bytes": size_bytes, "duration_ms": duration_ms}
        row |= {"sealed_at": sealed_at or datetime.now(UTC), "removed_at": None}
        with self._database.writing() as connection:
            writing.make_calls(connection, [call_id])
            statement = writing.inserting(connection, recordings).values(call_id=call_id, **row)
            connection.execute(statement.on_conflict_do_update(index_elements=["call_id"], set_=row))

    def recording_removed(self, call_id: str) -> bool:
        """The file of a recording was deleted; whether one was known and still there."""
        present = (recordings.c.call_id == call_id) & recordings.c.removed_at.is_(None)
        with self._database.writing() as connection:
            statement = update(recordings).where(present).values(removed_at=datetime.now(UTC))
            return connection.execute(statement).rowcount > 0

    def recordings(self, sealed_before: datetime, limit: int = 100) -> list[RecordingRow]:
        """Those whose files are still there, oldest first: what a rule of retention looks at."""
        with self._database.reading() as connection:
            return reading.kept_recordings(connection, sealed_before, limit)

    # ---- notes of calls

    @property
    def wrapups(self) -> Wrapups:
        return Wrapups(self._database)

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(self._database)

    # ---- people who sign in

    @property
    def people(self) -> PeopleTable:
        return PeopleTable(self._database)

    # ---- the desk

    @property
    def desk(self) -> DeskTable:
        return DeskTable(self._database)

    # ---- keys of the API

    def add_key(self, name: str) -> str:
        """Makes a key, and answers it: this is the only time that anybody sees it."""
        with self._database.writing() as connection:
            return keys.add(connection, name)

    def knows_key(self, plain: str) -> bool:
        """Whether it is one of the keys, and not revoked."""
        with self._database.reading() as connection:
            return keys.is_known(connection, plain)

    def keys(self) -> list[Key]:
        """Oldest first, revoked ones too."""
        with self._database.reading() as connection:
            return keys.all_keys(connection)

    def revoke(self, key_id: str) -> bool:
        """Whether there was such a key to revoke."""
        with self._database.writing() as connection:
            return keys.revoke(connection, key_id)

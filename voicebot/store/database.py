"""The database behind a store: its address, its connections, its transactions, and what is said when it is away."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NotSupportedError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from voicebot.store import payload

LOCKED_S = 5.0
"""How long a transaction waits for another's lock of an SQLite file; ``?timeout=`` in its address goes before."""
# A database machine that is switched off says nothing: without these a write would wait for a quarter of an hour.
_POSTGRESQL = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "client_encoding": "utf8",
    "application_name": "aicc",
}
_FORMS = "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
_TRY_AGAIN = "what was not written can be written again"
_SQLITE_CURES = {
    "is locked": f"is locked by another process: end that one; {_TRY_AGAIN}",
    "is not a database": "is not an SQLite database: move it away, or name another",
    "malformed": "is damaged: move it away, and start again; the journals of the calls hold their events",
    "is full": f"cannot grow, the disk is full: make room; {_TRY_AGAIN}",
    "readonly": "is read-only: check who owns it and its folder",
    "unable to open": "cannot be opened: check that its path is right, and who owns it and its folder",
}


class StoreUnavailable(RuntimeError):
    """The database cannot be used now; the message is one line with the cure, and never holds its password."""


class Database:
    """Transactions on one database; every failure of the database is a :class:`StoreUnavailable`."""

    def __init__(self, url: str) -> None:
        """Connects to nothing yet."""
        self._url = _parsed(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = self._sqlite() if self.is_sqlite else self._postgresql()
        # a transaction that begins by reading and then writes is refused at once where another has written meanwhile
        self._writer = self._engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")

    @property
    def where(self) -> str:
        """For people, without the password."""
        if self.is_sqlite:
            return f'"{self._url.database}"'
        place = self._url.host or self._url.query.get("host") or "this machine"
        return f'"{self._url.database}" at {place}' + (f":{self._url.port}" if self._url.port else "")

    def reading(self) -> contextlib.AbstractContextManager[Connection]:
        return self._transaction(self._engine)

    def writing(self) -> contextlib.AbstractContextManager[Connection]:
        """All or nothing; on SQLite it holds the only place of a writer."""
        return self._transaction(self._writer)

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except (DataError, NotSupportedError):
            raise  # a bug: the same would fail again
        except DBAPIError as error:
            raise StoreUnavailable(self._told(error)) from error
        except PoolTimeout as error:
            raise StoreUnavailable(f"the database {self.where} is busy with other queries: {_TRY_AGAIN}") from error

    def _sqlite(self) -> Engine:
        path = Path(self._url.database or "")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # what callers say is nobody else's business; SQLite gives its -wal and -shm the same rights
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            cure = _SQLITE_CURES["unable to open"]
            raise StoreUnavailable(f"the database {self.where} {cure} ({(error.strerror or '').lower()})") from error
        arguments = {} if "timeout" in self._url.query else {"timeout": LOCKED_S}
        engine = self._engine_with(arguments)

        @event.listens_for(engine, "connect")
        def connected(connection: sqlite3.Connection, _: object) -> None:
            connection.isolation_level = None  # transactions begin where _begin says so, not where the driver guesses
            connection.execute("PRAGMA foreign_keys=ON")
            _keep_a_write_ahead_log(connection)
            # a power cut may take the last transactions, never the file; the journals still have them
            connection.execute("PRAGMA synchronous=NORMAL")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

        return engine

    def _postgresql(self) -> Engine:
        return self._engine_with({key: value for key, value in _POSTGRESQL.items() if key not in self._url.query})

    def _engine_with(self, arguments: dict[str, Any]) -> Engine:
        return sqlalchemy.create_engine(
            self._url,
            connect_args=arguments,
            pool_pre_ping=not self.is_sqlite,  # connections that died with a restarted server are replaced unseen
            pool_timeout=10,
            hide_parameters=True,  # what callers say is not written to any program's log
            json_serializer=payload.dumps,
            json_deserializer=payload.loads,
        )

    def _told(self, error: DBAPIError) -> str:
        said = str(error.orig).strip()
        if self.is_sqlite:
            for sign, cure in _SQLITE_CURES.items():
                if sign in said:
                    return f"the database {self.where} {cure}"
            return f"the database {self.where} failed ({_line(said)}): check its file and its disk; {_TRY_AGAIN}"
        line = _line(said)
        if self._url.password:
            line = line.replace(str(self._url.password), "***")
        if getattr(error.orig, "sqlstate", None):
            return f"the database {self.where} refused ({line}): see its log; {_TRY_AGAIN}"
        return (
            f"the database {self.where} does not answer ({line}): check that PostgreSQL runs there, and user, password "
            f"and name in its address; {_TRY_AGAIN}"
        )


def _keep_a_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Two that open a new file at once are in each other's way: SQLite refuses the change, and heeds no timeout there.

    The change lasts with the file, so that all but the first connection only ask.
    """
    deadline_s = time.monotonic() + LOCKED_S
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or time.monotonic() > deadline_s:
                raise
            time.sleep(0.01)


def _line(said: str) -> str:
    return " ".join(said.partition("\n")[0].split())


def _parsed(url: str) -> URL:
    try:
        parsed = sqlalchemy.make_url(url)
    except (ArgumentError, ValueError):
        # the address itself is not repeated: it may hold a password
        raise StoreUnavailable(f"the address of the database cannot be read: {_FORMS}") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database in (None, "", ":memory:"):
            raise StoreUnavailable("a database in memory is lost with its process: write sqlite:///PATH")
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreUnavailable(f"the store does not know databases of {other}: {_FORMS}")

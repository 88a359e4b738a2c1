"""A PostgreSQL of Debian's package, in a folder of its own and on a free port of loopback.

``from tests.servers.postgresql import postgresql, postgresql_server`` in a ``conftest.py`` gives tests the fixture
``postgresql``: one server for all of them, and :meth:`PostgreSQL.new_database` for each. It skips where the package is
not installed.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

PASSWORD = "secret-of-the-tests"
USER = "aicc"
STARTS_WITHIN_S = 60
_ACCOUNT = "postgres"  # Debian's; the server refuses to run as root
# Tests kill the server, never the machine: nothing has to reach the disk.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB", "max_connections": "50"}


def programs() -> Path | None:
    """The folder of the newest version's ``postgres`` and ``initdb``, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def account_is_missing() -> bool:
    return os.geteuid() == 0 and not any(account.pw_name == _ACCOUNT for account in pwd.getpwall())


@dataclass
class PostgreSQL:
    folder: Path
    programs: Path
    port: int
    settings: dict[str, str] = field(default_factory=lambda: dict(_SETTINGS))
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _used: list[str] = field(default_factory=list)
    _free: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, programs: Path, **settings: str) -> PostgreSQL:
        """A server with one user, who has a password and may make databases; not started yet."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = cls(folder, programs, port, _SETTINGS | settings)
        password = folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            for path in (folder, password):
                shutil.chown(path, _ACCOUNT, _ACCOUNT)
        options = [f"--username={USER}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"]
        # locale C is the quickest to make; --no-sync, as with fsync
        command = server._as_account("initdb", "-D", str(folder / "data"), "--locale=C", "--no-sync", *options)
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        return server

    def start(self) -> None:
        """Answers when it takes connections."""
        settings = self.settings | {"listen_addresses": "127.0.0.1", "port": str(self.port)}
        settings |= {"unix_socket_directories": str(self.folder)}
        arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        with log:
            command = self._as_account("postgres", "-D", str(self.folder / "data"), *arguments)
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                alive = self._process.poll() is None and time.monotonic() < until
                assert alive, (self.folder / "log").read_text()
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT drops all connections, SIGQUIT stops as a crash would."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self, options: str = "") -> str:
        """The address of an empty one; ``options`` are those of CREATE DATABASE."""
        if self._free and not options:
            name = self._free.pop()
        else:
            name = f"test_{next(self._numbers)}"
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}".encode())
        if not options:
            self._used.append(name)
        return self.url(name)

    def take_databases_back(self) -> None:
        """Empties what :meth:`new_database` gave away: making one copies 300 files, slow work for a busy disk."""
        while self._used:
            name = self._used.pop()
            with psycopg.connect(self.url(name), autocommit=True) as connection:
                others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                connection.execute(f"SELECT pg_terminate_backend(pid) {others}".encode())
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public")
            self._free.append(name)

    def _as_account(self, program: str, *arguments: str) -> list[str]:
        # a test run that is killed takes its server along
        account = [f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"] if os.geteuid() == 0 else []
        return ["setpriv", *account, "--pdeathsig=INT", "--", str(self.programs / program), *arguments]


@pytest.fixture
def postgresql(postgresql_server: PostgreSQL) -> Iterator[PostgreSQL]:
    """Running; what a test did to its databases is gone after it."""
    yield postgresql_server
    postgresql_server.take_databases_back()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    found = programs()
    if found is None or account_is_missing():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # not below pytest's folder: that is closed to the server's account
    with tempfile.TemporaryDirectory(prefix="aicc-postgresql-") as folder:
        server = PostgreSQL.make(Path(folder), found)
        server.start()
        yield server
        server.stop(signal.SIGQUIT)  # nothing of it is wanted again

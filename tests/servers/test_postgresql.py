"""The server is what tests trust: it keeps its data while it is stopped, and is gone with the tests."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgresql import PostgreSQL, postgresql, postgresql_server  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[2]
RUN = """
import sys, time
from pathlib import Path
from tests.servers.postgresql import PostgreSQL, programs
server = PostgreSQL.make(Path(sys.argv[1]), programs())
server.start()
print(server.url("postgres"), flush=True)
time.sleep(600)
"""


def test_databases_are_apart_and_outlive_a_crash(postgresql: PostgreSQL) -> None:  # noqa: F811
    one, other = postgresql.new_database(), postgresql.new_database()
    with psycopg.connect(one) as connection:
        connection.execute("CREATE TABLE kept (n INTEGER)")
        connection.execute("INSERT INTO kept VALUES (1)")
    postgresql.stop(signal.SIGQUIT)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(one)
    postgresql.start()
    with psycopg.connect(one) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]
    with psycopg.connect(other) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT n FROM kept")


def test_tests_that_are_killed_leave_no_server(postgresql: PostgreSQL) -> None:  # noqa: F811
    folder = postgresql.folder / "second"  # where the server's account may go
    folder.mkdir()
    run = subprocess.Popen([sys.executable, "-c", RUN, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    url = run.stdout.readline().strip()
    with psycopg.connect(url) as connection:
        run.kill()
        run.wait(10)
        run.stdout.close()
        # the server tells its clients why it goes, or drops them
        with pytest.raises(psycopg.OperationalError):
            list(connection.notifies(timeout=30))
            connection.execute("SELECT 1")

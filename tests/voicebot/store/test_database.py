"""A database that is away, locked, damaged or refuses: one line with the cure, never the password, and nothing lost."""

import signal
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgresql import PASSWORD, USER, PostgreSQL
from tests.voicebot.store.sample_calls import NOON, call_id_at, whole_call
from voicebot.store import Store, StoreUnavailable

CALL = call_id_at(NOON)
ROOT = Path(__file__).parents[3]


def refusal(url: str) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        Store.open(url)
    assert "\n" not in str(refused.value)
    return str(refused.value)


# ---- addresses


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "the address of the database cannot be read: write sqlite:///PATH or postgresql://"),
        ("aicc.db", "the address of the database cannot be read"),
        ("postgresql://aicc:hidden-word@host:port/aicc", "the address of the database cannot be read"),
        ("mysql://aicc:hidden-word@host/aicc", "the store does not know databases of mysql: write sqlite:///PATH"),
        ("sqlite://", "a database in memory is lost with its process: write sqlite:///PATH"),
        ("sqlite:///:memory:", "a database in memory is lost with its process"),
    ],
)
def test_addresses_that_cannot_be_used(url: str, told: str) -> None:
    said = refusal(url)
    assert said.startswith(told)
    assert "hidden-word" not in said


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_way_to_write_postgresql(postgresql: PostgreSQL, scheme: str) -> None:
    url = postgresql.new_database()
    store = Store.open(url.replace("postgresql", scheme, 1))
    assert store.write(whole_call(CALL)) > 0
    store.close()


def test_a_unix_socket(postgresql: PostgreSQL) -> None:
    name = postgresql.new_database().rpartition("/")[2]
    store = Store.open(f"postgresql://{USER}:{PASSWORD}@/{name}?host={postgresql.folder}&port={postgresql.port}")
    assert store.calls() == []
    store.close()


# ---- SQLite


def test_the_folder_is_made_and_the_file_is_the_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "new 100% folder" / "aicc.db"
    store = Store.open(f"sqlite:///{path}")
    store.write(whole_call(CALL))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert {file.name for file in path.parent.iterdir()} == {"aicc.db", "aicc.db-wal", "aicc.db-shm"}
    store.close()


def test_a_locked_file_waits_and_then_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/aicc.db?timeout=0.05"
    store = Store.open(url)
    store.write(whole_call(call_id_at(NOON, 1)))
    other = sqlite3.connect(tmp_path / "aicc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as locked:
        store.write(whole_call(CALL))
    assert str(locked.value) == (
        f'the database "{tmp_path}/aicc.db" is locked by another process: end that one; '
        "what was not written can be written again"
    )
    assert len(store.calls()) == 1  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert store.write(whole_call(CALL)) == len(whole_call(CALL))
    store.close()


def test_a_reader_does_not_hold_up_a_writer(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/aicc.db?timeout=0.05")
    reader = sqlite3.connect(tmp_path / "aicc.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM calls").fetchall()
    assert store.write(whole_call(CALL)) > 0
    assert reader.execute("SELECT * FROM calls").fetchall() == []  # as it was when it began
    reader.close()
    store.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "aicc.db").write_text("calls of November\n" * 100)
    said = refusal(f"sqlite:///{tmp_path}/aicc.db")
    assert said == f'the database "{tmp_path}/aicc.db" is not an SQLite database: move it away, or name another'
    assert (tmp_path / "aicc.db").read_text().startswith("calls of November")


def test_paths_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "aicc.db"):
        assert refusal(f"sqlite:///{path}").startswith(
            f'the database "{path}" cannot be opened: check that its path is right, and who owns it and its folder ('
        )


def test_a_full_disk_keeps_what_was_written(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/aicc.db")
    store.write(whole_call(CALL, turn_count=1))
    with (
        store._database.writing() as connection
    ):  # the limit holds for this connection alone, which is the pool's only one
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    later = whole_call(call_id_at(NOON, 1), turn_count=200)
    with pytest.raises(StoreUnavailable, match="cannot grow, the disk is full: make room; what was not written can be"):
        store.write(later)
    assert [call.call_id for call in store.calls()] == [CALL]
    with store._database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert store.write(later) == len(later)
    store.close()


WRITER = """
import os, signal, sys
from tests.voicebot.store.sample_calls import NOON, call_id_at, whole_call
from voicebot.store import Store
store, events = Store.open(sys.argv[1]), whole_call(call_id_at(NOON), turn_count=10)
for at in range(0, 50, 10):
    store.write(events[at : at + 10])
with store._database.writing() as connection:
    connection.exec_driver_sql("DELETE FROM events")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_that_is_killed_leaves_whole_batches(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/aicc.db"
    writer = subprocess.run([sys.executable, "-c", WRITER, url], cwd=ROOT)
    assert writer.returncode == -signal.SIGKILL
    events = whole_call(CALL, turn_count=10)
    store = Store.open(url)
    assert store.events(CALL) == events[:50]
    assert store.running() == [CALL]
    assert store.write(events) == len(events) - 50  # the journal, read by the next front
    assert store.running() == []
    store.close()


# ---- PostgreSQL


@pytest.fixture
def unsteady(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    """Whatever a test does to the server, the next finds it running."""
    yield postgresql
    postgresql.stop()
    postgresql.start()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["shut down", "crashed"])
def test_a_server_that_goes_and_comes_back_loses_nothing(unsteady: PostgreSQL, how: signal.Signals) -> None:
    store = Store.open(unsteady.new_database())
    events = whole_call(CALL, turn_count=20)
    batches = [events[at : at + 25] for at in range(0, len(events), 25)]
    for number, batch in enumerate(batches):
        if number in (2, 4):
            unsteady.stop(how)
            for _ in range(3):
                with pytest.raises(StoreUnavailable) as away:
                    store.write(batch)
                assert "can be written again" in str(away.value)
            with pytest.raises(StoreUnavailable):
                store.calls()
            unsteady.start()
        assert store.write(batch) == len(batch)
    assert store.events(CALL) == events
    call = store.call(CALL)
    assert call is not None and (call.turn_count, call.fault_count, call.state) == (20, 1, "ended")
    store.close()


def test_a_server_that_was_restarted_between_two_calls_is_not_noticed(unsteady: PostgreSQL) -> None:
    store = Store.open(unsteady.new_database())
    store.write(whole_call(CALL))
    unsteady.stop()
    unsteady.start()
    assert len(store.calls()) == 1
    unsteady.stop()
    unsteady.start()
    assert store.write(whole_call(call_id_at(NOON, 1))) > 0
    store.close()


def test_a_server_that_is_away(unsteady: PostgreSQL) -> None:
    url = unsteady.new_database()
    unsteady.stop()
    with pytest.raises(StoreUnavailable) as away:
        Store.open(url)
    name = url.rpartition("/")[2]
    assert str(away.value).startswith(f'the database "{name}" at 127.0.0.1:{unsteady.port} does not answer (')
    assert "Connection refused" in str(away.value)
    assert "check that PostgreSQL runs there, and user, password and name in its address" in str(away.value)
    assert PASSWORD not in "".join(traceback.format_exception(away.value))


@pytest.mark.parametrize(
    ("of_the_url", "instead", "cause"),
    [
        (PASSWORD, "hidden-word", "password authentication failed"),
        (f"{USER}:", "nobody:", "password authentication failed"),
        ("/test_", "/nothing_", "does not exist"),
    ],
)
def test_a_server_that_refuses(postgresql: PostgreSQL, of_the_url: str, instead: str, cause: str) -> None:
    said = refusal(postgresql.new_database().replace(of_the_url, instead))
    assert cause in said
    assert "check that PostgreSQL runs there, and user, password and name in its address" in said
    assert PASSWORD not in said and "hidden-word" not in said


def test_a_database_that_lacks_characters(postgresql: PostgreSQL) -> None:
    said = refusal(postgresql.new_database("ENCODING 'EUC_KR'"))
    assert (
        "is in EUC_KR, which lacks characters that callers use: create one with createdb -T template0 -E UTF8" in said
    )


def test_what_callers_say_is_not_in_the_trace(postgresql: PostgreSQL) -> None:
    store = Store.open(postgresql.new_database())
    with store._database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE turns")
    with pytest.raises(StoreUnavailable) as refused:
        store.write(whole_call(CALL))
    assert 'refused (relation "turns" does not exist): see its log' in str(refused.value)
    told = "".join(traceback.format_exception(refused.value))
    assert "환불" not in told and "010" not in told and PASSWORD not in told
    store.close()

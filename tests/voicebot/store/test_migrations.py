"""The steps lead from nothing to the tables of the code, and back."""

import threading
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.voicebot.store.sample_calls import NOON, call_id_at, whole_call
from voicebot.store import Store, StoreUnavailable, migrations
from voicebot.store.database import Database
from voicebot.store.tables import metadata


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        names = sqlalchemy.inspect(connection).get_table_names()
        return {name for name in names if is_described(name, "table")}


def is_described(name: str | None, kind: str, parents: object = None) -> bool:
    """The index of what was said is of each database's own kind: no table of the code describes it."""
    return not (name or "").startswith("turn_search" if kind == "table" else "turns_by_pairs")


def newest(database: Database) -> str | None:
    with database.reading() as connection:
        return ScriptDirectory.from_config(migrations.configuration(connection)).get_current_head()


def test_up_down_and_up_again(url: str) -> None:
    database = Database(url)
    for _ in range(2):
        migrations.upgrade(database)
        assert tables(database) == {*metadata.tables, "alembic_version"}
        with database.reading() as connection:
            assert migrations.revision_of(connection) == newest(database)
        migrations.downgrade(database)
        assert tables(database) == {"alembic_version"}
    migrations.upgrade(database)
    database.close()
    store = Store.open(url)
    store.write(whole_call(call_id_at(NOON)))
    assert store.calls()[0].turn_count == 10
    store.close()


def test_the_steps_leave_the_tables_of_the_code(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database)
    with database.reading() as connection:
        options: dict[str, Any] = {"include_name": is_described}
        options |= {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        found = sqlalchemy.inspect(connection)
        for name, table in metadata.tables.items():
            assert found.get_pk_constraint(name)["name"] == table.primary_key.name
            assert {key["options"].get("ondelete") for key in found.get_foreign_keys(name)} == {
                key.ondelete for key in table.foreign_key_constraints
            }
    database.close()


def test_ids_sort_as_bytes_whatever_the_language(url: str) -> None:
    store = Store.open(url)
    store.close()
    database = Database(url)
    with database.reading() as connection:
        for table in ("calls", "events", "turns", "recordings"):
            column = next(c for c in sqlalchemy.inspect(connection).get_columns(table) if c["name"] == "call_id")
            assert database.is_sqlite or column["type"].collation == "C"
    database.close()


def test_opening_again_changes_nothing(url: str) -> None:
    first = Store.open(url)
    first.write(whole_call(call_id_at(NOON)))
    again = Store.open(url)
    assert again.revision == first.revision
    assert again.calls() == first.calls()
    first.close()
    again.close()


def test_several_open_an_empty_database_at_once(url: str) -> None:
    opened: list[str] = []

    def run() -> None:
        store = Store.open(url)
        opened.append(store.revision)
        store.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4 and len(set(opened)) == 1


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    Store.open(url).close()
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match=r"is of a newer version of this product \(revision 9999\): update"):
        Store.open(url)
    with database.reading() as connection:
        assert migrations.revision_of(connection) == "9999"
    database.close()


def test_a_step_that_fails_leaves_nothing_behind(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE turns (ours INTEGER)"))  # somebody else's, in the way
    with pytest.raises(StoreUnavailable):
        Store.open(url)
    assert tables(database) == {"turns"}
    database.close()

"""Keys of the API: shown once, known until they are revoked."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from voicebot.store import Store
from voicebot.store.database import Database


def test_a_key_is_known_until_it_is_revoked(store: Store) -> None:
    before = datetime.now(UTC)
    desk, crm = store.add_key("desk"), store.add_key("crm")
    assert store.knows_key(desk) and store.knows_key(crm)
    listed = store.keys()
    assert [key.name for key in listed] == ["desk", "crm"]
    assert all(before <= key.created_at <= datetime.now(UTC) and key.revoked_at is None for key in listed)

    assert store.revoke(listed[0].id) is True
    assert not store.knows_key(desk)
    assert store.knows_key(crm)
    assert store.keys()[0].revoked_at is not None
    assert store.revoke(listed[0].id) is False
    assert store.revoke("nothing") is False


def test_nothing_else_is_known(store: Store) -> None:
    assert not store.knows_key("")
    key = store.add_key("desk")
    for wrong in (
        "",
        key[:-1],
        key + "A",
        key.upper(),
        "aicc_",
        f" {key}",
        "\ud800",
        "x" * 1_000_000,
        store.keys()[0].id,
    ):
        assert not store.knows_key(wrong)


def test_keys_differ_and_are_long(store: Store) -> None:
    keys = {store.add_key("same name") for _ in range(5)}
    assert len(keys) == 5
    assert all(len(key) == len("aicc_") + 43 for key in keys)  # 32 bytes


def test_the_database_does_not_hold_the_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/aicc.db"
    store = Store.open(url)
    key = store.add_key("desk")
    store.close()
    database = Database(url)
    with database.reading() as connection:
        row = connection.execute(text("SELECT * FROM api_keys")).one()
    database.close()
    assert key not in str(tuple(row)) and key.removeprefix("aicc_") not in str(tuple(row))
    assert len(row.sha256) == 64

"""Sessions: by the hash of their token, gone with their person, and not without end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voicebot.store import Store, StoreUnavailable
from voicebot.store.people import Person
from voicebot.store.sessions import MOST_SESSIONS, SessionRow

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


def row(number: int, person: str = "kim") -> SessionRow:
    at = NINE + timedelta(minutes=number)
    return SessionRow(
        f"{number:064x}", f"{number:012x}", "csrf", person, at, at, at + timedelta(hours=12), "10.0.0.1", "Firefox"
    )


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    for name in ("kim", "lee"):
        store.people.add(Person(name, name, "agent"))


def test_a_session_is_found_with_its_person_until_it_ends(store: Store) -> None:
    store.people.sessions.add(row(1))
    found = store.people.signed_in(row(1).token_sha256)
    assert found == (row(1), store.people.find("kim"))
    later = NINE + timedelta(minutes=20)
    store.people.sessions.seen(row(1).token_sha256, later, "10.0.0.2")
    assert store.people.sessions.of("kim") == [replace(row(1), last_seen_at=later, address="10.0.0.2")]
    assert store.people.sessions.end(row(1).token_sha256)
    assert not store.people.sessions.end(row(1).token_sha256)
    assert store.people.signed_in(row(1).token_sha256) is None
    assert store.people.signed_in("' OR 1=1 --") is None


def test_a_person_ends_their_own_alone(store: Store) -> None:
    for one in (row(1), row(2), row(3), row(4, "lee")):
        store.people.sessions.add(one)
    assert not store.people.sessions.end_one_of("kim", row(4).id)
    assert store.people.sessions.end_one_of("kim", row(1).id)
    assert store.people.sessions.end_all_of("kim", but_id=row(3).id) == 1
    assert store.people.sessions.of("kim") == [row(3)]
    assert store.people.sessions.of("lee") == [row(4, "lee")]
    assert store.people.sessions.end_all_of("kim") == 1


def test_beyond_the_most_the_one_longest_unused_ends(store: Store) -> None:
    for number in range(MOST_SESSIONS + 2):
        store.people.sessions.add(row(number))
    left = [one.id for one in store.people.sessions.of("kim")]
    assert left == [row(number).id for number in range(MOST_SESSIONS + 1, 1, -1)]


def test_old_ones_are_forgotten(store: Store) -> None:
    for one in (row(1), row(30), replace(row(31), expires_at=NINE + timedelta(minutes=40)), row(32)):
        store.people.sessions.add(one)
    assert store.people.sessions.forget_old(NINE + timedelta(minutes=30), NINE + timedelta(minutes=40)) == 2
    assert [one.id for one in store.people.sessions.of("kim")] == [row(32).id, row(30).id]


def test_nobodys_session_is_not_written(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        store.people.sessions.add(row(1, "nobody"))

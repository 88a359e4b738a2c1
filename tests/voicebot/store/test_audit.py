"""The audit trail: in order, page by page, older than its time gone."""

from datetime import UTC, datetime, timedelta

from voicebot.store import Store
from voicebot.store.audit import AuditEntry
from voicebot.store.people import Person

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


def entry(number: int, person: str = "kim") -> AuditEntry:
    return AuditEntry(NINE + timedelta(minutes=number), person, "10.0.0.1", "recording", f"call {number}", "allowed")


def test_newest_first_page_by_page(store: Store) -> None:
    for number in range(5):
        store.people.audit.add(entry(number, "kim" if number % 2 else "lee"))
    first = store.people.audit.read(limit=2)
    assert [one.object for one in first] == ["call 4", "call 3"]
    second = store.people.audit.read(before=first[-1].id, limit=10)
    assert [one.object for one in second] == ["call 2", "call 1", "call 0"]
    assert [one.object for one in store.people.audit.read(person="kim")] == ["call 3", "call 1"]
    assert (first[0].at, first[0].address, first[0].action, first[0].outcome) == (
        *(NINE + timedelta(minutes=4), "10.0.0.1", "recording", "allowed"),
    )


def test_entries_outlive_their_person(store: Store) -> None:
    store.people.add(Person("kim", "김", "agent"))
    store.people.audit.add(entry(1))
    store.people.remove("kim")
    assert [one.person for one in store.people.audit.read()] == ["kim"]


def test_old_ones_are_forgotten_and_numbers_not_given_again(store: Store) -> None:
    for number in range(4):
        store.people.audit.add(entry(number))
    ids = [one.id for one in store.people.audit.read()]
    assert store.people.audit.forget_old(NINE + timedelta(minutes=2)) == 2
    assert [one.id for one in store.people.audit.read()] == ids[:2]
    store.people.audit.add(entry(9))
    assert store.people.audit.read()[0].id > max(ids)


def test_odd_characters_keep_nothing_from_being_written(store: Store) -> None:
    store.people.audit.add(AuditEntry(NINE, "", "::1", "refused", "a\0b \ud800 '); --", "x"))
    assert store.people.audit.read()[0].object == "ab ? '); --"

"""Consents and sealed voiceprints."""

from datetime import UTC, datetime, timedelta

from voicebot.store import Store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_consent_comes_first(store: Store) -> None:
    table = store.voiceprints
    assert table.find("010") is None
    assert table.keep("010", "bundled", b"sealed", 4_000, ("a",)) is False
    assert table.find("010") is None

    row = table.give_consent("010", NOON)
    assert (row.customer, row.consented_at, row.sealed, row.calls) == ("010", NOON, None, ())
    assert table.keep("010", "bundled", b"sealed", 4_000, ("a",)) is True
    kept = table.find("010")
    assert kept is not None and kept.updated_at is not None
    assert (kept.model, kept.sealed, kept.speech_ms, kept.calls) == ("bundled", b"sealed", 4_000, ("a",))


def test_a_consent_that_is_there_stays(store: Store) -> None:
    table = store.voiceprints
    table.give_consent("010", NOON)
    table.keep("010", "bundled", b"sealed", 4_000, ("a",))
    again = table.give_consent("010", NOON + timedelta(days=1))
    assert again.consented_at == NOON and again.sealed == b"sealed"


def test_forgetting_takes_the_row(store: Store) -> None:
    table = store.voiceprints
    table.give_consent("010", NOON)
    table.give_consent("011", NOON)
    assert table.forget("010") is True and table.forget("010") is False
    assert [row.customer for row in table.all()] == ["011"]
    assert table.keep("010", "bundled", b"sealed", 4_000, ("a",)) is False


def test_a_later_voiceprint_replaces_the_earlier(store: Store) -> None:
    table = store.voiceprints
    table.give_consent("010", NOON)
    table.keep("010", "bundled", b"one", 4_000, ("a",))
    table.keep("010", "speechbrain:x", b"two", 9_000, ("a", "b"))
    row = table.find("010")
    assert row is not None and (row.model, row.sealed, row.calls) == ("speechbrain:x", b"two", ("a", "b"))

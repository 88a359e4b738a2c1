"""What pages and the API ask the store."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.voicebot.store.sample_calls import NOON, call_id_at, ended, logged, said, started, whole_call
from voicebot.events import BotInterrupted
from voicebot.store import RecordingRow, Store
from voicebot.store.database import Database

SHA = "ab" * 32


def ids(calls: object) -> list[str]:
    return [call.call_id for call in calls]  # type: ignore[attr-defined]


@pytest.fixture
def hour(store: Store) -> list[str]:
    """A call every ten minutes from noon on, two of them in the same millisecond at the end; oldest first."""
    call_ids = [call_id_at(NOON + timedelta(minutes=10 * number)) for number in range(6)]
    call_ids.append(call_id_at(NOON + timedelta(minutes=50), 1))
    for number, call_id in enumerate(call_ids):
        events = [started(f"0101111000{number % 2}", ("nuri", "survey")[number % 3 == 0])]
        store.write(logged(call_id, *events, *([ended()] if number < 4 else [])))
    return call_ids


def test_newest_first(store: Store, hour: list[str]) -> None:
    assert ids(store.calls()) == hour[::-1]
    assert ids(store.calls(limit=2)) == hour[:-3:-1]
    assert store.calls(limit=0) == store.calls(limit=-1) == []


def test_pages(store: Store, hour: list[str]) -> None:
    seen: list[str] = []
    before = None
    while page := store.calls(limit=3, before=before):
        seen += ids(page)
        before = page[-1].call_id
        # a call that begins meanwhile moves nothing, one that is forgotten leaves its place
        store.write(logged(call_id_at(NOON + timedelta(hours=2), len(seen)), started()))
        store.forget(before)
    assert seen == hour[::-1]


def test_filters(store: Store, hour: list[str]) -> None:
    assert ids(store.calls(state="running")) == [hour[6], hour[5], hour[4]]
    assert ids(store.calls(state="ended", limit=1)) == [hour[3]]
    assert ids(store.calls(caller="01011110001")) == [hour[5], hour[3], hour[1]]
    assert ids(store.calls(caller="0101111")) == []
    assert ids(store.calls(scenario="survey")) == [hour[6], hour[3], hour[0]]
    assert ids(store.calls(scenario="survey", state="ended", before=hour[3])) == [hour[0]]


def test_periods(store: Store, hour: list[str]) -> None:
    seoul = timezone(timedelta(hours=9))
    since, until = datetime(2026, 11, 22, 12, 10, tzinfo=seoul), datetime(2026, 11, 22, 12, 30, tzinfo=seoul)
    assert ids(store.calls(since=since, until=until)) == [hour[2], hour[1]]
    assert ids(store.calls(since=NOON + timedelta(minutes=50))) == [hour[6], hour[5]]
    assert ids(store.calls(until=NOON)) == []
    with pytest.raises(ValueError, match="has no time zone"):
        store.calls(since=datetime(2026, 11, 22))


def test_running_calls_are_told_oldest_first(store: Store, hour: list[str]) -> None:
    assert store.running() == hour[4:]


def test_search_in_what_was_said(store: Store) -> None:
    one, other = call_id_at(NOON), call_id_at(NOON, 1)
    store.write(logged(one, started(), said(1, "35,000원 환불해 주세요", "삼만 오천 원 환불해 주세요")))
    store.write(logged(other, started(), BotInterrupted(1, "100% 무료_배송 VIP입니다", "100%")))
    for wanted in ("환불", "환불해주세요", "삼만 오천원", "35,000", unicodedata.normalize("NFD", "환불")):
        assert ids(store.calls(text=wanted)) == [one], wanted
    for wanted in ("100%", "무료_", "vip", "무료_배송 vip"):
        assert ids(store.calls(text=wanted)) == [other], wanted
    for wanted in ("3_,000", "%환불", "원환불해 주세요삼만", "\\", "/", "'; DROP TABLE calls"):
        assert ids(store.calls(text=wanted)) == [], wanted
    assert ids(store.calls(text="  ")) == [other, one]
    assert ids(store.calls(text="환불", state="ended")) == []


def test_an_unknown_call(store: Store) -> None:
    assert store.call("nothing") is None
    assert store.events("nothing") == []
    assert store.calls(before="") == []
    assert store.recording_removed("nothing") is False
    assert store.forget("nothing") is False


def test_a_recording_is_sealed_and_removed(store: Store) -> None:
    call_id = call_id_at(NOON)
    store.write(whole_call(call_id))
    moment = NOON + timedelta(minutes=1)
    store.sealed(
        call_id, Path("calls/x/recording.flac"), SHA, size_bytes=3 * 2**31, duration_ms=60_000, sealed_at=moment
    )
    sealed = RecordingRow(call_id, "calls/x/recording.flac", SHA, 3 * 2**31, 60_000, moment, None)
    found = store.call(call_id)
    assert found is not None and found.recording == sealed
    assert store.calls()[0].recording == sealed

    before = datetime.now(UTC)
    assert store.recording_removed(call_id) is True
    removed = store.calls()[0].recording
    assert removed is not None and removed.removed_at is not None
    assert before <= removed.removed_at <= datetime.now(UTC)
    assert store.recording_removed(call_id) is False


def test_a_recording_of_a_call_that_is_not_known_yet(store: Store) -> None:
    call_id = call_id_at(NOON)
    store.sealed(call_id, "a.flac", SHA, size_bytes=1, duration_ms=1)
    store.sealed(call_id, "b.flac", SHA, size_bytes=2, duration_ms=1)  # sealed again, after a kill
    store.write(logged(call_id, started()))
    found = store.call(call_id)
    assert found is not None and found.caller == "01012345678"
    assert found.recording is not None and found.recording.path == "b.flac"


def test_what_retention_looks_at(store: Store) -> None:
    call_ids = [call_id_at(NOON, number) for number in range(4)]
    for days, call_id in enumerate(call_ids):
        moment = NOON - timedelta(days=days)
        store.sealed(call_id, f"{days}.flac", SHA, size_bytes=1, duration_ms=1, sealed_at=moment)
    store.recording_removed(call_ids[2])
    assert [row.path for row in store.recordings(NOON)] == ["3.flac", "1.flac"]
    assert [row.path for row in store.recordings(NOON, limit=1)] == ["3.flac"]


def test_a_forgotten_call_leaves_nothing(url: str) -> None:
    store = Store.open(url)
    call_id, other = call_id_at(NOON), call_id_at(NOON, 1)
    for one in (call_id, other):
        store.write(whole_call(one, turn_count=1))
        store.sealed(one, "a.flac", SHA, size_bytes=1, duration_ms=1)
    assert store.forget(call_id) is True
    assert store.call(call_id) is None
    store.close()
    database = Database(url)
    with database.reading() as connection:
        for table in ("calls", "events", "turns", "recordings"):
            found = set(connection.scalars(text(f"SELECT call_id FROM {table}")))
            assert found == {other}, table
    database.close()


def test_a_newer_version_s_events_are_skipped(url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = Store.open(url)
    call_id = call_id_at(NOON)
    store.write(logged(call_id, started(), ended()))
    database = Database(url)
    with database.writing() as connection:
        for seq, kind, payload in ((5, "dreamt", '{"of": "sheep"}'), (6, "bot_finished", '{"turn": 1}')):
            values = {"call_id": call_id, "seq": seq, "type": kind, "payload": payload}
            statement = (
                "INSERT INTO events (call_id, seq, at_ms, type, payload) VALUES (:call_id, :seq, 1, :type, :payload)"
            )
            if not database.is_sqlite:
                statement = statement.replace(":payload", "CAST(:payload AS json)")
            connection.execute(text(statement), values)
    database.close()
    assert [one.seq for one in store.events(call_id)] == [0, 1]
    assert "event 6 of call" in caplog.text and "bot_finished" in caplog.text
    store.close()


def test_what_was_written_is_there_when_it_is_opened_again(url: str) -> None:
    store = Store.open(url)
    store.write(whole_call(call_id_at(NOON)))
    before = store.calls()
    store.close()
    again = Store.open(url)
    assert again.calls() == before
    again.close()

"""Versions of notes: each once, none lost, gone with their call."""

import json
from datetime import timedelta

import pytest

from tests.voicebot.store.sample_calls import NOON, call_id_at, ended, logged, started
from voicebot.events import Logged, WrappedUp
from voicebot.store import Store
from voicebot.store.deliveries import DeliveryRow

CALL = call_id_at(NOON)
CRM = "https://crm.example/hooks"

MACHINES = WrappedUp(
    {"issue": "니트 반품을 원함", "actions": ["반품 접수함"], "resolution": "11월 30일까지 환불 예정"},
    code="",
    suggested_code="RETURN",
    confidence=0.91,
    follow_ups=({"what": "환불", "due": "2026-11-30"},),
    slots={"order": "2026-11", "amount": "35,000원"},
)


def note(seq: int = 2, version: int = 1, call_id: str = CALL, edited_by: str = "", code: str = "") -> Logged:
    event = WrappedUp(
        MACHINES.summary, code, "RETURN", 0.91, MACHINES.follow_ups, MACHINES.slots, edited_by, version, cause=1
    )
    return Logged(call_id, seq, 61_000 + seq, event)


def all_deliveries(store: Store) -> list[DeliveryRow]:
    return store.deliveries.find()[::-1]


def test_a_note_is_kept_as_its_event_has_it(store: Store) -> None:
    store.write(logged(CALL, started(), ended()))
    assert store.wrapups.write([note()]) == 1
    [row] = store.wrapups.versions(CALL)
    assert store.wrapups.newest(CALL) == row
    assert (row.call_id, row.version, row.seq, row.edited_by) == (CALL, 1, 2, "")
    assert row.at == NOON + timedelta(milliseconds=61_002)
    assert row.note == {
        "summary": MACHINES.summary,
        "slots": MACHINES.slots,
        "follow_ups": [{"what": "환불", "due": "2026-11-30"}],
        "code": "",
        "suggested_code": "RETURN",
        "confidence": 0.91,
    }


def test_the_newest_version_is_shown_and_all_can_be_read(store: Store) -> None:
    store.wrapups.write([note(9, 3, edited_by="이민수"), note(2, 1)])
    store.wrapups.write([note(5, 2, edited_by="김지영", code="RETURN")])
    assert [row.version for row in store.wrapups.versions(CALL)] == [1, 2, 3]
    newest = store.wrapups.newest(CALL)
    assert newest is not None and (newest.version, newest.edited_by) == (3, "이민수")


def test_what_is_no_note_is_left_out_and_a_call_without_one_has_none(store: Store) -> None:
    assert store.wrapups.write(logged(CALL, started(), ended()), CRM) == 0
    assert store.wrapups.newest(CALL) is None
    assert store.wrapups.versions(CALL) == []
    assert store.deliveries.find() == []


def test_the_same_event_twice_does_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    assert store.wrapups.write([note(), note()], CRM) == 1
    before = all_deliveries(store)
    assert store.wrapups.write([note()], CRM) == 0
    assert store.wrapups.write([note(), note(5, 2)], CRM) == 1
    assert len(store.wrapups.versions(CALL)) == 2
    assert all_deliveries(store)[:1] == before and len(before) == 1
    assert caplog.text == ""


def test_another_event_with_a_version_that_is_there_is_told(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.wrapups.write([note(5, 2, edited_by="김지영")])
    assert store.wrapups.write([note(6, 2, edited_by="이민수")]) == 0
    newest = store.wrapups.newest(CALL)
    assert newest is not None and newest.edited_by == "김지영"
    assert f"event 6 of call {CALL} is another version 2 of its note than event 5" in caplog.text


def test_each_version_has_a_delivery_that_tells_the_note_and_the_call(store: Store) -> None:
    store.write(logged(CALL, started(), ended()))
    store.wrapups.write([note(5, 2, edited_by="김지영"), note()], CRM)
    first, second = all_deliveries(store)
    assert (first.call_id, first.version, first.url, first.state, first.attempts) == (CALL, 1, CRM, "waiting", 0)
    assert (second.version, second.next_at) == (2, second.created_at)
    body = json.loads(first.body)
    assert (body["type"], body["delivery"]) == ("wrapped_up", first.id)
    assert body["call"] == {
        "call_id": CALL,
        "direction": "in",
        "door": "sip",
        "caller": "01012345678",
        "callee": "15881234",
        "scenario": "nuri",
        "started_at": "2026-11-22T03:00:00+00:00",
        "ended_at": "2026-11-22T03:01:00+00:00",
        "ended_by": "caller",
        "reason": "done",
        "duration_ms": 60_000,
    }
    assert body["note"]["summary"] == MACHINES.summary
    assert (body["note"]["version"], body["note"]["at"]) == (1, "2026-11-22T03:01:01.002000+00:00")
    assert json.loads(second.body)["note"]["edited_by"] == "김지영"


def test_odd_characters_keep_nothing_from_being_written(store: Store) -> None:
    event = WrappedUp({"issue": "a\0b \ud800"}, "", "", 0.0, slots={"n": 10**30})
    assert store.wrapups.write([Logged(CALL, 2, 1, event)], CRM) == 1
    [delivery] = all_deliveries(store)
    assert json.loads(delivery.body.encode())["note"]["slots"] == {"n": 10**30}


def test_an_older_version_that_comes_late_is_kept_and_not_delivered_behind_a_newer_one(store: Store) -> None:
    store.wrapups.write([note(5, 2)], CRM)
    [second] = all_deliveries(store)
    now = second.next_at
    store.deliveries.claim(CRM, now, now + timedelta(minutes=1), 5)
    store.wrapups.write([note(2, 1)], CRM)
    assert [row.version for row in store.wrapups.versions(CALL)] == [1, 2]
    assert [row.version for row in all_deliveries(store)] == [2]


def test_a_forgotten_call_takes_its_notes_and_deliveries_along(store: Store) -> None:
    other = call_id_at(NOON, 1)
    store.wrapups.write([note(), note(5, 2), note(call_id=other)], CRM)
    assert store.forget(CALL)
    assert store.wrapups.versions(CALL) == []
    assert len(store.wrapups.versions(other)) == 1
    assert [row.call_id for row in all_deliveries(store)] == [other]


def test_calls_that_ended_without_a_note_are_found(store: Store) -> None:
    calls = [call_id_at(NOON, number) for number in range(4)]
    for call_id in calls:
        store.write(logged(call_id, started(), *([ended()] if call_id != calls[3] else [])))
    store.wrapups.write([note(call_id=calls[1])])
    assert store.wrapups.missing() == [calls[2], calls[0]]
    assert store.wrapups.missing(limit=1) == [calls[2]]


def test_a_bad_call_id_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="is no call id"):
        store.wrapups.write([note(call_id="nothing")])

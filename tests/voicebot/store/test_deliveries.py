"""The outbox's rows: claimed by one, in order, noted by who holds the claim."""

import threading
from datetime import datetime, timedelta

import pytest

from tests.voicebot.store.sample_calls import NOON, call_id_at
from tests.voicebot.store.test_wrapups import CALL, CRM, all_deliveries, note
from voicebot.store import Store
from voicebot.store.deliveries import DeliveryRow, NotRetried

MINUTE = timedelta(minutes=1)
ELSEWHERE = "https://elsewhere.example/hook"


def now_of(store: Store) -> datetime:
    """Just when everything that was written so far is due."""
    return max(row.next_at for row in store.deliveries.find())


def claimed(store: Store, now: datetime, url: str = CRM, limit: int = 10) -> list[DeliveryRow]:
    return store.deliveries.claim(url, now, now + MINUTE, limit)


def one(store: Store, delivery_id: str) -> DeliveryRow:
    return next(row for row in store.deliveries.find() if row.id == delivery_id)


def test_what_is_claimed_is_nobody_else_s_until_the_claim_ends(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    assert store.deliveries.receivers(now) == [CRM]
    [row] = claimed(store, now)
    assert (row.attempts, row.claimed_until) == (1, now + MINUTE)
    assert claimed(store, now + MINUTE - timedelta(seconds=1)) == []
    assert store.deliveries.receivers(now + MINUTE - timedelta(seconds=1)) == []
    [again] = claimed(store, now + MINUTE)
    assert (again.id, again.attempts) == (row.id, 2)


def test_nothing_is_due_before_its_time(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    assert claimed(store, now - timedelta(microseconds=1)) == []
    [row] = claimed(store, now)
    store.deliveries.again(row, now + 5 * MINUTE, "answered 500", 0)
    failed = one(store, row.id)
    assert (failed.state, failed.last_error, failed.claimed_until) == ("waiting", "answered 500", None)
    assert claimed(store, now + 4 * MINUTE) == []
    assert len(claimed(store, now + 5 * MINUTE)) == 1


def test_versions_of_a_note_wait_for_each_other_those_of_other_calls_do_not(store: Store) -> None:
    other = call_id_at(NOON, 1)
    store.wrapups.write([note(), note(5, 2), note(call_id=other)], CRM)
    now = now_of(store)
    first, others = claimed(store, now)
    assert {(first.call_id, first.version), (others.call_id, others.version)} == {(CALL, 1), (other, 1)}
    assert claimed(store, now) == []
    store.deliveries.done(next(row for row in (first, others) if row.call_id == CALL), now)
    [second] = claimed(store, now)
    assert (second.call_id, second.version) == (CALL, 2)


def test_a_version_that_was_given_up_holds_nothing_back(store: Store) -> None:
    store.wrapups.write([note(), note(5, 2)], CRM)
    now = now_of(store)
    [first] = claimed(store, now)
    store.deliveries.give_up(first, "refused with 422")
    assert one(store, first.id).state == "failed"
    assert [row.version for row in claimed(store, now)] == [2]


def test_receivers_are_apart_those_who_wait_longest_first(store: Store) -> None:
    store.wrapups.write([note(call_id=call_id_at(NOON, 1))], ELSEWHERE)
    store.wrapups.write([note(call_id=call_id_at(NOON, number)) for number in (2, 3, 4)], CRM)
    now = now_of(store)
    assert store.deliveries.receivers(now) == [ELSEWHERE, CRM]
    assert len(claimed(store, now, limit=2)) == 2
    assert len(claimed(store, now, ELSEWHERE)) == 1
    assert store.deliveries.receivers(now) == [CRM]


def test_who_comes_behind_the_end_of_a_claim_changes_nothing_but_that_it_arrived(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    [late] = claimed(store, now)
    [newer] = claimed(store, now + MINUTE)
    store.deliveries.again(late, now, "too late", 3)
    store.deliveries.give_up(late, "too late")
    assert one(store, late.id) == newer
    store.deliveries.done(late, now)
    arrived = one(store, late.id)
    assert (arrived.state, arrived.done_at, arrived.claimed_until) == ("done", now, None)
    store.deliveries.again(newer, now, "a second answer", 0)
    assert one(store, late.id) == arrived
    assert store.deliveries.receivers(now + timedelta(days=9)) == []


def test_two_processes_never_claim_the_same(store: Store, url: str) -> None:
    store.wrapups.write([note(call_id=call_id_at(NOON, number)) for number in range(40)], CRM)
    now = now_of(store)
    taken: list[str] = []
    ready = threading.Barrier(3)

    def run() -> None:
        other = Store.open(url)
        ready.wait()
        while rows := claimed(other, now, limit=3):
            taken.extend(row.id for row in rows)
        other.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


def test_found_newest_first_by_state_and_in_pages(store: Store) -> None:
    store.wrapups.write([note(call_id=call_id_at(NOON, number)) for number in range(4)], CRM)
    now = now_of(store)
    done, failed, *_ = claimed(store, now, limit=2)
    store.deliveries.done(done, now)
    store.deliveries.give_up(failed, "refused with 404")
    everything = store.deliveries.find()
    assert [row.id for row in everything] == sorted((row.id for row in everything), reverse=True)
    assert [row.id for row in store.deliveries.find("done")] == [done.id]
    assert [row.id for row in store.deliveries.find("failed")] == [failed.id]
    assert len(store.deliveries.find("waiting")) == 2
    page = store.deliveries.find(limit=3)
    assert page + store.deliveries.find(before=page[-1].id) == everything


def test_a_failed_one_is_retried_as_if_it_were_new(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    [row] = claimed(store, now)
    store.deliveries.give_up(row, "refused with 404")
    later = now + timedelta(days=4)
    retried = store.deliveries.retry(row.id, later, ELSEWHERE)
    assert retried is not None and retried == one(store, row.id)
    assert (retried.state, retried.attempts, retried.trying_since, retried.url) == ("waiting", 0, later, ELSEWHERE)
    assert [again.id for again in claimed(store, later, ELSEWHERE)] == [row.id]


def test_one_that_waits_is_retried_at_once_but_not_while_it_is_being_sent(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    [row] = claimed(store, now)
    assert store.deliveries.retry(row.id, now) is not None
    assert claimed(store, now) == []
    store.deliveries.again(row, now + 60 * MINUTE, "answered 500", 0)
    assert claimed(store, now + MINUTE) == []
    store.deliveries.retry(row.id, now + MINUTE)
    assert len(claimed(store, now + MINUTE)) == 1


def test_an_older_version_is_not_sent_again_behind_a_newer_one(store: Store) -> None:
    store.wrapups.write([note(), note(5, 2)], CRM)
    now = now_of(store)
    [first] = claimed(store, now)
    store.deliveries.give_up(first, "refused with 422")
    [second] = claimed(store, now)
    with pytest.raises(NotRetried, match="version 2 of the note was sent"):
        store.deliveries.retry(first.id, now)
    store.deliveries.give_up(second, "refused with 422")
    assert store.deliveries.retry(second.id, now) is not None
    assert store.deliveries.retry(first.id, now) is not None
    assert [row.version for row in claimed(store, now)] == [1]


def test_what_has_arrived_or_does_not_exist_is_not_retried(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    [row] = claimed(store, now)
    store.deliveries.done(row, now)
    with pytest.raises(NotRetried, match="has arrived"):
        store.deliveries.retry(row.id, now)
    assert store.deliveries.retry("nothing", now) is None


def test_a_call_that_is_forgotten_while_its_note_is_sent_leaves_nothing(store: Store) -> None:
    store.wrapups.write([note()], CRM)
    now = now_of(store)
    [row] = claimed(store, now)
    store.forget(CALL)
    store.deliveries.again(row, now, "answered 500", 0)
    store.deliveries.done(row, now)
    assert all_deliveries(store) == []

"""What a batch of events leaves: each once, and the rows that follow from them, however often and in whatever order."""

import dataclasses
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.voicebot.store.sample_calls import NOON, call_id_at, ended, logged, said, started, took, whole_call
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    Fault,
    HandoffRequested,
    Logged,
    SlotFilled,
    TranscriptFinal,
    TranscriptPartial,
)
from voicebot.store import CallRow, Store, StoreUnavailable

CALL = call_id_at(NOON)


def call_of(store: Store, call_id: str = CALL) -> CallRow:
    row = store.call(call_id)
    assert row is not None
    return row


def test_a_call_that_begins(store: Store) -> None:
    assert store.write(logged(CALL, started())) == 1
    assert call_of(store) == CallRow(
        call_id=CALL,
        started_at=NOON,
        direction="in",
        door="sip",
        caller="01012345678",
        callee="15881234",
        scenario="nuri",
        state="running",
        ended_at=None,
        ended_by=None,
        reason=None,
        duration_ms=None,
        handoff=None,
        turn_count=0,
        fault_count=0,
    )
    assert store.running() == [CALL]


def test_a_call_that_ends(store: Store) -> None:
    events = logged(
        CALL,
        started(),
        said(1, "상담사 바꿔 주세요"),
        HandoffRequested("asked", "refund", "환불 문의"),
        Fault("ear", "died", "another"),
        HandoffRequested("fault", "any", ""),
        ended(61_500, "caller_hung_up"),
    )
    store.write(events)
    call = call_of(store)
    assert (call.state, call.ended_by, call.reason, call.duration_ms) == ("ended", "caller", "caller_hung_up", 61_500)
    assert call.ended_at == NOON + timedelta(seconds=61.5)
    assert (call.handoff, call.turn_count, call.fault_count) == ("asked", 1, 1)
    assert store.running() == []


def test_what_was_said(store: Store) -> None:
    store.write(
        logged(
            CALL,
            started(),
            BotFinished(0, "누리몰입니다."),
            said(1, "35,000원이요", "삼만 오천 원이요"),
            took(1, 231),
            BotInterrupted(1, "환불은 3일 걸립니다.", "환불은"),
            TranscriptFinal("agent", 2, "상담사입니다", "상담사입니다", (), "bundled"),
        )
    )
    turns = [(turn.turn, turn.side, turn.spoken, turn.written, turn.reason) for turn in call_of(store).turns]
    assert turns == [
        (0, "bot", "누리몰입니다.", "누리몰입니다.", "finished"),
        (1, "caller", "삼만 오천 원이요", "35,000원이요", "ending"),
        (1, "bot", "환불은", "환불은 3일 걸립니다.", "interrupted"),
        (2, "agent", "상담사입니다", "상담사입니다", None),
    ]
    assert [turn.voice_to_voice_ms for turn in call_of(store).turns] == [None, 231, None, None]
    assert [turn.at_ms for turn in call_of(store).turns] == [100, 200, 400, 500]


def test_events_come_back_as_they_were(store: Store) -> None:
    events = whole_call(CALL, turn_count=2)
    store.write(events)
    assert store.events(CALL) == events
    assert store.events(CALL, start=7) == events[7:]
    assert store.events(call_id_at(NOON, 1)) == []


def test_partials_are_left_out(store: Store) -> None:
    events = whole_call(CALL, turn_count=2, partials=5)
    kept = [one for one in events if not isinstance(one.event, TranscriptPartial)]
    assert store.write(events) == len(kept) == len(events) - 10
    assert store.events(CALL) == kept
    assert store.write(logged(CALL, TranscriptPartial("caller", 1, "네", "네", 1), start=900)) == 0
    assert store.write([]) == 0


def test_a_batch_that_comes_again_changes_nothing(store: Store) -> None:
    events = whole_call(CALL)
    store.write(events)
    before = call_of(store)
    assert store.write(events) == 0
    assert store.write(events[10:20] * 2) == 0
    assert call_of(store) == before
    assert before.turn_count == 10 and before.fault_count == 1


def test_any_order_and_repetition_leave_the_same(store: Store) -> None:
    events = whole_call(CALL, turn_count=4)
    store.write(events)
    in_order = call_of(store)
    assert all(turn.voice_to_voice_ms for turn in in_order.turns if turn.side == "caller")
    for seed in range(25):
        chance = random.Random(seed)
        store.forget(CALL)
        left = events * 2
        chance.shuffle(left)
        while left:
            size = chance.randrange(1, 12)
            store.write(left[:size])
            left = left[size:]
        assert call_of(store) == in_order, seed
        assert store.events(CALL) == events


def test_many_calls_in_one_batch(store: Store) -> None:
    call_ids = [call_id_at(NOON, number) for number in range(30)]
    mixed = [one for call_id in call_ids for one in whole_call(call_id, turn_count=2)]
    random.Random(1).shuffle(mixed)
    store.write(mixed)
    for call_id in call_ids:
        assert store.events(call_id) == whole_call(call_id, turn_count=2)
        assert call_of(store, call_id).turn_count == 2


def test_a_call_whose_start_was_never_seen(store: Store) -> None:
    store.write(logged(CALL, said(3, "네"), ended(), start=40))
    call = call_of(store)
    assert (call.started_at, call.state, call.turn_count) == (NOON, "ended", 1)
    assert (call.caller, call.scenario, call.door) == (None, None, None)
    store.write(logged(CALL, started()))
    assert call_of(store) == dataclasses.replace(
        call, direction="in", door="sip", caller="01012345678", callee="15881234", scenario="nuri"
    )


def test_the_first_of_two_events_with_one_number_stays(store: Store) -> None:
    # two calls with one id
    store.write(logged(CALL, started("0101")))
    assert store.write(logged(CALL, started("0102"))) == 0
    assert call_of(store).caller == "0101"


def test_the_first_end_stays(store: Store) -> None:
    store.write(logged(CALL, started(), ended(5_000, "hung_up")))
    store.write(logged(CALL, ended(9_000, "process_died"), start=2))
    assert (call_of(store).reason, call_of(store).duration_ms) == ("hung_up", 5_000)


def test_a_bad_id_leaves_nothing_of_its_batch(store: Store) -> None:
    with pytest.raises(ValueError, match="'call-1' is no call id"):
        store.write([*logged(CALL, started()), *logged("call-1", started())])
    assert store.call(CALL) is None


def test_texts_that_databases_do_not_take(store: Store) -> None:
    event = SlotFilled("name", 10**30, "nul \0 and \ud800", "nul \0 and \ud800", float("nan"))
    store.write(logged(CALL, started("010\0\ud800"), said(1, "하나\0둘\ud800"), event))
    assert call_of(store).caller == "010?"
    assert call_of(store).turns[0].written == "하나둘?"
    assert store.events(CALL)[2].event == SlotFilled("name", 10**30, "nul \0 and ?", "nul \0 and ?", None)  # type: ignore[arg-type]
    assert store.calls(text="나\0둘")[0].call_id == CALL
    assert store.calls(caller="\0") == []


def test_two_writers_at_once(url: str) -> None:
    """Each writes its own calls and, in other batches, the calls that both have."""
    common = [one for number in range(6) for one in whole_call(call_id_at(NOON, number), turn_count=5)]
    failures: list[BaseException] = []
    new = [0, 0]
    together = threading.Barrier(2)

    def run(writer: int) -> None:
        try:
            store = Store.open(url)  # both bring the tables up to date
            own = [one for number in range(6) for one in whole_call(call_id_at(NOON, 100 * writer + 50 + number), 5)]
            left: list[Logged] = common + own
            random.Random(writer).shuffle(left)
            size = 17 + writer
            together.wait(30)
            for at in range(0, len(left), size):
                new[writer] += store.write(left[at : at + size])
            store.close()
        except BaseException as failure:
            failures.append(failure)
            raise

    threads = [threading.Thread(target=run, args=(writer,)) for writer in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = Store.open(url)
    calls = store.calls(limit=100)
    assert len(calls) == 18
    assert sum(new) == sum(len(store.events(call.call_id)) for call in calls) == 3 * len(common)
    assert {(call.turn_count, call.fault_count, call.state) for call in calls} == {(5, 1, "ended")}
    store.close()


def test_many_open_a_new_file_at_the_same_moment(tmp_path: Path) -> None:
    """SQLite refuses to change a file's journal while another does so, without waiting."""
    failures: list[BaseException] = []

    def run(url: str, together: threading.Barrier) -> None:
        together.wait(30)
        try:
            Store.open(url).close()
        except StoreUnavailable as failure:
            failures.append(failure)

    for number in range(10):
        together = threading.Barrier(4)
        threads = [threading.Thread(target=run, args=(f"sqlite:///{tmp_path}/{number}.db", together)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_two_writers_of_the_same_events_do_not_block_each_other(url: str) -> None:
    """Both write the same calls, new ones and running ones, at the same moment, one forwards and one backwards."""
    stores = [Store.open(url), Store.open(url)]
    rounds = [
        [one for number in range(20) for one in whole_call(call_id_at(NOON, 100 * of_round + number), turn_count=3)]
        for of_round in range(8)
    ]
    for batch in rounds[4:]:
        stores[0].write([one for one in batch if one.seq == 0])
    together = threading.Barrier(2, timeout=30)
    new: list[int] = []

    def run(writer: int) -> None:
        for batch in rounds:
            together.wait()
            new.append(stores[writer].write(batch[:: 1 - 2 * writer]))

    threads = [threading.Thread(target=run, args=(writer,)) for writer in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(new) == 2 * len(rounds), "a writer was refused"
    assert sum(new) == sum(map(len, rounds)) - 4 * 20
    for store in stores:
        store.close()

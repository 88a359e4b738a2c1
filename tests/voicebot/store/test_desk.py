"""What the desk finds again: states, callbacks, messages, and who talked to a number."""

from datetime import timedelta

import pytest

from tests.voicebot.store.sample_calls import NOON, call_id_at, logged, started
from voicebot.events import AgentJoined, Event
from voicebot.store import Store
from voicebot.store.desk import MessageRow, StateRow

MINUTE = timedelta(minutes=1)
CALL = call_id_at(NOON)


def write_call(store: Store, number: int, caller: str, *events: Event) -> str:
    call_id = call_id_at(NOON + number * MINUTE)
    store.write(logged(call_id, started(caller), *events))
    return call_id


def test_the_newest_state_of_each_person_is_kept(store: Store) -> None:
    assert store.desk.states() == {}
    store.desk.keep_state("kim", "ready", NOON)
    store.desk.keep_state("lee", "away", NOON)
    store.desk.keep_state("kim", "talking", NOON + MINUTE)
    assert store.desk.states() == {
        "kim": StateRow("kim", "talking", NOON + MINUTE),
        "lee": StateRow("lee", "away", NOON),
    }
    assert store.desk.forget_state("lee") and not store.desk.forget_state("lee")
    assert list(store.desk.states()) == ["kim"]


def test_who_talked_last_to_a_number(store: Store) -> None:
    write_call(store, 1, "01011112222", AgentJoined("kim", "answered"))
    write_call(store, 2, "01011112222", AgentJoined("lee", "answered"), AgentJoined("park", "conference"))
    write_call(store, 3, "01033334444", AgentJoined("choi", "answered"))
    assert store.desk.last_agent("01011112222", NOON) == "park"
    assert store.desk.last_agent("01033334444", NOON) == "choi"
    assert store.desk.last_agent("01055556666", NOON) is None
    assert store.desk.last_agent("01011112222", NOON + 3 * MINUTE) is None


def test_calls_that_nobody_answered_and_colleagues_who_were_only_asked_do_not_count(store: Store) -> None:
    write_call(store, 1, "01011112222", AgentJoined("kim", "answered"), AgentJoined("lee", "consulted"))
    write_call(store, 2, "01011112222")
    assert store.desk.last_agent("01011112222", NOON) == "kim"


def test_a_withheld_number_is_nobody_s(store: Store) -> None:
    write_call(store, 1, "", AgentJoined("kim", "answered"))
    assert store.desk.last_agent("", NOON) is None


def test_callbacks_are_found_by_status_earliest_due_first(store: Store) -> None:
    late = store.desk.add_callback("01011112222", NOON + 9 * MINUTE, "배송", "환불 문의", CALL)
    early = store.desk.add_callback("01033334444", NOON + MINUTE, "일반")
    assert (late.call_id, late.note, late.status, late.attempts) == (CALL, "환불 문의", "waiting", 0)
    assert store.desk.callbacks() == [early, late]
    assert store.desk.change_callback(early.id, "done", 1, early.at)
    assert store.desk.callbacks("waiting", "dialling") == [late]
    assert [row.id for row in store.desk.callbacks("done")] == [early.id]
    assert store.desk.callbacks(limit=1) == [store.desk.callback(early.id)]


def test_a_callback_that_is_tried_again_is_due_later(store: Store) -> None:
    row = store.desk.add_callback("01011112222", NOON, "배송")
    store.desk.change_callback(row.id, "waiting", 1, NOON + 10 * MINUTE)
    changed = store.desk.callback(row.id)
    assert changed and (changed.status, changed.attempts, changed.at) == ("waiting", 1, NOON + 10 * MINUTE)
    assert not store.desk.change_callback("nothing", "done", 1, NOON)
    assert store.desk.callback("nothing") is None


def test_messages_newest_first_and_in_pages(store: Store) -> None:
    rows = [store.desk.add_message(CALL, "01011112222", f"메시지 {n}", NOON) for n in range(3)]
    assert store.desk.messages() == rows[::-1]
    page = store.desk.messages(limit=2)
    assert page + store.desk.messages(before=page[-1].id) == rows[::-1]


def test_the_first_who_reads_a_message_stays_on_record(store: Store) -> None:
    one, other = (store.desk.add_message(CALL, "01011112222", text, NOON) for text in ("하나", "둘"))
    read = store.desk.read(one.id, "kim", NOON + MINUTE)
    assert read == MessageRow(one.id, CALL, "01011112222", "하나", NOON, "kim", NOON + MINUTE)
    assert store.desk.read(one.id, "lee", NOON + 2 * MINUTE) == read
    assert store.desk.messages(unread=True) == [other]
    assert store.desk.read("nothing", "kim", NOON) is None


def test_with_a_call_go_its_message_and_its_callback(store: Store) -> None:
    call_id = write_call(store, 1, "01011112222")
    store.desk.add_message(call_id, "01011112222", "전화 주세요", NOON)
    store.desk.add_callback("01011112222", NOON, "배송", call_id=call_id)
    by_hand = store.desk.add_callback("01011112222", NOON, "배송")
    store.forget(call_id)
    assert store.desk.messages() == []
    assert store.desk.callbacks() == [by_hand]


def test_a_message_may_come_before_its_call_is_written(store: Store) -> None:
    call_id = call_id_at(NOON + 5 * MINUTE)
    store.desk.add_message(call_id, "01011112222", "전화 주세요", NOON)
    store.write(logged(call_id, started("01011112222")))
    assert store.call(call_id) is not None and len(store.desk.messages()) == 1


def test_an_id_that_is_no_call_s_is_refused(store: Store) -> None:
    with pytest.raises(ValueError):
        store.desk.add_message("../etc", "01011112222", "글", NOON)
    with pytest.raises(ValueError):
        store.desk.add_callback("01011112222", NOON, "배송", call_id="nothing")

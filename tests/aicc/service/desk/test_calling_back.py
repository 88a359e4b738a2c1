"""Promised calls, from the promise to the agent's voice."""

from datetime import datetime, timedelta

import pytest

from aicc.service.api.problem import Problem
from tests.fakes.desk import ZERO, Shift
from voicebot.events import CallbackBooked
from voicebot.korean_time import KST
from voicebot.log import new_call_id
from voicebot.store import Store
from voicebot.store.desk import CallbackRow

NUMBER = "01012345678"


def booked(shift: Shift, minutes: float = 2) -> str:
    """A caller was promised a call, and has hung up."""
    call = shift.begin(NUMBER)
    due = (ZERO + timedelta(milliseconds=shift.clock.ms, minutes=minutes)).astimezone(KST).replace(tzinfo=None)
    shift.happens(call, CallbackBooked("두 시 이 분", NUMBER, due.isoformat(timespec="seconds")))
    shift.hangs_up(call)
    return call


def kept(shift: Shift) -> CallbackRow:
    [row] = shift.run(shift.service.callbacks())
    assert isinstance(row, CallbackRow)
    return row


def dialled(shift: Shift) -> str:
    """For kim, and the customer has picked up."""
    booked(shift)
    shift.pass_s(122)
    [call] = shift.placed
    shift.wants_a_person(call)
    return call


def test_booked_stored_due_dialled_and_talked_to(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = booked(shift)
    row = kept(shift)
    assert (row.number, row.status, row.attempts, row.call_id) == (NUMBER, "waiting", 0, call)
    assert row.at == ZERO + timedelta(minutes=2), "Korean time, as the caller was told"
    shift.pass_s(115)
    assert shift.placed == []
    shift.pass_s(7)
    [outbound] = shift.placed
    assert kept(shift).status == "dialling"
    assert shift.state("kim") == "talking", "nothing else rings there meanwhile"
    other = shift.waiting("01099998888")
    assert kim.rings == []
    shift.wants_a_person(outbound)  # the flow greets whoever picks up, and hands over
    assert kim.rings == [outbound]
    [offer] = kim.of("offer")
    assert offer["customer"] == NUMBER
    assert kept(shift).status == "done"
    shift.takes("kim", outbound)
    assert shift.hears(outbound, "kim")
    assert shift.story(outbound) == ["agent_offered kim panel", "agent_joined kim answered"]
    shift.pass_s(25)
    assert shift.hears(outbound, "kim"), "who has taken it keeps it"
    shift.hangs_up(outbound)
    assert shift.state("kim") == "wrapping"
    shift.do("kim", "wrapped_up", outbound)
    assert kim.rings == [other]


def test_a_callback_waits_for_somebody_free(shift: Shift) -> None:
    shift.at_work("kim")
    first = shift.talking("kim", caller="01099998888")
    booked(shift)
    shift.pass_s(125)
    assert shift.placed == []
    shift.hangs_up(first)
    shift.do("kim", "wrapped_up", first)
    assert len(shift.placed) == 1


def test_a_customer_who_does_not_answer_is_tried_again_and_in_the_end_no_more(shift: Shift) -> None:
    shift.at_work("kim")
    booked(shift)
    for attempt in (1, 2, 3):
        shift.pass_s(602 if attempt > 1 else 122)
        assert len(shift.placed) == attempt
        shift.now(shift.end, shift.placed[-1], "network", "no_answer")
        row = kept(shift)
        assert row.attempts == attempt
        assert row.status == ("failed" if attempt == 3 else "waiting")
        assert shift.state("kim") == "ready"
    shift.pass_s(1_300)
    assert len(shift.placed) == 3


def test_a_call_that_cannot_be_placed_is_tried_again(shift: Shift) -> None:
    shift.at_work("kim")
    shift.dials = False
    booked(shift)
    shift.pass_s(122)
    assert (kept(shift).status, kept(shift).attempts) == ("waiting", 1)
    assert shift.state("kim") == "ready"


@pytest.mark.parametrize("how", ["lets it ring", "refuses", "is at no telephone", "is busy at the telephone"])
def test_a_customer_whose_agent_does_not_come_waits_for_the_next_one(shift: Shift, how: str) -> None:
    phone = "sip:kim@10.0.0.9" if "telephone" in how else ""
    if how == "is at no telephone":
        shift.unreachable.add(phone)
    kim = shift.at_work("kim", phone=phone)
    shift.pass_s(1)
    call = dialled(shift)
    lee = shift.at_work("lee")
    if how == "lets it ring":
        assert (kim.rings, lee.rings) == ([call], [])
        shift.connect("kim", call)
        shift.pass_s(21)
    elif how == "refuses":
        shift.connect("kim", call)
        shift.do("kim", "refuse", call)
    elif how == "is busy at the telephone":
        shift.turns_down(phone, 486)
    assert (kim.rings, lee.rings) == ([], [call])
    assert shift.parts(call) == {}
    assert shift.state("kim") == "wrapping"
    shift.takes("lee", call)
    assert shift.hears(call, "lee")
    shift.pass_s(25)
    assert shift.hears(call, "lee")


def test_a_customer_who_hangs_up_while_it_rings(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = dialled(shift)
    assert kim.rings == [call]
    shift.hangs_up(call)
    assert kim.rings == []
    assert shift.state("kim") == "wrapping"
    shift.pass_s(25)
    assert shift.placed == [call], "they were reached"


def test_a_panel_that_comes_back_hears_of_it(shift: Shift) -> None:
    shift.at_work("kim")
    call = dialled(shift)
    assert shift.panel("kim").rings == [call]


def test_a_supervisor_takes_it_from_whom_it_was_for(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = dialled(shift)
    shift.at_work("sun", "없음", role="supervisor")
    shift.connect("sun", call)
    shift.do("sun", "listen", call, "taking_over")
    assert shift.hears(call, "sun")
    assert kim.rings == []
    assert shift.state("kim") == "wrapping", "and is free again soon"
    shift.pass_s(25)
    assert shift.hears(call, "sun")


def test_promises_outlive_the_service(shift: Shift, store: Store) -> None:
    shift.at_work("kim")
    dials, _ = booked(shift, minutes=1), booked(shift, minutes=30)
    shift.pass_s(62)
    assert len(shift.placed) == 1
    shift.restart()
    shift.placed.clear()
    statuses = [row.status for row in shift.run(shift.service.callbacks())]
    assert statuses == ["dialling", "waiting"], "as it was when the service was killed"
    shift.panel("kim")
    shift.do("kim", "set_state", "ready")
    shift.pass_s(1)
    assert len(shift.placed) == 1, "what was being dialled is dialled anew"
    assert dials not in shift.placed


def test_one_is_cancelled(shift: Shift) -> None:
    booked(shift)
    shift.run(shift.service.cancel_callback(kept(shift).id))
    assert kept(shift).status == "cancelled"
    for callback_id, status in ((kept(shift).id, 409), (new_call_id(), 404), ("../../etc", 404)):
        with pytest.raises(Problem) as refused:
            shift.run(shift.service.cancel_callback(callback_id))
        assert refused.value.status == status
    shift.at_work("kim")
    shift.pass_s(200)
    assert shift.placed == []


def test_a_promise_without_an_hour_or_a_number_is_for_people_to_read(shift: Shift) -> None:
    call = shift.begin(NUMBER)
    shift.happens(call, CallbackBooked("오후에", NUMBER, ""))
    shift.happens(call, CallbackBooked("두 시", "", datetime(2026, 11, 23, 14).isoformat()))
    assert shift.run(shift.service.callbacks()) == []

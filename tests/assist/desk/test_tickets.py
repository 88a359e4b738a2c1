"""Calls for one person, and places in the line."""

import pytest

from assist.desk import NobodyTook
from tests.assist.desk.shift import Shift, only, person

KIM, LEE, PARK = person("kim"), person("lee"), person("park")


def test_a_call_for_one_person_rings_there_and_nowhere_else():
    shift = Shift(KIM, LEE)
    shift.talks("kim", "a")
    shift.calls("a", "배송", to="lee")
    assert shift.rings_at("a") == "lee"
    assert shift.accepts("lee", "a")
    assert (shift.state("kim"), shift.state("lee")) == ("talking", "talking")
    shift.done("kim", "a")
    assert (shift.state("kim"), shift.state("lee")) == ("wrapping", "talking")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("talks", "busy"),
        ("away", "away"),
        ("gone", "unknown"),
        ("refuses", "refused"),
        ("lets it ring", "no_answer"),
        ("goes away", "refused"),
        ("panel lost", "lost"),
        ("takes over another", "busy"),
    ],
)
def test_a_caller_who_was_meant_for_one_person_comes_back(what, reason):
    shift = Shift(KIM, LEE, PARK)
    if what == "talks":
        shift.talks("lee", "other")
    elif what == "away":
        shift.away("lee")
    elif what == "gone":
        shift.do(shift.desk.people_known([KIM, PARK], shift.now_s))
    told = shift.calls("a", to="lee")
    if what == "refuses":
        told = shift.refuses("lee", "a")
    elif what == "lets it ring":
        told = shift.pass_s(20)
    elif what == "goes away":
        told = shift.away("lee")
    elif what == "panel lost":
        told = shift.do(shift.desk.connected("lee", False, shift.now_s))
    elif what == "takes over another":
        shift.desk.join("lee", "other", shift.now_s)
        told = shift.tick()
    assert only(NobodyTook, told) == [NobodyTook("a", "lee", reason)]
    assert not shift.waits("a")
    shift.calls("a", given_by="lee")
    assert shift.rings_at("a") in ("kim", "park")


def test_who_writes_and_a_supervisor_who_is_there_may_be_called_by_name():
    shift = Shift(KIM, person("boss", is_supervisor=True))
    shift.talks("kim", "before")
    shift.done("kim", "before")
    shift.away("boss")
    shift.calls("a", to="kim")
    shift.calls("b", to="boss")
    assert (shift.rings_at("a"), shift.rings_at("b")) == ("kim", "boss")


def test_one_where_another_call_rings_is_waited_for_no_longer_than_a_ring():
    shift = Shift(KIM)
    shift.calls("a")
    shift.pass_s(15)
    shift.calls("b", to="kim")
    assert shift.waits("b") and shift.rings_at("b") == ""
    shift.do(shift.desk.leave("a", shift.now_s))
    assert shift.rings_at("b") == "kim"


def test_who_gives_a_caller_back_to_the_queue_does_not_get_them_at_once():
    shift = Shift(KIM)
    shift.chats("kim", "a", "b")
    shift.done("kim", "a")
    shift.calls("a", is_chat=True, given_by="kim")
    assert shift.rings_at("a") == ""
    shift.pass_s(30)
    assert shift.rings_at("a") == "kim"


def test_who_comes_back_into_the_queue_with_their_time_has_their_place():
    shift = Shift(KIM)
    shift.talks("kim", "before")
    shift.calls("a")
    shift.now_s += 5
    shift.calls("back", queued_s=0.5)
    assert shift.desk.place("back") == (1, 240) and shift.desk.place("a") == (2, 480)

"""Whom a call rings at, and what becomes of one that they do not take."""

import pytest

from assist.desk import DeskRules, Offer, StateChanged, Withdraw
from tests.assist.desk.shift import Shift, only, person

KIM, LEE = person("kim"), person("lee")


def test_a_call_rings_at_who_has_been_idle_longest_until_they_accept():
    shift = Shift(KIM, LEE)
    assert only(Offer, shift.calls("a")) == [Offer("kim", "a", shift.now_s + 20, "panel")]
    assert shift.accepts("kim", "a")
    assert (shift.state("kim"), shift.waits("a")) == ("talking", False)
    shift.calls("b")
    assert shift.rings_at("b") == "lee"


def test_a_skill_is_served_by_those_who_have_it():
    shift = Shift(KIM, person("lee", "배송"))
    shift.calls("a", "배송")
    assert shift.rings_at("a") == "lee"
    shift.calls("b", "")
    assert shift.rings_at("b") == "kim"


def test_an_important_caller_goes_first_and_callers_of_one_kind_as_they_came():
    shift = Shift(KIM)
    shift.talks("kim", "before")
    for call_id in ("a", "b"):
        shift.calls(call_id)
        shift.now_s += 1
    shift.calls("vip", priority=1)
    answered = []
    shift.done("kim", "before")
    for _ in range(3):
        shift.ready("kim")
        [ringing] = [call for call in ("a", "b", "vip") if shift.rings_at(call)]
        shift.accepts("kim", ringing)
        shift.done("kim", ringing)
        answered.append(ringing)
    assert answered == ["vip", "a", "b"]


def test_who_knows_the_caller_is_first_if_they_are_ready():
    shift = Shift(KIM, LEE)
    shift.calls("a", sticky="lee")
    assert shift.rings_at("a") == "lee"


def test_a_call_is_kept_for_who_knows_the_caller_and_has_almost_written_their_note():
    shift = Shift(KIM, LEE, rules=DeskRules(wrapup_s=30, sticky_s=15))
    shift.talks("kim", "before")
    shift.done("kim", "before")
    shift.pass_s(20)
    shift.calls("a", sticky="kim")
    assert shift.rings_at("a") == ""
    shift.pass_s(10)
    assert shift.rings_at("a") == "kim"


@pytest.mark.parametrize("sticky", ["kim", "nobody"])
def test_a_call_is_not_kept_for_who_still_talks_or_is_unknown(sticky):
    shift = Shift(KIM, LEE)
    shift.talks("kim", "before")
    shift.calls("a", sticky=sticky)
    assert shift.rings_at("a") == "lee"


def test_a_call_kept_for_one_who_leaves_goes_to_another():
    shift = Shift(KIM, LEE, rules=DeskRules(wrapup_s=10))
    shift.talks("kim", "before")
    shift.done("kim", "before")
    shift.calls("a", sticky="kim")
    assert shift.rings_at("a") == ""
    shift.away("kim")
    assert shift.rings_at("a") == "lee"


def test_a_refusal_is_the_next_one_s_call_and_who_refused_stays_ready():
    shift = Shift(KIM, LEE)
    shift.calls("a")
    told = shift.refuses("kim", "a")
    assert only(Withdraw, told) == [Withdraw("kim", "a", "refused")]
    assert (shift.rings_at("a"), shift.state("kim")) == ("lee", "ready")


def test_who_refused_is_asked_again_when_nobody_else_took_it():
    shift = Shift(KIM)
    shift.calls("a")
    shift.refuses("kim", "a")
    shift.pass_s(29)
    assert shift.rings_at("a") == ""
    shift.pass_s(1)
    assert shift.rings_at("a") == "kim"


def test_a_ring_that_nobody_answers_goes_on_to_the_next_and_they_are_away():
    shift = Shift(KIM, LEE)
    shift.calls("a")
    assert shift.pass_s(19) == []
    told = shift.pass_s(1)
    assert only(Withdraw, told) == [Withdraw("kim", "a", "no_answer")]
    assert only(StateChanged, told) == [StateChanged("kim", "away")]
    assert shift.rings_at("a") == "lee"


def test_a_lost_panel_passes_the_ring_on_and_a_short_gap_signs_nobody_out():
    shift = Shift(KIM, LEE)
    shift.calls("a")
    told = shift.do(shift.desk.connected("kim", False, shift.now_s))
    assert only(Withdraw, told) == [Withdraw("kim", "a", "lost")]
    assert shift.rings_at("a") == "lee"
    shift.pass_s(10)
    shift.do(shift.desk.connected("kim", True, shift.now_s))
    shift.refuses("lee", "a")
    assert (shift.state("kim"), shift.rings_at("a")) == ("ready", "kim")


def test_a_panel_that_stays_away_signs_out():
    shift = Shift(KIM, LEE)
    shift.do(shift.desk.connected("kim", False, shift.now_s))
    shift.pass_s(29)
    assert shift.state("kim") == "ready"
    shift.pass_s(1)
    assert shift.state("kim") == "away"
    assert shift.state("lee") == "ready"


def test_a_telephone_rings_on_without_the_panel():
    shift = Shift(person("kim", phone="sip:kim@example.kr"), LEE)
    assert only(Offer, shift.calls("a"))[0].how == "sip"
    shift.do(shift.desk.connected("kim", False, shift.now_s))
    shift.pass_s(15)
    assert shift.rings_at("a") == "kim" and shift.accepts("kim", "a")


def test_a_telephone_that_cannot_be_reached_is_not_rung_again():
    shift = Shift(person("kim", phone="sip:kim@example.kr"), LEE)
    shift.calls("a")
    shift.do(shift.desk.refuse("kim", "a", "lost", shift.now_s))
    assert (shift.state("kim"), shift.rings_at("a")) == ("away", "lee")


def test_going_away_while_it_rings_refuses():
    shift = Shift(KIM, LEE)
    shift.calls("a")
    told = shift.away("kim")
    assert Withdraw("kim", "a", "refused") in told
    assert (shift.state("kim"), shift.rings_at("a")) == ("away", "lee")


def test_a_caller_who_hangs_up_stops_the_ringing():
    shift = Shift(KIM)
    shift.calls("a")
    told = shift.do(shift.desk.leave("a", shift.now_s))
    assert only(Withdraw, told) == [Withdraw("kim", "a", "withdrawn")]
    assert not shift.accepts("kim", "a")
    assert shift.state("kim") == "ready"

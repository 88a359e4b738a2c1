"""Accepting, waiting, and nobody there."""

import pytest

from assist.desk import Announce, DeskRules, NobodyThere, NobodyTook, Offer, OfferCallback, StateChanged, Withdraw
from tests.assist.desk.shift import Shift, only, person

KIM, LEE = person("kim"), person("lee")


def test_of_two_who_accept_one_wins():
    shift = Shift(KIM, LEE)
    shift.calls("a")
    shift.pass_s(20)
    assert shift.rings_at("a") == "lee"
    assert [shift.accepts("kim", "a"), shift.accepts("lee", "a"), shift.accepts("lee", "a")] == [False, True, False]
    assert (shift.state("kim"), shift.state("lee")) == ("away", "talking")


def test_a_supervisor_takes_what_rings_elsewhere():
    shift = Shift(KIM, person("boss", "없음", is_supervisor=True), LEE)
    shift.calls("a")
    assert not shift.accepts("lee", "a")
    assert shift.accepts("boss", "a")
    assert shift.told[-2:] == [Withdraw("kim", "a", "withdrawn"), StateChanged("boss", "talking")]
    assert not shift.accepts("kim", "a")


def test_a_caller_whom_the_bot_has_is_not_taken():
    shift = Shift(KIM, person("boss", is_supervisor=True))
    shift.calls("a")
    shift.do(shift.desk.pause("a", shift.now_s))
    assert not shift.accepts("boss", "a")
    shift.do(shift.desk.resume("a", shift.now_s))
    assert shift.accepts("boss", "a")


def test_a_supervisor_who_talks_takes_nothing_else():
    shift = Shift(KIM, person("boss", is_supervisor=True))
    shift.talks("boss", "other")
    shift.calls("a")
    assert not shift.accepts("boss", "a")
    assert shift.rings_at("a") == "kim"


def test_a_supervisor_who_helps_out_goes_back_to_what_they_did():
    shift = Shift()
    shift.do(shift.desk.people_known([person("boss", is_supervisor=True)], shift.now_s))
    shift.do(shift.desk.connected("boss", True, shift.now_s))
    shift.talks("boss", "a")
    shift.done("boss", "a")
    shift.pass_s(60)
    assert shift.state("boss") == "away"


def test_joining_a_second_call_is_refused_and_the_same_one_is_no_news():
    shift = Shift(KIM)
    shift.talks("kim", "a")
    assert shift.desk.join("kim", "a", shift.now_s)
    assert not shift.desk.join("kim", "b", shift.now_s)
    assert not shift.desk.join("stranger", "b", shift.now_s)


def test_callers_of_a_skill_are_told_when_its_last_agent_signs_out():
    shift = Shift(KIM, person("lee", "배송"))
    shift.talks("kim", "x")
    shift.talks("lee", "y")
    shift.calls("a", "배송")
    shift.calls("b")
    shift.do(shift.desk.leave("y", shift.now_s))
    shift.do(shift.desk.connected("lee", False, shift.now_s))
    told = shift.away("lee")
    assert only(NobodyThere, told) == [NobodyThere("a", "signed_out")]
    assert shift.waits("b") and not shift.waits("a")


def test_a_short_break_keeps_callers_waiting_a_long_one_does_not():
    shift = Shift(KIM)
    shift.away("kim")
    shift.calls("a")
    assert only(NobodyThere, shift.pass_s(598)) == []
    assert only(NobodyThere, shift.pass_s(2)) == [NobodyThere("a", "signed_out")]


def test_a_desk_that_nobody_has_opened_has_nobody():
    shift = Shift()
    shift.do(shift.desk.people_known([KIM], 0))
    assert shift.calls("a") == [NobodyThere("a", "signed_out")]
    assert not shift.waits("a")


def test_no_wait_is_endless():
    shift = Shift(KIM, rules=DeskRules(longest_wait_s=100))
    shift.talks("kim", "x")
    shift.calls("a")
    assert only(NobodyThere, shift.pass_s(100)) == [NobodyThere("a", "too_long")]


def test_a_full_queue_sends_callers_to_the_bot():
    shift = Shift(KIM, rules=DeskRules(most_waiting=2))
    shift.talks("kim", "x")
    shift.calls("a")
    shift.calls("b")
    assert NobodyThere("c", "full") in shift.calls("c")
    assert NobodyTook("d", "kim", "busy") in shift.calls("d", to="kim")
    assert NobodyThere("a", "full") not in shift.calls("a")


def busy() -> Shift:
    shift = Shift(KIM)
    shift.talks("kim", "before")
    return shift


def test_a_caller_hears_where_they_stand_at_first_and_every_half_minute():
    shift = busy()
    assert shift.calls("a") == [Announce("a", 1, 240, is_first=True)]
    assert shift.calls("b", customer="") == [Announce("b", 2, 480, is_first=True)]
    assert shift.pass_s(29) == []
    assert shift.pass_s(1) == [Announce("a", 1, 240, is_first=False), Announce("b", 2, 480, is_first=False)]
    shift.do(shift.desk.leave("a", shift.now_s))
    assert shift.pass_s(30) == [Announce("b", 1, 240, is_first=False)]


def test_nothing_is_announced_while_it_rings():
    shift = Shift(KIM)
    assert only(Announce, shift.calls("a")) == []
    shift.pass_s(19)
    told = shift.refuses("kim", "a")
    assert only(Announce, told) == [Announce("a", 1, 240, is_first=True)]


def test_a_callback_is_offered_once():
    shift = busy()
    shift.calls("a")
    shift.pass_s(59)
    assert shift.pass_s(1) == [OfferCallback("a", 240)]
    assert only(OfferCallback, shift.pass_s(600)) == []


@pytest.mark.parametrize("ticket", [{"customer": ""}, {"is_chat": True}])
def test_no_callback_without_a_number_or_in_a_chat(ticket):
    shift = busy()
    shift.calls("a", **ticket)
    assert only(OfferCallback, shift.pass_s(120)) == []


def test_who_talks_with_the_bot_meanwhile_keeps_the_place_and_is_left_alone():
    shift = busy()
    shift.calls("a")
    shift.calls("b")
    shift.do(shift.desk.pause("a", shift.now_s))
    assert shift.desk.place("b") == (2, 480)
    assert all(effect.call_id == "b" for effect in only(Announce, shift.pass_s(59)))
    shift.done("kim", "before")
    shift.ready("kim")
    assert (shift.rings_at("a"), shift.rings_at("b")) == ("", "kim")
    assert not shift.accepts("kim", "a")
    shift.refuses("kim", "b")
    shift.do(shift.desk.resume("a", shift.now_s))
    assert shift.rings_at("a") == "kim"


def test_what_rings_is_withdrawn_when_the_bot_takes_the_caller():
    shift = Shift(KIM)
    shift.calls("a")
    assert Withdraw("kim", "a", "withdrawn") in shift.do(shift.desk.pause("a", shift.now_s))
    assert shift.do(shift.desk.resume("a", shift.now_s)) == [Offer("kim", "a", shift.now_s + 20, "panel")]


def test_who_comes_back_from_the_bot_hears_at_once_where_they_stand():
    shift = busy()
    shift.calls("a")
    shift.do(shift.desk.pause("a", shift.now_s))
    assert shift.pass_s(5) == []
    assert shift.do(shift.desk.resume("a", shift.now_s)) == [Announce("a", 1, 240, is_first=False)]


def test_a_caller_queued_twice_stands_once_where_they_stood_first():
    shift = busy()
    shift.calls("a")
    shift.now_s += 70
    shift.calls("b")
    shift.tick()
    shift.calls("a")
    assert shift.desk.place("a") == (1, 240)
    assert only(OfferCallback, shift.pass_s(59)) == []


def test_what_is_unknown_changes_nothing():
    shift = Shift(KIM)
    desk, before = shift.desk, shift.desk.snapshot(shift.now_s)
    for effects in (
        desk.set_state("who", "ready", shift.now_s),
        desk.connected("who", False, shift.now_s),
        desk.refuse("kim", "what", "refused", shift.now_s),
        desk.refuse("who", "what", "lost", shift.now_s),
        desk.done("kim", "what", shift.now_s),
        desk.leave("what", shift.now_s),
        desk.pause("what", shift.now_s),
        desk.resume("what", shift.now_s),
        desk.cancel_callback("what", shift.now_s),
        desk.callback_reached("what", "a", shift.now_s),
        desk.callback_not_reached("what", shift.now_s),
        desk.callback_not_taken("what", shift.now_s),
    ):
        assert effects == []
    assert not desk.accept("kim", "what", shift.now_s) and not desk.accept("who", "what", shift.now_s)
    assert desk.place("what") is None
    assert desk.snapshot(shift.now_s) == before

"""Promised calls: when due, to somebody free, as often as the rules say."""

from datetime import timedelta
from itertools import pairwise

from assist.desk import CallBack, Callback, CallbackChanged, DeskRules
from assist.desk.callbacks import Callbacks
from tests.assist.desk.shift import NINE, Shift, only, person

KIM, LEE = person("kim"), person("lee", "배송")


def promise(shift: Shift, in_s: float = 0, callback_id: str = "cb", skill: str = "일반") -> Callback:
    callback = Callback(callback_id, "01012345678", shift.now + timedelta(seconds=in_s), skill)
    assert shift.desk.call_back_later(callback)
    return callback


def test_a_callback_is_dialled_when_it_is_due_for_somebody_with_the_skill():
    shift = Shift(KIM, LEE)
    promise(shift, 10, skill="배송")
    assert shift.pass_s(9) == []
    told = shift.pass_s(1)
    assert only(CallBack, told) == [CallBack("cb", "01012345678", "lee")]
    assert only(CallbackChanged, told)[0].callback.status == "dialling"
    assert (shift.state("kim"), shift.state("lee")) == ("ready", "talking")


def test_who_is_dialled_for_gets_nothing_else_and_then_is_in_the_call():
    shift = Shift(KIM)
    promise(shift)
    promise(shift, callback_id="other")
    assert len(only(CallBack, shift.pass_s(1))) == 1
    shift.calls("a")
    assert shift.rings_at("a") == ""
    [changed] = only(CallbackChanged, shift.do(shift.desk.callback_reached("cb", "b", shift.now_s)))
    assert (changed.callback.status, changed.callback.attempts) == ("done", 1)
    assert shift.desk.snapshot(shift.now_s).agents[0].calls == ("b",)
    shift.done("kim", "b")
    assert shift.state("kim") == "wrapping"


def test_who_is_not_reached_is_tried_again_after_ten_minutes_and_given_up_after_three():
    shift = Shift(KIM)
    promise(shift)
    tried = []
    for _ in range(1_900):
        if only(CallBack, shift.pass_s(1)):
            tried.append(shift.now_s)
            shift.do(shift.desk.callback_not_reached("cb", shift.now_s))
            assert shift.state("kim") == "ready"
    assert [later - sooner for sooner, later in pairwise(tried)] == [600, 600]
    last = only(CallbackChanged, shift.told)[-1].callback
    assert (last.status, last.attempts) == ("failed", 3)
    assert shift.desk.snapshot(shift.now_s).callbacks == 0


def test_dialling_that_nobody_hears_of_ends():
    shift = Shift(KIM, rules=DeskRules(dial_s=30))
    promise(shift)
    shift.pass_s(30)
    assert shift.state("kim") == "talking"
    shift.pass_s(1)
    assert shift.state("kim") == "ready"
    assert only(CallbackChanged, shift.told)[-1].callback.attempts == 1


def test_an_agent_who_is_not_there_for_it_is_away_and_no_attempt_is_counted():
    shift = Shift(KIM, person("park"))
    promise(shift)
    assert only(CallBack, shift.pass_s(1))[0].name == "kim"
    told = shift.do(shift.desk.callback_not_taken("cb", shift.now_s))
    assert only(CallbackChanged, told)[0].callback.attempts == 0
    assert shift.state("kim") == "away"
    assert only(CallBack, told)[0].name == "park"


def test_callers_who_wait_go_before_callbacks_but_not_before_late_ones():
    shift = Shift(KIM, rules=DeskRules(callback_late_s=300))
    shift.talks("kim", "x")
    promise(shift)
    shift.calls("a")
    shift.calls("b")
    shift.pass_s(299)
    shift.done("kim", "x")
    shift.ready("kim")
    assert shift.rings_at("a") == "kim"
    shift.accepts("kim", "a")
    shift.pass_s(1)
    shift.done("kim", "a")
    assert only(CallBack, shift.ready("kim")) == [CallBack("cb", "01012345678", "kim")]
    assert shift.rings_at("b") == ""


def test_a_cancelled_callback_is_not_dialled():
    shift = Shift(KIM)
    promise(shift, 5)
    [changed] = only(CallbackChanged, shift.do(shift.desk.cancel_callback("cb", shift.now_s)))
    assert changed.callback.status == "cancelled"
    assert only(CallBack, shift.pass_s(20)) == []


def test_no_more_than_the_bound_are_kept_and_a_known_one_is_replaced():
    callbacks = Callbacks(most=2)
    later = NINE + timedelta(hours=1)
    assert callbacks.add(Callback("a", "1", NINE, "")) and callbacks.add(Callback("b", "2", NINE, ""))
    assert not callbacks.add(Callback("c", "3", NINE, ""))
    assert callbacks.add(Callback("a", "1", later, ""))
    assert [one.id for one in callbacks.due(NINE)] == ["b"]
    assert [one.id for one in callbacks.due(later)] == ["b", "a"]


def test_a_row_that_was_read_before_it_was_over_is_not_dialled_again():
    shift = Shift(KIM)
    over = [promise(shift, callback_id=callback_id) for callback_id in ("reached", "cancelled")]
    shift.do(shift.desk.cancel_callback("cancelled", shift.now_s))
    shift.pass_s(1)
    shift.do(shift.desk.callback_reached("reached", "a", shift.now_s))
    shift.done("kim", "a")
    shift.ready("kim")
    assert all(map(shift.desk.call_back_later, over))
    assert only(CallBack, shift.pass_s(5)) == []


def test_bringing_one_again_while_it_is_dialled_does_not_dial_twice():
    shift = Shift(KIM, person("park"))
    callback = promise(shift)
    shift.pass_s(1)
    assert shift.desk.call_back_later(callback)
    assert only(CallBack, shift.pass_s(5)) == []

"""Answered in time, of all who should have been."""

from datetime import date

from assist.desk.service_level import Today
from tests.assist.desk.shift import Shift, person


def test_the_share_answered_in_time_of_who_waited_long_enough_to_count():
    today = Today(20)
    assert today["일반"].service_level is None
    today.answered("일반", 20)
    today.answered("일반", 21)
    today.lost("일반", 20)  # gone before anybody had to answer
    assert today["일반"].service_level == 1 / 2
    today.lost("일반", 21)
    today.answered("배송", 1)
    assert today["일반"].service_level == 1 / 3
    assert today["배송"].service_level == 1


def test_every_day_begins_anew():
    today = Today(20)
    today.answered("일반", 5)
    today.is_day(date(2026, 11, 23))
    assert today["일반"].answered == 1
    today.is_day(date(2026, 11, 23))
    assert today["일반"].answered == 1
    today.is_day(date(2026, 11, 24))
    assert today["일반"].service_level is None


def level(shift: Shift) -> tuple[int, int, float | None]:
    [queue] = shift.desk.snapshot(shift.now_s).queues
    return queue.answered, queue.lost, queue.service_level


def test_what_the_wall_shows():
    shift = Shift(person("kim"))
    shift.calls("quick")
    shift.pass_s(5)
    shift.accepts("kim", "quick")
    shift.calls("patient")
    shift.calls("gone")
    shift.calls("called back")
    shift.calls("colleague", to="kim")
    shift.pass_s(30)
    shift.do(shift.desk.leave("gone", shift.now_s))
    shift.do(shift.desk.pause("called back", shift.now_s))
    shift.do(shift.desk.leave("called back", shift.now_s))
    shift.done("kim", "quick")
    shift.ready("kim")
    shift.accepts("kim", "patient")
    assert level(shift) == (2, 1, 1 / 3)


def test_midnight_is_the_korean_one():
    shift = Shift(person("kim"))  # at nine in Seoul
    shift.calls("a")
    shift.accepts("kim", "a")
    shift.now_s = 15 * 3_600 - 1
    shift.tick()
    assert level(shift)[0] == 1
    shift.pass_s(1)
    assert level(shift) == (0, 0, None)

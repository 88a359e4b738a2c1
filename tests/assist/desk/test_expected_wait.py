"""What callers are told they will wait is what they wait."""

import random

import pytest

from assist.desk import Announce, DeskRules, Offer
from assist.desk.expected_wait import HandlingTimes
from assist.desk.people import Talk
from tests.assist.desk.shift import Shift, only, person


def expected(shift: Shift, skill: str = "일반") -> int:
    return next(queue.expected_wait_s for queue in shift.desk.snapshot(shift.now_s).queues if queue.skill == skill)


def test_the_guess_counts_like_a_few_calls_and_old_calls_fade():
    times = HandlingTimes(240)
    assert times.average_s("일반", False) == 240
    times.handled(Talk("a", "일반", False, 0), 60)
    assert times.average_s("일반", False) == 240 - 180 / 6
    for _ in range(200):
        times.handled(Talk("a", "일반", False, 0), 60)
    assert times.average_s("일반", False) == pytest.approx(60, abs=1)
    assert times.average_s("일반", True) == times.average_s("배송", False) == 240


def test_from_accepting_to_the_end_of_the_note_is_measured():
    shift = Shift(person("kim"), rules=DeskRules(handling_s=240, wrapup_s=60))
    shift.calls("a")
    shift.accepts("kim", "a")
    shift.pass_s(100)
    shift.done("kim", "a")
    shift.pass_s(20)
    shift.ready("kim")
    [queue] = shift.desk.snapshot(shift.now_s).queues
    assert queue.handling_s == 240 + (120 - 240) / 6


def test_the_wait_grows_with_the_line_and_shrinks_with_people():
    shift = Shift(*(person(name) for name in ("kim", "lee", "park")))
    assert expected(shift) == 0
    for name in ("kim", "lee", "park"):
        shift.talks(name, name)
    assert expected(shift) == 80
    shift.calls("a")
    assert expected(shift) == 160
    shift.away("lee")
    shift.done("lee", "lee")
    shift.away("lee")
    assert expected(shift) == 240


def test_people_with_two_skills_count_by_half_where_both_are_waited_for():
    shift = Shift(person("kim", "일반", "배송"), person("lee", "일반", "배송"))
    shift.talks("kim", "x")
    shift.talks("lee", "y")
    assert shift.calls("a", "일반") == [Announce("a", 1, 120, is_first=True)]
    assert shift.calls("b", "배송") == [Announce("b", 1, 240, is_first=True)]
    assert expected(shift, "배송") == 480


def test_chats_are_waited_for_as_many_at_a_time_as_people_hold():
    shift = Shift(person("kim", chats=2))
    for call_id in ("a", "b"):
        shift.calls(call_id, is_chat=True)
        shift.accepts("kim", call_id)
    assert shift.calls("c", is_chat=True) == [Announce("c", 1, 120, is_first=True)]


def test_a_chat_is_measured_to_its_own_end():
    shift = Shift(person("kim", chats=2))
    for call_id in ("a", "b"):
        shift.talks("kim", call_id, skill="일반", is_chat=True)
    shift.pass_s(60)
    shift.done("kim", "a")
    shift.talks("kim", "c", skill="일반", is_chat=True)
    handling_s = 240 + (60 - 240) / 6
    assert shift.calls("d", is_chat=True) == [Announce("d", 1, round(handling_s / 2), is_first=True)]


def test_with_everybody_on_a_break_one_is_taken_to_come_back():
    shift = Shift(person("kim"))
    shift.away("kim")
    assert shift.calls("a") == [Announce("a", 1, 240, is_first=True)]


def test_no_more_than_the_longest_wait_is_told():
    shift = Shift(person("kim"), rules=DeskRules(longest_wait_s=300))
    shift.talks("kim", "x")
    shift.calls("a")
    assert shift.calls("b") == [Announce("b", 2, 300, is_first=True)]


def told_and_waited(people: int, calls_an_hour: float, handling_s: float, hours: int) -> tuple[float, float]:
    """Means, in seconds, over all who had to wait: callers come at random and talk for random times."""
    chance = random.Random(7)
    shift = Shift(
        *(person(f"agent {number:02}") for number in range(people)),
        rules=DeskRules(wrapup_s=1, handling_s=handling_s, offer_callback_after_s=1e9, announce_every_s=1e9),
    )
    came: dict[str, float] = {}
    told: dict[str, int] = {}
    waited: dict[str, float] = {}
    ends: dict[str, tuple[str, float]] = {}
    next_s = 0.0
    while shift.now_s < hours * 3_600:
        shift.now_s += 1
        effects = shift.tick()
        for name, (call_id, end_s) in list(ends.items()):
            if shift.now_s >= end_s:
                del ends[name]
                effects += shift.done(name, call_id)
        while shift.now_s >= next_s:
            next_s += chance.expovariate(calls_an_hour / 3_600)
            came[call_id := f"call {len(came)}"] = shift.now_s
            effects += shift.calls(call_id, customer="")
        told.update({one.call_id: one.wait_s for one in only(Announce, effects)})
        for offer in only(Offer, effects):
            assert shift.desk.accept(offer.name, offer.call_id, shift.now_s)
            waited[offer.call_id] = shift.now_s - came[offer.call_id]
            ends[offer.name] = offer.call_id, shift.now_s + chance.expovariate(1 / handling_s)
    both = [(told[call_id], waited[call_id]) for call_id in told if call_id in waited]
    assert len(both) > 100
    return sum(one for one, _ in both) / len(both), sum(other for _, other in both) / len(both)


def test_what_callers_are_told_is_what_they_wait_on_average():
    told_s, waited_s = told_and_waited(people=5, calls_an_hour=140, handling_s=120, hours=6)
    assert told_s == pytest.approx(waited_s, rel=0.2), (told_s, waited_s)

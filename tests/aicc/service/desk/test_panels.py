"""What panels are told, what they may ask for, and which of them are closed."""

from typing import Any

import pytest

from aicc.service.desk.panels import AGAIN_LATER, MOST_FOLLOWED, MOST_PANELS, MOST_WAITING, REPLACED, SIGNED_OUT
from tests.fakes.desk import Shift
from voicebot.events import TranscriptFinal, TranscriptPartial
from voicebot.log import new_call_id


def said(number: int) -> TranscriptPartial:
    return TranscriptPartial("caller", 1, f"말 {number}", f"말 {number}", 0)


def followed(socket: Any, call: str) -> list[int]:
    return [message["event"]["seq"] for message in socket.of("event") if message["event"]["call_id"] == call]


def test_a_panel_is_told_how_things_stand_when_it_opens(shift: Shift) -> None:
    shift.add("kim")
    panel = shift.panel("kim")
    assert panel.told[0]["type"] == "desk"
    assert panel.desk["me"]["state"] == "away"
    assert [agent["name"] for agent in panel.desk["agents"]] == ["kim"]


def test_a_call_is_followed_from_where_the_panel_wants(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.talking("kim")
    count = len(shift.events(call))
    kim.ask({"type": "follow", "call_id": call})
    shift.settle()
    assert followed(kim, call) == list(range(count))
    shift.happens(call, said(1))
    assert followed(kim, call) == list(range(count + 1)), "partials too, as they come"
    again = shift.panel("kim")
    again.ask({"type": "follow", "call_id": call, "start": count})
    shift.settle()
    assert followed(again, call) == [count]
    kim.ask({"type": "unfollow", "call_id": call})
    shift.settle()
    shift.happens(call, said(2))
    assert followed(kim, call)[-1] == count
    assert followed(again, call)[-1] == count + 1


def test_followed_twice_it_is_told_once(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.talking("kim")
    count = len(shift.events(call))
    for start in (0, count):
        kim.ask({"type": "follow", "call_id": call, "start": start})
        shift.settle()
    shift.happens(call, said(1))
    assert followed(kim, call).count(count) == 1


def test_a_foreign_call_is_not_followed_and_noted(shift: Shift) -> None:
    kim = shift.at_work("kim")
    shift.at_work("lee")
    shift.talking("kim")
    foreign = shift.talking("lee", caller="01033334444")
    unknown = new_call_id()
    for call in (foreign, unknown):
        kim.ask({"type": "follow", "call_id": call})
    shift.settle()
    assert [error["call_id"] for error in kim.of("error")] == [foreign, unknown]
    assert all(error["error"] and error["cure"] for error in kim.of("error"))
    assert shift.refused_follows == [("kim", foreign), ("kim", unknown)]
    assert kim.of("event") == []
    shift.at_work("sun", role="supervisor").ask({"type": "follow", "call_id": foreign})
    shift.settle()
    [sun] = shift.panels_of("sun")
    assert followed(sun, foreign) == list(range(len(shift.events(foreign))))
    assert len(shift.refused_follows) == 2


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "{",
        "null",
        "[]",
        '"ping"',
        '{"type": "follow"}',
        '{"type": "follow", "call_id": "../../etc/passwd"}',
        '{"type": "follow", "call_id": "01a205d4-dee9-7131-aa14-dc3947899591", "start": -1}',
        '{"type": "follow", "call_id": "01a205d4-dee9-7131-aa14-dc3947899591", "start": 1e400}',
        '{"type": "ping", "more": 1}',
        '{"type": "desk"}',
        "\ud800",
        "[" * 4_000,
        '{"type": "ping"' + " " * 5_000 + "}",
    ],
)
def test_garbage_is_answered_and_harms_nobody(shift: Shift, garbage: str) -> None:
    kim = shift.at_work("kim")
    kim.ask(garbage)
    kim.ask({"type": "ping"})
    shift.settle()
    assert [message["type"] for message in kim.told[-2:]] == ["error", "pong"]
    assert kim.closed is None


def test_who_does_not_read_is_closed_and_nobody_else_waits_for_them(shift: Shift) -> None:
    kim, lee = shift.at_work("kim"), shift.at_work("lee")
    kim.is_stuck = True
    for number in range(MOST_WAITING + 2):
        shift.now(shift.service.tell, "kim", {"type": "not_reached", "number": number})
        shift.now(shift.service.tell, "lee", {"type": "not_reached", "number": number})
    assert kim.closed is not None
    assert kim.closed[0] == AGAIN_LATER
    assert len(lee.of("not_reached")) == MOST_WAITING + 2
    assert lee.closed is None


def test_who_does_not_take_one_message_is_closed(shift: Shift) -> None:
    """A line that is dead, but not closed."""
    kim = shift.at_work("kim")
    kim.is_stuck = True
    shift.now(shift.service.tell, "kim", {"type": "not_reached"})
    shift.pass_s(11)
    assert kim.closed is not None
    assert kim.closed[0] == AGAIN_LATER
    shift.pass_s(31)
    assert shift.state("kim") == "away"


def test_a_long_replay_is_read_at_the_reader_s_pace(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.talking("kim")
    for number in range(2 * MOST_WAITING):
        shift.now(shift._note, call, said(number))
    kim.ask({"type": "follow", "call_id": call})
    shift.settle()
    assert followed(kim, call) == list(range(len(shift.events(call))))
    assert kim.closed is None


def test_of_too_many_panels_the_oldest_makes_room(shift: Shift) -> None:
    first = shift.at_work("kim")
    others = [shift.panel("kim") for _ in range(MOST_PANELS)]
    assert first.closed is not None
    assert first.closed[0] == REPLACED
    assert all(panel.closed is None for panel in others)
    assert shift.service.panels.count == MOST_PANELS
    call = shift.waiting()
    assert all(panel.rings == [call] for panel in others), "it rings in all that are open"


def test_of_too_many_calls_one_is_not_followed(shift: Shift) -> None:
    sun = shift.at_work("sun", role="supervisor")
    calls = [shift.begin(f"0101234{number:04d}") for number in range(MOST_FOLLOWED + 1)]
    for call in calls:
        sun.ask({"type": "follow", "call_id": call})
    shift.settle()
    assert [error["call_id"] for error in sun.of("error")] == [calls[-1]]
    shift.hangs_up(calls[0])  # its followers are through with it
    sun.ask({"type": "follow", "call_id": calls[-1]})
    shift.settle()
    assert followed(sun, calls[-1]) == [0]


def test_who_is_signed_out_is_told_so_within_seconds(shift: Shift) -> None:
    kim = shift.at_work("kim")
    kim.may_stay = False
    shift.pass_s(6)
    assert kim.told[-1] == {"type": "signed_out"}
    assert kim.closed is not None
    assert kim.closed[0] == SIGNED_OUT
    before = len(kim.told)
    shift.waiting()
    shift.pass_s(2)
    assert len(kim.told) == before, "nothing more is told there"


def test_all_panels_of_somebody_are_signed_out_at_once(shift: Shift) -> None:
    kim, second, lee = shift.at_work("kim"), shift.panel("kim"), shift.at_work("lee")
    shift.now(shift.service.panels.sign_out, "kim")
    assert kim.closed == second.closed == (SIGNED_OUT, "signed out")
    assert lee.closed is None
    assert shift.service.panels.names() == ["lee"]


def test_one_panel_that_goes_is_no_loss_while_another_is_open(shift: Shift) -> None:
    kim, second = shift.at_work("kim"), shift.panel("kim")
    kim.leave()
    shift.pass_s(40)
    assert shift.state("kim") == "ready"
    second.leave()
    shift.pass_s(40)
    assert shift.state("kim") == "away"


def test_a_call_that_is_over_ends_its_followers(shift: Shift) -> None:
    kim = shift.at_work("kim")
    call = shift.talking("kim")
    kim.ask({"type": "follow", "call_id": call})
    shift.settle()
    shift.happens(call, TranscriptFinal("caller", 1, "네", "네", (), "t"))
    shift.hangs_up(call)
    assert kim.of("event")[-1]["event"]["type"] == "call_ended"
    assert kim.closed is None

"""Two things that happen at the desk in the same moment: nobody is left alone, and nobody talks who has no caller."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from assist.desk import NobodyThere, OfferCallback
from tests.aicc.service.desk.conftest import Make
from tests.fakes.desk import ZERO, Shift
from voicebot.events import HandoffRequested
from voicebot.link import SetPart
from voicebot.log import new_call_id


def at_next(shift: Shift, monkeypatch: pytest.MonkeyPatch, kind: type, do: Callable[[], None]) -> None:
    """``do`` happens while the call's process is asked for the next ``kind`` of command, before it answers."""
    ask, is_done = shift._ask, False

    async def asked(call_id: str, command: Any) -> Any:
        nonlocal is_done
        if isinstance(command, kind) and not is_done:
            is_done = True
            do()
        return await ask(call_id, command)

    for holder in (shift.service.legs, shift.service._board):
        monkeypatch.setattr(holder, "_ask", asked)


def test_a_bot_that_wanted_a_person_as_a_supervisor_took_over(shift: Shift) -> None:
    """The supervisor has the caller, and may hold and pass on like anybody."""
    shift.at_work("kim")
    shift.at_work("sun", "없음", role="supervisor")
    call = shift.begin()
    shift.connect("sun", call)
    shift.do("sun", "listen", call, "taking_over")
    shift.happens(call, HandoffRequested("asked", "일반", ""))  # the bot had said so before it was broken off
    assert shift.hears(call, "sun")
    shift.do("sun", "hold", call)
    assert shift.parts(call) == {"sun": "away"}
    shift.do("sun", "resume", call)
    assert shift.hears(call, "sun")


@pytest.mark.parametrize("effect", [OfferCallback, NobodyThere])
def test_the_bot_does_not_take_a_caller_from_who_has_just_accepted(shift: Shift, effect: Any) -> None:
    shift.at_work("kim")
    call = shift.talking("kim")
    wanted = OfferCallback(call, 60) if effect is OfferCallback else NobodyThere(call, "too_long")
    shift.now(shift.service.do, [wanted])  # the desk wanted it a moment before
    assert shift.hears(call, "kim")
    assert shift.calls[call].flows == []
    assert shift.calls[call].ending is None


def test_whose_line_breaks_in_the_moment_of_accepting_has_not_joined_behind_leaving(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift.at_work("kim")
    shift.pass_s(1)
    lee = shift.at_work("lee")
    call = shift.waiting()

    def breaks() -> None:
        [leg] = shift.legs(call, "kim")
        del shift.calls[call].parts[leg]
        shift.service.legs.lost(call, leg, "silence")

    at_next(shift, monkeypatch, SetPart, breaks)
    shift.connect("kim", call)
    shift.do("kim", "accept", call)
    assert shift.story(call)[1:3] == ["agent_joined kim answered", "agent_left kim lost"]
    assert lee.rings == [call]
    assert shift.state("kim") == "wrapping"
    shift.takes("lee", call)
    assert shift.hears(call, "lee")


def test_a_caller_who_is_called_back_and_taken_is_not_refused_later(make: Make) -> None:
    """The ring that was answered does not end a later one of the same call at the same person."""
    shift = make(ring_seconds=20)
    kim = shift.at_work("kim")
    shift.store.desk.add_callback("01012345678", ZERO + timedelta(seconds=1), "일반")
    shift.restart()
    kim = shift.panel("kim")
    shift.pass_s(3)
    [call] = shift.placed
    shift.wants_a_person(call)
    assert kim.rings == [call]
    shift.takes("kim", call)
    shift.pass_s(5)
    shift.at_work("sun", "다른 일", role="supervisor")
    shift.connect("sun", call)
    shift.do("sun", "listen", call, "taking_over")
    shift.do("kim", "wrapped_up", call)
    shift.pass_s(13)
    shift.do("sun", "transfer", call, "cold", "kim")
    assert kim.of("offer")[-1]["call_id"] == call
    shift.pass_s(5)
    assert shift.state("kim") == "ready", "it rings for 2 s more than the first ring would have"
    shift.takes("kim", call)
    assert shift.hears(call, "kim")


def test_a_callback_that_rings_for_long_is_one_call_for_one_person(shift: Shift) -> None:
    """The customer picks up late and talks to the bot: by then the desk had given it up."""
    shift.at_work("kim")
    shift.store.desk.add_callback("01012345678", ZERO + timedelta(seconds=1), "일반")
    shift.restart()
    kim = shift.panel("kim")
    shift.pass_s(3)
    [call] = shift.placed
    shift.pass_s(125)
    assert shift.state("kim") == "ready"
    shift.wants_a_person(call)
    assert kim.rings == [call]
    shift.takes("kim", call)
    assert shift.state("kim") == "talking", "nothing else rings there"
    shift.hangs_up(call)
    shift.pass_s(700)
    assert shift.placed == [call], "they were reached"
    [row] = shift.store.desk.callbacks()
    assert row.status == "done"


def test_a_break_that_was_chosen_during_the_call_follows_the_note(shift: Shift) -> None:
    shift.at_work("kim")
    call = shift.talking("kim")
    shift.do("kim", "set_state", "away")
    shift.hangs_up(call)
    shift.do("kim", "wrapped_up", call)
    assert shift.state("kim") == "away"


def test_the_note_of_an_old_call_brings_nobody_back_to_work(shift: Shift) -> None:
    shift.at_work("kim")
    call = shift.talking("kim")
    shift.hangs_up(call)
    shift.do("kim", "set_state", "away")
    shift.do("kim", "wrapped_up", call)
    assert shift.state("kim") == "away"


def test_a_queue_that_nobody_serves_takes_no_caller(shift: Shift) -> None:
    """A skill that does not exist: the caller stays with the agent."""
    shift.at_work("kim")
    call = shift.talking("kim")
    assert shift.problem("kim", "transfer", call, "queue", "없는 기술") == 422
    assert shift.hears(call, "kim")


def test_a_callback_whose_process_dies_while_it_rings_is_tried_again(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its log never began: whoever was kept free for it is free at once."""
    placed = new_call_id()

    async def place(number: str, variables: Any) -> str:
        return placed

    monkeypatch.setattr(shift, "_place", place)
    shift.at_work("kim")
    shift.store.desk.add_callback("01012345678", ZERO + timedelta(seconds=1), "일반")
    shift.restart()
    shift.panel("kim")
    shift.pass_s(3)
    assert shift.state("kim") == "talking"
    shift.now(shift.service.left, placed)
    assert shift.state("kim") == "ready"
    [row] = shift.store.desk.callbacks()
    assert (row.status, row.attempts) == ("waiting", 1)


def test_a_supervisor_who_is_about_to_listen_keeps_the_line_when_somebody_accepts(shift: Shift) -> None:
    shift.at_work("kim")
    shift.at_work("sun", "없음", role="supervisor")
    call = shift.waiting()
    shift.connect("sun", call)
    shift.takes("kim", call)
    assert shift.problem("sun", "listen", call, "listening") == 204
    assert shift.parts(call) == {"kim": "talking", "sun": "listening"}

"""The legs of one call: their doors agreed on, up, lost and given back, whatever the order."""

import asyncio

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.live_call import FakeDoor
from tests.fakes.loop import VirtualLoop
from voicebot.doors.negotiable import NotAcceptable
from voicebot.legs import MOST_LEGS, RING_S, Legs
from voicebot.link import (
    Accepted,
    AddLeg,
    BackToBot,
    Begin,
    Done,
    Reanswer,
    Refused,
    RemoveLeg,
    Reoffer,
    Say,
    SendKeys,
    SetPart,
)
from voicebot.log import EventLog


class FakeCall:
    """A call that writes down what its legs do in it."""

    def __init__(self):
        self.log = EventLog("call")
        self.has_desk = True
        self.leg_lost = None
        self.done = []

    def join(self, leg, door, part):
        self.done.append(("join", leg, part))

    def set_part(self, leg, part):
        self.done.append(("part", leg, part))

    def leave(self, leg):
        self.done.append(("leave", leg))

    def announce(self, text):
        self.done.append(("say", text))
        return True

    def back_to_bot(self, flow):
        self.done.append(("back", flow))
        return flow == "조사"


class TelephoneDoor(FakeDoor):
    """Agrees at once, except on ``video``; what ``breaks`` raises."""

    breaks = ""

    async def answer(self, sdp):
        return self._agree("answer", sdp)

    async def offer(self):
        return self._agree("offer", "")

    async def take_answer(self, sdp):
        self._agree("take_answer", sdp)

    def _agree(self, what, sdp):
        if what in self.breaks:
            raise RuntimeError(f"{what} is broken")
        if sdp == "video":
            raise NotAcceptable("no audio")
        return f"ours to {sdp}" if sdp else "our offer"

    def press(self, keys):
        return keys == "1"


class BrowserDoor(TelephoneDoor):
    """Open once ``way`` is found; gives something back when it is gone."""

    def __init__(self, loop):
        super().__init__()
        self.way = loop.create_future()
        self.gathered = asyncio.Event()
        self.gathered.set()
        self.is_gone = False

    async def answer(self, sdp):
        await self.gathered.wait()
        if self.is_closed:
            raise NotAcceptable("the call is over")
        return await super().answer(sdp)

    async def connected(self):
        return await self.way

    async def gone(self):
        self.is_gone = True

    def hang_up(self):
        super().hang_up()
        if not self.way.done():
            self.way.set_result(False)


class Switch:
    """The front's side of one call's legs."""

    def __init__(self):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.call = FakeCall()
        self.doors = {}
        self.news = []
        self.tasks = set()
        self.next_door = TelephoneDoor
        self.legs = Legs(self.call, self._open, self, self._spawn)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.legs.close()
        self.settle()
        assert not self.tasks
        self.loop.close()

    def _open(self, wanted):
        if wanted.door not in ("sip", "webrtc"):
            raise OSError("no such door")
        door = BrowserDoor(self.loop) if wanted.door == "webrtc" else self.next_door()
        self.doors[wanted.leg] = door
        return door

    def _spawn(self, work, name):
        task = self.loop.create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def leg_up(self, call_id, leg):
        self.news.append((call_id, leg))

    def leg_lost(self, call_id, leg, reason):
        self.news.append((call_id, leg, reason))

    def ask(self, command):
        return self.loop.run_until_complete(Legs.obey(self.legs, command))

    def settle(self):
        self.loop.run_until_complete(self.loop.settle())

    def rings(self, leg="agent"):
        return self.ask(AddLeg("call", leg, "sip"))


def test_a_telephone_rings_with_our_offer_and_is_up_with_its_answer():
    with Switch() as switch:
        assert switch.rings() == Accepted("call", sdp="our offer")
        assert switch.call.done == []
        assert switch.ask(Begin("call", "theirs", "agent")) == Done()
        assert switch.call.done == [("join", "agent", "away")]
        assert switch.news == [("call", "agent")]
        assert switch.ask(SetPart("call", "agent", "talking")) == Done()
        assert switch.call.done[-1] == ("part", "agent", "talking")


def test_a_part_that_is_given_while_it_rings_is_had_at_once():
    with Switch() as switch:
        switch.rings()
        assert switch.ask(SetPart("call", "agent", "talking")) == Done()
        switch.ask(Begin("call", "theirs", "agent"))
        assert switch.call.done == [("join", "agent", "talking")]


def test_an_ack_that_is_repeated_does_nothing():
    with Switch() as switch:
        switch.rings()
        switch.ask(Begin("call", "theirs", "agent"))
        assert switch.ask(Begin("call", "theirs", "agent")) == Done()
        assert switch.news == [("call", "agent")]


def test_a_browser_is_up_when_it_is_connected():
    with Switch() as switch:
        assert switch.ask(AddLeg("call", "agent", "webrtc", "theirs")) == Accepted("call", sdp="ours to theirs")
        assert switch.ask(Begin("call", "", "agent")) == Done()
        assert switch.call.done == []
        switch.doors["agent"].way.set_result(True)
        switch.settle()
        assert switch.call.done == [("join", "agent", "away")]
        assert switch.news == [("call", "agent")]


def test_a_browser_that_finds_no_way_is_lost():
    with Switch() as switch:
        switch.ask(AddLeg("call", "agent", "webrtc", "theirs"))
        switch.doors["agent"].way.set_result(False)
        switch.settle()
        assert switch.news == [("call", "agent", "no_way")]
        assert switch.doors["agent"].is_gone
        assert switch.ask(SetPart("call", "agent", "talking")) == Done(False)


def test_a_leg_that_is_removed_while_its_browser_looks_for_a_way_is_no_news():
    with Switch() as switch:
        switch.ask(AddLeg("call", "agent", "webrtc", "theirs"))
        assert switch.ask(RemoveLeg("call", "agent")) == Done()
        switch.settle()
        assert switch.doors["agent"].is_closed
        assert switch.doors["agent"].is_gone
        assert switch.news == []
        assert ("join", "agent", "away") not in switch.call.done


def test_a_leg_that_is_removed_before_there_is_an_answer_for_it_is_refused():
    with Switch() as switch:
        door = BrowserDoor(switch.loop)
        door.gathered.clear()
        switch.legs._open_door = lambda wanted: door

        async def removed():
            adding = asyncio.ensure_future(Legs.obey(switch.legs, AddLeg("call", "agent", "webrtc", "theirs")))
            await switch.loop.settle()
            assert await Legs.obey(switch.legs, RemoveLeg("call", "agent")) == Done()
            door.gathered.set()
            return await adding

        assert switch.loop.run_until_complete(removed()) == Refused("the call is over", is_description=True)


def test_nobody_picks_up_for_too_long():
    with Switch() as switch:
        switch.rings()
        switch.clock.pass_ms(RING_S * 1000 + 1)
        switch.settle()
        assert switch.news == [("call", "agent", "no_answer")]
        assert switch.doors["agent"].is_closed


def test_a_leg_that_was_taken_does_not_ring_any_more():
    with Switch() as switch:
        switch.rings()
        switch.ask(Begin("call", "theirs", "agent"))
        switch.clock.pass_ms(RING_S * 1000 + 1)
        switch.settle()
        assert switch.news == [("call", "agent")]


def test_a_second_leg_of_one_name_is_refused_and_changes_nothing():
    with Switch() as switch:
        switch.rings()
        first = switch.doors["agent"]
        refused = switch.rings()
        assert refused == Refused('there is a leg "agent" already: give each leg a name of its own')
        assert switch.doors["agent"] is first
        assert not first.is_closed
        assert isinstance(switch.ask(AddLeg("call", "", "sip")), Refused)


def test_a_name_is_free_again_behind_its_leg():
    with Switch() as switch:
        switch.rings()
        switch.ask(RemoveLeg("call", "agent"))
        assert isinstance(switch.rings(), Accepted)


def test_a_flood_of_legs_is_refused():
    with Switch() as switch:
        answers = [switch.rings(f"agent {number}") for number in range(200)]
        assert [isinstance(answer, Accepted) for answer in answers] == [True] * MOST_LEGS + [False] * (200 - MOST_LEGS)
        assert len(switch.doors) == MOST_LEGS


def test_a_leg_that_the_call_has_lost_is_told_and_given_back():
    with Switch() as switch:
        switch.rings()
        switch.ask(Begin("call", "theirs", "agent"))
        switch.call.leg_lost("agent", "hung_up")
        switch.call.leg_lost("agent", "hung_up")
        assert switch.news == [("call", "agent"), ("call", "agent", "hung_up")]
        assert switch.doors["agent"].is_closed


def test_the_end_of_the_call_hangs_up_all_and_is_no_news():
    with Switch() as switch:
        switch.rings("one")
        switch.rings("two")
        switch.ask(Begin("call", "theirs", "two"))
        switch.legs.close()
        assert all(door.is_closed for door in switch.doors.values())
        assert switch.news == [("call", "two")]


@pytest.mark.parametrize(
    "command",
    [
        Begin("call", "", "nobody"),
        Reanswer("call", "", "nobody"),
        SendKeys("call", "1", "nobody"),
        SetPart("call", "nobody", "talking"),
        RemoveLeg("call", "nobody"),
    ],
)
def test_of_a_leg_that_is_not_there_nothing_is_done(command):
    with Switch() as switch:
        assert switch.ask(command) == Done(False)


@pytest.mark.parametrize("command", [AddLeg("call", "agent", "sip"), Reoffer("call", "", "agent")])
def test_a_call_that_is_over_has_no_legs(command):
    with Switch() as switch:
        switch.rings()
        switch.call.has_desk = False
        assert switch.ask(command) == Refused("the call is over")
        assert switch.loop.run_until_complete(Legs.obey(None, command)) == Refused("the call is over")
        assert switch.ask(Say("call", "여보세요")) == Done(False)


def test_descriptions_that_cannot_be_are_refused():
    with Switch() as switch:
        refused = Refused("no audio", is_description=True)
        assert switch.ask(AddLeg("call", "agent", "sip", "video")) == refused
        assert switch.doors["agent"].is_closed
        switch.rings()
        assert switch.ask(Begin("call", "video", "agent")) == refused
        assert switch.ask(Reoffer("call", "video", "agent")) == refused
        assert switch.ask(Reanswer("call", "video", "agent")) == refused
        assert switch.ask(Begin("call", "theirs", "agent")) == Done()  # which is still there
        assert switch.ask(Reoffer("call", "theirs", "agent")) == Accepted("call", sdp="ours to theirs")
        assert switch.ask(Reoffer("call", "", "agent")) == Accepted("call", sdp="our offer")
        assert switch.ask(Reanswer("call", "theirs", "agent")) == Done()
        assert switch.ask(Reoffer("call", "", "nobody")) == Refused("the leg is gone")


def test_a_door_that_cannot_be_opened_is_refused():
    with Switch() as switch:
        refused = switch.ask(AddLeg("call", "agent", "wav"))
        assert refused == Refused("no wav door could be opened: see the log of the media process")
        assert isinstance(switch.rings(), Accepted)


def test_a_door_that_breaks_while_it_agrees_leaves_nothing_behind():
    with Switch() as switch:
        switch.next_door = type("Broken", (TelephoneDoor,), {"breaks": "offer"})
        with pytest.raises(RuntimeError, match="offer is broken"):
            switch.rings()
        assert switch.doors["agent"].is_closed
        switch.next_door = TelephoneDoor
        assert isinstance(switch.rings(), Accepted)


def test_keys_go_to_the_leg():
    with Switch() as switch:
        switch.rings()
        assert switch.ask(SendKeys("call", "1", "agent")) == Done()
        assert switch.ask(SendKeys("call", "2", "agent")) == Done(False)


def test_legs_that_ring_while_the_bot_takes_over_are_away_when_they_come():
    with Switch() as switch:
        switch.rings()
        switch.ask(SetPart("call", "agent", "talking"))
        assert switch.ask(BackToBot("call", "없는 흐름")) == Done(False)
        assert switch.ask(BackToBot("call", "조사")) == Done()
        switch.ask(Begin("call", "theirs", "agent"))
        assert switch.call.done[-1] == ("join", "agent", "away")


def test_what_is_to_be_said_is_said():
    with Switch() as switch:
        assert switch.ask(Say("call", "잠시만요.")) == Done()
        assert switch.call.done == [("say", "잠시만요.")]

"""Over real sockets: a telephone of our own is rung, picks up, is heard, holds, and hangs up or is hung up."""

import asyncio
import contextlib
from dataclasses import dataclass, field

import numpy as np
import pytest

from aicc.service.desk.legs import Legs
from aicc.service.sip.telephone import House, Telephone
from tests.aicc.service.desk.legs_office import Told
from tests.doors.carrier import Call
from voicebot.doors.rtp.door import RtpDoor
from voicebot.doors.sip.resolving import resolve
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.link import Accepted, AddLeg, Begin, Done, Reanswer, RemoveLeg, Reoffer

HOST = "127.0.0.1"
PORTS = 30_000, 39_999
PATIENCE_S = 20.0
TONE = (8_000 * np.sin(2 * np.pi * 440 * np.arange(160) / 8_000)).astype(np.int16)


def new_door():
    return RtpDoor(HOST, *PORTS, codecs=("PCMU",))


async def until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.02)


async def hears(listener, talker):
    """Until sound of one door comes out of the other, tick by tick."""
    async with asyncio.timeout(PATIENCE_S):
        while np.abs(listener.receive()).max() < 1_000:
            talker.receive()
            talker.send(TONE)
            listener.send(np.zeros_like(TONE))
            await asyncio.sleep(0.02)


@dataclass
class Phone:
    """An agent's. ``refuses`` is a code instead of picking up."""

    is_open = True
    refuses: int = 0
    call: Call = field(default_factory=Call)
    door: RtpDoor = field(default_factory=new_door)

    def invited(self, leg):
        leg.watcher, self.call.leg = self.call, leg
        if self.refuses:
            leg.refuse(self.refuses)
        else:
            leg.ring()
            self._picking_up = asyncio.get_running_loop().create_task(self._pick_up(leg))

    async def _pick_up(self, leg):
        leg.accept(await self.door.answer(leg.offered_sdp))


@dataclass
class CallProcess:
    """Has one call with its legs' doors, which are real; nothing ticks them but a test."""

    doors: dict[str, RtpDoor] = field(default_factory=dict)

    async def ask(self, call_id, command):
        match command:
            case AddLeg(leg=leg):
                self.doors[leg] = new_door()
                return Accepted(call_id, sdp=await self.doors[leg].offer())
            case Begin(sdp=sdp, leg=leg) | Reanswer(sdp=sdp, leg=leg):
                await self.doors[leg].take_answer(sdp)
                return Done()
            case Reoffer(sdp=sdp, leg=leg):
                return Accepted(call_id, sdp=await self.doors[leg].answer(sdp))
            case RemoveLeg(leg=leg):
                self.doors.pop(leg).hang_up()
                return Done()


@dataclass
class Line:
    """One ring: the process's end, the telephone's, and what the desk heard."""

    process: CallProcess
    phone: Phone
    legs: Legs
    told: Told
    agents: tuple[UserAgent, UserAgent]

    async def assert_nothing_is_left(self):
        """At either end."""
        await until(lambda: not any(agent.legs for agent in self.agents))
        assert self.legs.count == 0
        assert not self.process.doors


@contextlib.asynccontextmanager
async def ringing(refuses=0):
    phone, process, told = Phone(refuses), CallProcess(), Told()
    theirs, ours = UserAgent(phone), []

    def agent(desk):
        ours.append(UserAgent(desk))
        return ours[0]

    telephone = Telephone(None, House(lambda called: "s", resolve), agent)  # without a front: nobody calls in
    legs = Legs(process.ask, lambda: telephone, told)
    port = await theirs.listen("udp", HOST, 0)
    await ours[0].listen("udp", HOST, 0)
    try:
        await legs.ring("c", "kim", f"sip:kim@{HOST}:{port}", "010-1234-5678")
        yield Line(process, phone, legs, told, (theirs, ours[0]))
    finally:
        await legs.close()
        for one in (*ours, theirs):
            await one.close()
        phone.door.hang_up()


async def picked_up(line):
    await until(lambda: line.told.news)
    assert line.told.news == [("answered", "kim")]


def test_it_is_picked_up_both_are_heard_and_it_hangs_up():
    async def run():
        async with ringing() as line:
            await picked_up(line)
            assert line.phone.call.leg.caller.name == "010-1234-5678"
            assert line.phone.call.leg.request.headers["X-AICC-Call"] == "c"
            door = line.process.doors["kim"]
            await hears(door, line.phone.door)
            await hears(line.phone.door, door)
            line.phone.call.leg.bye()
            await until(lambda: len(line.told.news) > 1)
            assert line.told.news[1:] == [("lost", "kim", "hung_up")]
            assert door.is_closed
            await line.assert_nothing_is_left()

    asyncio.run(run())


def test_it_holds_and_comes_back():
    async def run():
        async with ringing() as line:
            await picked_up(line)
            door, leg = line.process.doors["kim"], line.phone.call.leg
            offer = await line.phone.door.offer()
            await leg.reinvite(offer.replace("a=sendrecv", "a=sendonly"))
            assert door.is_held
            await leg.reinvite(await line.phone.door.offer())
            assert not door.is_held
            await hears(door, line.phone.door)

    asyncio.run(run())


def test_the_desk_hangs_up():
    async def run():
        async with ringing() as line:
            await picked_up(line)
            await line.legs.drop("c", "kim")
            await line.phone.call.until(lambda call: call.ending is not None)
            assert line.phone.call.ending == ("caller", "hung_up", 0)
            await line.assert_nothing_is_left()
            assert line.told.news == [("answered", "kim")]

    asyncio.run(run())


@pytest.mark.parametrize(("code", "reason"), [(486, "busy"), (603, "refused")])
def test_it_refuses(code, reason):
    async def run():
        async with ringing(code) as line:
            await until(lambda: line.told.news)
            assert line.told.news == [("refused", "kim", reason)]
            assert not line.process.doors

    asyncio.run(run())

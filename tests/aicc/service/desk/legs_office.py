"""An office whose calls have further legs: telephones at hosts of their own, and browsers that only the process has."""

from __future__ import annotations

from aicc.service.desk.legs import Legs
from aicc.service.sip.dialling import Way
from aicc.service.sip.telephone import House
from tests.aicc.service.sip.office import OUR_OFFER, Office, TalkingProcess
from tests.fakes.sip import ANSWER, FarCall, sdp
from voicebot.link import Accepted, AddLeg, Begin, Done, Reanswer, Refused, RemoveLeg, Reoffer, SetPart

AGENT = "203.0.113.20"
AGENT_SDP = sdp(AGENT, 7000)
PHONE = f"sip:kim@{AGENT}"


class LegsProcess(TalkingProcess):
    """``legs`` are those it has, with their parts; ``waits`` are Events by the kind of a command, which is obeyed once
    that is set."""

    def __init__(self, name, news, slots):
        super().__init__(name, news, slots)
        self.legs = {}
        self.waits = {}

    async def ask(self, command):
        if type(command) in self.waits:
            self.asked.append(command)
            await self.waits[type(command)].wait()
            self.asked.remove(command)
        return await super().ask(command)

    async def _obey(self, command):
        key = (command.call_id, getattr(command, "leg", ""))
        match command:
            case AddLeg(call_id):
                self.asked.append(command)
                if call_id not in self.held:
                    return Refused("the call is over")
                assert key not in self.legs, "a leg's name is its own"
                self.legs[key] = "away"
                return Accepted(call_id, sdp=ANSWER if command.sdp else OUR_OFFER)
            case RemoveLeg():
                self.asked.append(command)
                return Done(self.legs.pop(key, None) is not None)
            case SetPart(part=part):
                self.asked.append(command)
                if key in self.legs:
                    self.legs[key] = part
                return Done(key in self.legs)
            case Begin(leg=leg) | Reanswer(leg=leg) if leg:
                self.asked.append(command)
                return Done(key in self.legs)
            case Reoffer(leg=leg) if leg and key not in self.legs:
                self.asked.append(command)
                return Refused("the leg is not there")
        return await super()._obey(command)

    def end_call(self, call_id):
        self.legs = {key: part for key, part in self.legs.items() if key[0] != call_id}
        super().end_call(call_id)


class Told:
    """What the desk hears: ``news`` without the call's id."""

    def __init__(self):
        self.news = []

    def up(self, call_id, leg):
        self.news.append(("up", leg))

    def answered(self, call_id, leg):
        self.news.append(("answered", leg))

    def refused(self, call_id, leg, reason):
        self.news.append(("refused", leg, reason))

    def lost(self, call_id, leg, reason):
        self.news.append(("lost", leg, reason))


class LegsOffice(Office):
    """Its caller's call stands. ``way`` is how numbers are called."""

    def __init__(self, way: Way | None = None, slots=2, settings=None):
        house = House(lambda called: "s", self._hop, way, trusts=lambda host: True)
        self.found_when = None  # an Event: telephones are found once it is set
        super().__init__(house, slots, settings)
        self.told = Told()
        self.legs = Legs(self.front.ask, lambda: self.telephone, self.told)
        self.caller = self.call()
        self.call_id = self.process.offered[-1]
        self.process.asked.clear()

    @property
    def news(self):
        return self.told.news

    @property
    def asked(self):
        """What the process was asked for of legs, in order."""
        return [(type(command).__name__, command.leg) for command in self.process.asked if hasattr(command, "leg")]

    @property
    def phone(self):
        return self.side(AGENT)

    def begin(self, work):
        task = self.stage.loop.create_task(work)
        self.stage.settle()
        return task

    def ring(self, leg="kim", to=PHONE, shown="010-1234-5678", at=AGENT):
        """Their INVITE at the telephone."""
        side = self.side(at)
        self.run(self.legs.ring(self.call_id, leg, to, shown))
        self.stage.settle()
        return side.request("INVITE")

    def picked_up(self, leg="kim", at=AGENT):
        """The agent's side of a leg that stands."""
        invite, side = self.ring(leg, f"sip:kim@{at}", at=at), self.side(at)
        answered = side.answer(invite, 200, AGENT_SDP)
        side.request("ACK")
        self.stage.settle()
        return FarCall.of(side, invite, answered)

    def drop(self, leg="kim"):
        self.run(self.legs.drop(self.call_id, leg))

    def comes_up(self, leg="kim"):
        """The process says so."""
        self._soon(self.front.leg_up, self.call_id, leg)

    def loses(self, leg="kim", reason="silence"):
        """The process does, and says so."""
        self.process.legs.pop((self.call_id, leg), None)
        self._soon(self.front.leg_lost, self.call_id, leg, reason)

    def hang_up_the_caller(self):
        self.caller.send("BYE")
        self.side().response(200)

    def assert_nothing_is_left(self):
        """Of the call and all of its legs, once the caller has hung up."""
        if self.process.held:
            self.hang_up_the_caller()
        assert self.is_idle
        assert not self.process.legs
        assert self.legs.count == 0
        assert not self.legs._calls
        assert not self.legs._tasks

    def close(self):
        self.run(self.legs.close())
        super().close()

    def _left(self, call_id):
        super()._left(call_id)
        self.legs.call_gone(call_id)

    def _leg_up(self, call_id, leg):
        self.legs.up(call_id, leg)

    def _leg_lost(self, call_id, leg, reason):
        self.legs.lost(call_id, leg, reason)

    async def _start(self, name, news):
        self.processes.append(LegsProcess(name, news, self._slots))
        return self.process

    async def _hop(self, uri):
        if self.found_when:
            await self.found_when.wait()
        return await self.stage._find(uri)

"""What people at the desk do with a call: take it, hold it, ask a colleague, pass it on; a caller is never left alone.

The pure desk (:mod:`assist.desk`) knows who is free and who waits; the legs (:mod:`aicc.service.desk.legs`) carry the
sound. Here one becomes the other, and the call's log is told.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Literal, Protocol

from aicc.service.api.problem import Problem
from aicc.service.desk.desk_call import DeskCall, Seat
from aicc.service.desk.leg import NoLeg
from aicc.service.desk.legs import Legs
from assist.desk import Desk, Effect, Ticket
from assist.desk.words import nobody_took
from voicebot.events import (
    AgentJoined,
    AgentLeft,
    Event,
    Held,
    Listened,
    PageShown,
    Resumed,
    Transferred,
)
from voicebot.link import BackToBot, CallCommand, Done, HangUp, Part, Reply, Say, SendKeys, Type
from voicebot.store.people import Person

log = logging.getLogger(__name__)

NUMBER = re.compile(r"\+?[0-9][0-9-]{2,19}")
SUPERVISING = ("supervisor", "admin")


class Surroundings(Protocol):
    """What the switchboard needs of the desk's service."""

    desk: Desk

    def now_s(self) -> float: ...

    def do(self, effects: list[Effect]) -> None:
        """What the pure desk wants done."""

    def start(self, work: Coroutine[Any, Any, None]) -> None: ...

    def tell(self, name: str, message: dict[str, Any]) -> None:
        """To a person's panels."""

    def changed(self) -> None:
        """The desk looks otherwise now."""

    def is_person(self, name: str) -> bool: ...


class Switchboard:
    """For all calls. ``ask`` has a call's process do something, ``append`` puts into a call's log what happened."""

    def __init__(
        self,
        around: Surroundings,
        legs: Legs,
        ask: Callable[[str, CallCommand], Awaitable[Reply]],
        append: Callable[[str, tuple[Event, ...]], Awaitable[object]],
    ) -> None:
        self._around, self._legs, self._ask = around, legs, ask
        self._append = append

    # ---- sound

    async def browser_leg(self, call: DeskCall, person: Person, sdp: str, leg: str | None) -> tuple[str, str]:
        """Makes a browser's leg, or answers its new offer; the leg's name and our description."""
        seat = call.seats.get(person.name)
        if leg is not None:
            if seat is None or seat.leg != leg:
                raise Problem(409, "this connection is not there any more", "connect anew")
            return leg, await self._legs.renegotiate(call.call_id, leg, sdp)
        if seat is not None:  # a panel that was loaded anew: what it had is not heard any more
            await self._legs.drop(call.call_id, seat.leg)
        made = Seat(person.name, call.new_leg(person.name), "panel", part=seat.part if seat else "away")
        call.seats[person.name] = made
        try:
            answer = await self._legs.browser(call.call_id, made.leg, sdp)
        except NoLeg:
            if call.seats.get(person.name) is made:
                del call.seats[person.name]
            raise
        if made.part != "away":
            await self._legs.set_part(call.call_id, made.leg, made.part)
        return made.leg, answer

    async def ring(self, call: DeskCall, name: str, to: str) -> None:
        """A telephone of ``name`` rings; :class:`NoLeg`."""
        seat = Seat(name, call.new_leg(name if self._around.is_person(name) else "outside"), "sip")
        call.seats[name] = seat
        try:
            await self._legs.ring(call.call_id, seat.leg, to, call.number)
        except NoLeg:
            if call.seats.get(name) is seat:
                del call.seats[name]
            raise

    async def leave_seat(self, call: DeskCall, name: str) -> None:
        if seat := call.seats.pop(name, None):
            await self._legs.drop(call.call_id, seat.leg)

    async def _part(self, call: DeskCall, name: str, part: Part) -> bool:
        seat = call.seats.get(name)
        if seat is None:
            return call.is_chat
        seat.part = part
        return await self._legs.set_part(call.call_id, seat.leg, part)

    # ---- taking a call

    async def accept(self, call: DeskCall, name: str) -> None:
        """The caller is theirs from now on, or they are the colleague who is asked. :class:`Problem`."""
        if name in (call.agent, call.consulted):
            return  # pressed twice, or in another panel of theirs
        seat = call.seats.get(name)
        if not call.is_chat and seat is None:
            raise Problem(409, "there is no sound yet", "allow the microphone, or wait until it is connected")
        if call.granted != name and not self._around.desk.accept(name, call.call_id, self._around.now_s()):
            if name not in call.people:
                await self.leave_seat(call, name)
            raise Problem(409, "the call is not there to be taken any more", "wait for the next one")
        self._withdraw(call)  # which tells those where it rang
        call.rings = call.granted = ""
        call.supervisors.pop(name, None)
        self._around.tell(name, {"type": "offer_gone", "call_id": call.call_id, "reason": "accepted"})
        if call.phase == "consulting" and call.agent:
            call.consulted = name
            others = self._rung_in_vain(call)
            await self._part(call, name, "aside")
            await self._say(call, AgentJoined(name, "consulted"))
        else:
            call.agent, call.phase = name, "talking"
            others = self._rung_in_vain(call)
            # at once: whose line breaks meanwhile has joined before they leave
            _, is_there = await asyncio.gather(
                self._say(call, AgentJoined(name, "answered")), self._part(call, name, "talking")
            )
            if not is_there:
                self._around.start(self.lost(call, name, "lost"))
        for other in others:
            if call.seats.get(other.name) is other:
                await self.leave_seat(call, other.name)
        self._around.changed()

    # ---- while talking

    async def hold(self, call: DeskCall, name: str) -> None:
        self._talks(call, name)
        if call.phase == "talking":
            call.phase = "held"
            await self._part(call, name, "away")
            await self._say(call, Held(name))

    async def resume(self, call: DeskCall, name: str) -> None:
        self._has(call, name)
        if call.phase == "held":
            call.phase = "talking"
            await self._part(call, name, "talking")
            await self._say(call, Resumed(name))

    async def press(self, call: DeskCall, name: str, keys: str) -> None:
        self._in(call, name)
        reply = await self._ask(call.call_id, SendKeys(call.call_id, keys))
        if not (isinstance(reply, Done) and reply.found):
            raise Problem(409, "the caller's line takes no keys", "say the digits")

    async def write(self, call: DeskCall, name: str, text: str) -> None:
        self._in(call, name)
        reply = await self._ask(call.call_id, Type(call.call_id, text, "agent"))
        if not (isinstance(reply, Done) and reply.found):
            raise Problem(409, "the message did not arrive: the call is over, or is not one by text", "look at it")

    async def show(self, call: DeskCall, name: str, kind: str, title: str, url: str, fields: tuple[str, ...]) -> None:
        self._in(call, name)
        if call.started.door not in ("webrtc", "chat"):
            raise Problem(409, "the caller has no page open: it is a telephone", "send a text message")
        await self._say(call, PageShown(name, "page" if kind == "page" else "form", title, url, fields))

    async def hang_up(self, call: DeskCall, name: str) -> None:
        """Of whoever has the caller: the call is over, or in a conference the colleague's. Of anybody else in it: they
        are out of it."""
        if call.agent == name and call.consulted and call.phase in ("talking", "held"):
            await self._warm(call, name)
        elif call.agent == name:
            await self._ask(call.call_id, HangUp(call.call_id, "agent", "hung_up"))
        elif name in call.supervisors:
            await self.stop_listening(call, name)
        elif call.consulted == name:
            await self._consulted_left(call, "hung_up")
        else:
            raise Problem(403, "this call is not yours", "ask a supervisor")

    # ---- colleagues

    async def consult(self, call: DeskCall, name: str, to: str) -> None:
        self._has(call, name)
        if call.phase not in ("talking", "held") or call.consulted or call.rings:
            raise Problem(409, "somebody is being asked already", "end that first")
        if to == name:
            raise Problem(409, "that is yourself", "choose somebody else")
        if not self._around.is_person(to) and not NUMBER.fullmatch(to):
            raise Problem(422, f'nobody is called "{to[:60]}", and it is no number', "choose from the list")
        is_held = call.phase == "held"
        call.phase, call.rings = "consulting", to
        await self._part(call, name, "aside")
        if not is_held:
            await self._say(call, Held(name))
        if (call.phase, call.rings) != ("consulting", to):
            return  # ended again, or lost meanwhile
        if self._around.is_person(to):
            self._queue(call, self._ticket(call, to=to, given_by=name))
        else:
            try:
                await self.ring(call, to, to)
            except NoLeg as error:
                await self.nobody_took(call, to, str(error))
                raise Problem(409, str(error), "choose somebody else") from None
        self._around.changed()

    async def end_consult(self, call: DeskCall, name: str) -> None:
        """The agent goes back to the caller, alone."""
        self._has(call, name)
        if call.phase != "consulting" and not call.consulted:
            raise Problem(409, "nobody is being asked", "go on talking")
        other = call.consulted or call.rings
        call.consulted = call.rings = ""
        if self._around.is_person(other):
            self._around.do(self._around.desk.done(other, call.call_id, self._around.now_s()))
            self._withdraw(call)
        await self.leave_seat(call, other)
        await self._say(call, AgentLeft(other, "ended"))
        await self._back_together(call)

    async def conference(self, call: DeskCall, name: str) -> None:
        self._has(call, name)
        if not call.consulted:
            raise Problem(409, "nobody is there for a conference", "ask a colleague first")
        call.phase = "talking"
        await self._part(call, name, "talking")
        await self._part(call, call.consulted, "talking")
        await self._say(call, Resumed(name), AgentJoined(call.consulted, "conference"))

    async def nobody_took(self, call: DeskCall, to: str, reason: str) -> None:
        """Whoever was asked, or was to have the call, does not come."""
        if call.agent:  # a consultation
            call.rings = ""
            self._around.tell(call.agent, {"type": "not_reached", "call_id": call.call_id, "to": to, "reason": reason})
            await self._back_together(call)
        else:
            text = nobody_took("busy" if reason == "busy" else "away", is_back=False)
            await self._ask(call.call_id, Say(call.call_id, text))
            self.queue_again(call)

    # ---- passing on

    async def transfer(self, call: DeskCall, name: str, how: str, to: str) -> None:
        self._has(call, name)
        match how:
            case "warm":
                await self._warm(call, name)
            case "cold" if self._around.is_person(to) and to != name:
                await self._let_go(call, name, to, "cold")
                self._queue(call, self._ticket(call, to=to, given_by=name))
            case "cold" if NUMBER.fullmatch(to):
                await self._outside(call, name, to)
            case "queue" if to:
                await self._let_go(call, name, to, "queue")
                call.skill = to
                self.queue_again(call, given_by=name)
            case "bot" if to:
                await self._alone(call, name)  # before: the flow may end at once
                reply = await self._ask(call.call_id, BackToBot(call.call_id, to))
                if not (isinstance(reply, Done) and reply.found):
                    raise Problem(409, f'the bot has no flow "{to[:60]}" for this call', "choose from the list")
                await self._let_go(call, name, to, "bot")
            case _:
                raise Problem(422, f'nobody is called "{to[:60]}"', "choose from the list")

    async def _warm(self, call: DeskCall, name: str) -> None:
        other = call.consulted
        if not other:
            raise Problem(409, "nobody is there yet to take the call", "ask a colleague first")
        call.agent, call.consulted, call.phase = other, "", "talking"
        await self._part(call, other, "talking")
        await self.leave_seat(call, name)
        await self._say(
            call, Transferred(name, other, "warm"), AgentLeft(name, "transferred"), AgentJoined(other, "answered")
        )
        self._around.do(self._around.desk.done(name, call.call_id, self._around.now_s()))

    async def _outside(self, call: DeskCall, name: str, to: str) -> None:
        """A number rings before the agent is let go: one that cannot be dialled at all leaves all as it was."""
        await self._alone(call, name)
        call.rings = to
        try:
            await self.ring(call, to, to)
        except NoLeg as error:
            call.rings = ""
            raise Problem(409, str(error), "choose somebody else") from None
        await self._let_go(call, name, to, "cold")

    async def _alone(self, call: DeskCall, name: str) -> None:
        """Nobody is asked any more."""
        if call.consulted or call.phase == "consulting":
            await self.end_consult(call, name)

    async def _let_go(self, call: DeskCall, name: str, to: str, how: str) -> None:
        """The caller waits or has the bot, and the agent writes."""
        await self._alone(call, name)
        call.agent, call.phase = "", "bot" if how == "bot" else "waiting"
        await self.leave_seat(call, name)
        left = AgentLeft(name, "to_bot" if how == "bot" else "transferred")
        await self._say(call, Transferred(name, to, _HOW[how]), left)
        self._around.do(self._around.desk.done(name, call.call_id, self._around.now_s()))

    def queue_again(self, call: DeskCall, *, given_by: str = "") -> None:
        """To the place in the queue that their waiting has earned."""
        call.phase, call.rings = "waiting", ""
        self._queue(call, self._ticket(call, given_by=given_by))
        self._around.changed()

    # ---- supervisors

    async def listen(self, call: DeskCall, person: Person, how: str) -> None:
        name = person.name
        if person.role not in SUPERVISING:
            raise Problem(403, "only supervisors listen", "ask one")
        if how == "stopped":
            if name not in (call.agent, call.consulted):
                await self.stop_listening(call, name)
            return
        if call.agent == name or call.consulted == name:
            raise Problem(409, "you are in this call already", "go on talking")
        if name not in call.seats:
            raise Problem(409, "there is no sound yet", "allow the microphone, or wait until it is connected")
        if how == "taking_over":
            await self._take_over(call, name)
            return
        part: Literal["listening", "whispering"] = "whispering" if how == "whispering" else "listening"
        call.supervisors[name] = part
        await self._part(call, name, part)
        await self._say(call, Listened(name, part))

    async def stop_listening(self, call: DeskCall, name: str) -> None:
        if call.supervisors.pop(name, None):
            await self._say(call, Listened(name, "stopped"))
        await self.leave_seat(call, name)

    async def _take_over(self, call: DeskCall, name: str) -> None:
        now_s = self._around.now_s()
        if not self._around.desk.join(name, call.call_id, now_s, skill=call.skill, is_chat=call.is_chat):
            raise Problem(409, "you are in another call", "end that first")
        before = call.agent
        if call.granted:
            self._around.tell(call.granted, {"type": "offer_gone", "call_id": call.call_id, "reason": "withdrawn"})
        others = {before, call.consulted, call.rings, call.granted} - {"", name}
        call.supervisors.pop(name, None)
        call.agent, call.phase, call.consulted, call.rings, call.granted = name, "talking", "", "", ""
        self._withdraw(call)
        await self._part(call, name, "talking")
        for gone in sorted(others):
            await self.leave_seat(call, gone)
            self._around.do(self._around.desk.done(gone, call.call_id, self._around.now_s()))
        told = [AgentLeft(before, "transferred")] if before else []
        await self._say(call, *told, AgentJoined(name, "took_over"))

    # ---- what becomes of legs

    async def picked_up(self, call: DeskCall, name: str) -> None:
        """A telephone that rang: its owner has accepted, or the number that was called is there."""
        if self._around.is_person(name):
            try:
                await self.accept(call, name)
            except Problem:  # it was too late, and the telephone is hung up
                return
        elif call.rings != name:  # somebody else has the caller by now
            await self.leave_seat(call, name)
        elif call.agent and call.phase == "consulting":
            call.rings, call.consulted = "", name
            await self._part(call, name, "aside")
            await self._say(call, AgentJoined(name, "consulted"))
        else:
            call.rings, call.agent, call.phase = "", name, "talking"
            await self._part(call, name, "talking")
            await self._say(call, AgentJoined(name, "answered"))

    async def lost(self, call: DeskCall, name: str, reason: str) -> None:
        """Somebody's sound is gone; who hung up their telephone has ended the call, as with a button."""
        call.seats.pop(name, None)
        if call.is_over:
            return
        if name in call.supervisors:
            call.supervisors.pop(name)
            await self._say(call, Listened(name, "stopped"))
        elif name == call.consulted:
            await self._consulted_left(call, "hung_up" if reason == "hung_up" else "lost")
        elif name == call.agent and reason == "hung_up":
            await self._ask(call.call_id, HangUp(call.call_id, "agent", "hung_up"))
        elif name == call.agent:
            await self._agent_lost(call, name)
        self._around.changed()

    async def _agent_lost(self, call: DeskCall, name: str) -> None:
        await self._say(call, AgentLeft(name, "lost"))
        now_s = self._around.now_s()
        if call.consulted:  # who was asked has the caller now
            other, call.consulted = call.consulted, ""
            call.agent, call.phase = other, "talking"
            await self._part(call, other, "talking")
            await self._say(call, AgentJoined(other, "answered"))
        else:
            rang, call.agent = call.rings, ""
            self.queue_again(call)
            if rang and not self._around.is_person(rang):
                await self.leave_seat(call, rang)
        self._around.do(self._around.desk.done(name, call.call_id, now_s))

    async def _consulted_left(self, call: DeskCall, reason: str) -> None:
        other, call.consulted = call.consulted, ""
        await self.leave_seat(call, other)
        await self._say(call, AgentLeft(other, "lost" if reason == "lost" else "hung_up"))
        if self._around.is_person(other):
            self._around.do(self._around.desk.done(other, call.call_id, self._around.now_s()))
        await self._back_together(call)

    async def _back_together(self, call: DeskCall) -> None:
        """Agent and caller, with nobody else."""
        if call.agent and call.phase == "consulting":
            call.phase = "talking"
            await self._part(call, call.agent, "talking")
            await self._say(call, Resumed(call.agent))
        self._around.changed()

    # ---- within

    def _queue(self, call: DeskCall, ticket: Ticket) -> None:
        """Nothing, where the caller has left meanwhile."""
        if not call.is_over:
            self._around.do(self._around.desk.queue(ticket, self._around.now_s()))

    def _rung_in_vain(self, call: DeskCall) -> list[Seat]:
        """Of those who were asked and are not in it; a supervisor has a seat before he listens."""
        return [seat for seat in call.seats.values() if seat.name in call.asked_s and seat.name not in call.people]

    def _withdraw(self, call: DeskCall) -> None:
        """Nobody else is wanted for it; who talks in it goes on."""
        self._around.do(self._around.desk.withdraw(call.call_id, self._around.now_s()))

    def _ticket(self, call: DeskCall, *, to: str | None = None, given_by: str = "") -> Ticket:
        return Ticket(
            call.call_id,
            call.skill,
            self._around.now_s() if call.queued_s is None else call.queued_s,
            call.priority,
            is_chat=call.is_chat,
            customer=call.number,
            sticky=call.sticky,
            to=to,
            given_by=given_by,
        )

    def _talks(self, call: DeskCall, name: str) -> None:
        self._has(call, name)
        if call.is_chat:
            raise Problem(409, "a chat is not held", "write when you can")

    def _has(self, call: DeskCall, name: str) -> None:
        if call.agent != name:
            raise Problem(403, "this call is not yours", "ask a supervisor")

    def _in(self, call: DeskCall, name: str) -> None:
        if name not in (call.agent, call.consulted):
            raise Problem(403, "this call is not yours", "ask a supervisor")

    async def _say(self, call: DeskCall, *events: Event) -> None:
        await self._append(call.call_id, events)
        self._around.changed()


_HOW: dict[str, Any] = {"cold": "cold", "queue": "queue", "bot": "bot"}

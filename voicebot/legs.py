"""The legs of one call beside its caller's: their doors, from the moment they are wanted until they are given back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from voicebot.call import Call
from voicebot.doors.negotiable import ConnectingDoor, NegotiableDoor, NotAcceptable
from voicebot.leg_news import LegNews
from voicebot.link import (
    Accepted,
    AddLeg,
    BackToBot,
    Begin,
    Done,
    Part,
    Reanswer,
    Refused,
    RemoveLeg,
    Reoffer,
    Reply,
    Say,
    SendKeys,
    SetPart,
)

log = logging.getLogger(__name__)

MOST_LEGS = 8  # at once, those that ring among them; further ones are refused
RING_S = 200.0  # as a call of ours may ring; the front gives up long before

LegCommand = AddLeg | SetPart | RemoveLeg | Say | BackToBot | Begin | Reoffer | Reanswer | SendKeys


@dataclass(slots=True, eq=False)
class _Leg:
    """One that was wanted: it rings, or finds its way, until it is up. ``part`` is what it has from then on."""

    door: NegotiableDoor
    part: Part = "away"
    is_up: bool = False
    ringing: asyncio.TimerHandle | None = None


class Legs:
    """One call's, at most ``MOST_LEGS``. ``spawn`` runs what takes longer than a command, under a name.

    A leg is in the call from when it is up: a telephone by :class:`~voicebot.link.Begin`, a browser once it is
    connected. A part it is given before then it has at once when it comes.
    """

    def __init__(
        self,
        call: Call,
        open_door: Callable[[AddLeg], NegotiableDoor],
        news: LegNews,
        spawn: Callable[[Coroutine[Any, Any, None], str], None],
    ) -> None:
        self._call = call
        self._call_id = call.log.call_id
        self._open_door = open_door
        self._news = news
        self._spawn = spawn
        self._legs: dict[str, _Leg] = {}
        call.leg_lost = self._lost

    @staticmethod
    async def obey(legs: Legs | None, command: LegCommand) -> Reply:
        """What the front wants of them; ``legs`` are None where there is no such call, or it has not begun."""
        if legs is None or not legs._call.has_desk:
            return Refused("the call is over") if isinstance(command, AddLeg | Reoffer) else Done(False)
        match command:
            case AddLeg():
                return await legs._add(command)
            case Begin(_, sdp, leg):
                return await legs._begin(leg, sdp)
            case Reoffer(_, sdp, leg):
                return await legs._reoffer(leg, sdp)
            case Reanswer(_, sdp, leg):
                return await legs._reanswer(leg, sdp)
            case SendKeys(_, keys, leg):
                return Done(leg in legs._legs and legs._legs[leg].door.press(keys))
            case SetPart(_, leg, part):
                return Done(legs._set_part(leg, part))
            case RemoveLeg(_, leg):
                return Done(legs._remove(leg))
            case Say(_, text):
                return Done(legs._call.announce(text))
            case BackToBot(_, flow):
                return Done(legs._back_to_bot(flow))

    def close(self) -> None:
        """All are hung up: the call is over."""
        for name in list(self._legs):
            self._remove(name)

    # ---- commands

    async def _add(self, wanted: AddLeg) -> Accepted | Refused:
        if not wanted.leg or wanted.leg in self._legs:
            return Refused(f'there is a leg "{wanted.leg}" already: give each leg a name of its own')
        if len(self._legs) >= MOST_LEGS:
            return Refused(f"a call has at most {MOST_LEGS} legs: remove one first")
        try:
            door = self._open_door(wanted)
        except OSError as error:
            log.error("call %s, leg %s: %s", self._call_id, wanted.leg, error)
            return Refused(f"no {wanted.door} door could be opened: see the log of the media process")
        leg = self._legs[wanted.leg] = _Leg(door)
        try:
            sdp = await (door.answer(wanted.sdp) if wanted.sdp else door.offer())
        except NotAcceptable as error:
            self._give_back(wanted.leg, leg)
            return Refused(str(error), is_description=True)
        except BaseException:
            self._give_back(wanted.leg, leg)
            raise
        if self._legs.get(wanted.leg) is not leg:
            return Refused("the leg was removed")
        if isinstance(door, ConnectingDoor):
            self._spawn(self._connect(wanted.leg, leg, door), f"leg {wanted.leg} of {self._call_id}")
        else:
            leg.ringing = asyncio.get_running_loop().call_later(RING_S, self._lost, wanted.leg, "no_answer")
        return Accepted(self._call_id, sdp=sdp)

    async def _begin(self, name: str, sdp: str) -> Done | Refused:
        """The second time it does nothing, and a browser begins by itself."""
        leg = self._legs.get(name)
        if leg is None:
            return Done(False)
        if leg.is_up or isinstance(leg.door, ConnectingDoor):
            return Done()
        if sdp:
            try:
                await leg.door.take_answer(sdp)
            except NotAcceptable as error:
                return Refused(str(error), is_description=True)
        self._is_up(name, leg)
        return Done(self._legs.get(name) is leg)

    async def _reoffer(self, name: str, sdp: str) -> Accepted | Refused:
        leg = self._legs.get(name)
        if leg is None:
            return Refused("the leg is gone")
        try:
            return Accepted(self._call_id, sdp=await (leg.door.answer(sdp) if sdp else leg.door.offer()))
        except NotAcceptable as error:
            return Refused(str(error), is_description=True)

    async def _reanswer(self, name: str, sdp: str) -> Done | Refused:
        leg = self._legs.get(name)
        if leg is None:
            return Done(False)
        try:
            await leg.door.take_answer(sdp)
        except NotAcceptable as error:
            return Refused(str(error), is_description=True)
        return Done()

    def _set_part(self, name: str, part: Part) -> bool:
        leg = self._legs.get(name)
        if leg is None:
            return False
        leg.part = part
        if leg.is_up:
            self._call.set_part(name, part)
        return True

    def _remove(self, name: str) -> bool:
        leg = self._legs.get(name)
        if leg is None:
            return False
        self._call.leave(name)
        self._give_back(name, leg)
        return True

    def _back_to_bot(self, flow: str) -> bool:
        if not self._call.back_to_bot(flow):
            return False
        for leg in self._legs.values():
            leg.part = "away"
        return True

    # ---- life

    async def _connect(self, name: str, leg: _Leg, door: ConnectingDoor) -> None:
        if await door.connected():
            self._is_up(name, leg)
        elif self._legs.get(name) is leg:
            self._lost(name, "no_way")

    def _is_up(self, name: str, leg: _Leg) -> None:
        if leg.is_up or self._legs.get(name) is not leg or not self._call.has_desk:
            return
        leg.is_up = True
        if leg.ringing is not None:
            leg.ringing.cancel()
        self._call.join(name, leg.door, leg.part)
        self._news.leg_up(self._call_id, name)

    def _lost(self, name: str, reason: str) -> None:
        """Its far side is gone."""
        if (leg := self._legs.get(name)) is not None:
            self._give_back(name, leg)
            self._news.leg_lost(self._call_id, name, reason)

    def _give_back(self, name: str, leg: _Leg) -> None:
        if self._legs.get(name) is leg:
            del self._legs[name]
        if leg.ringing is not None:
            leg.ringing.cancel()
        leg.door.hang_up()
        if isinstance(leg.door, ConnectingDoor):
            self._spawn(leg.door.gone(), f"end of leg {name} of {self._call_id}")

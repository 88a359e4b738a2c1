"""One leg of a call beside its caller's: what all of them ask of the call's process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from voicebot.doors.door import DoorName
from voicebot.link import Accepted, AddLeg, CallCommand, Done, Part, Refused, RemoveLeg, Reoffer, Reply, SetPart

Ask = Callable[[str, CallCommand], Awaitable[Reply]]
Stage = Literal["making", "ringing", "up", "over"]


class NoLeg(Exception):
    """There is no such leg, or none can be made; the message is one line with the way out."""


class DeskLeg:
    """``stage`` is where it stands: ``over`` once nobody is to hear of it any more."""

    def __init__(self, call_id: str, name: str, ask: Ask) -> None:
        self.call_id = call_id
        self.name = name
        self.stage: Stage = "making"
        self._ask = ask
        self._is_asked_for = False

    def hang_up(self) -> None:
        """What the front itself has of the far side; nothing where that is all the process's."""

    async def describe(self, sdp: str) -> str:
        """The answer to ``sdp``, or an offer where that is empty. :class:`NoLeg`."""
        return _description(await self._ask(self.call_id, Reoffer(self.call_id, sdp, self.name)))

    async def set_part(self, part: Part) -> bool:
        reply = await self._ask(self.call_id, SetPart(self.call_id, self.name, part))
        return isinstance(reply, Done) and reply.found

    async def remove(self) -> None:
        """Takes it out of the process; does nothing where that was never asked for it."""
        if self._is_asked_for:
            await self._ask(self.call_id, RemoveLeg(self.call_id, self.name))

    async def _add(self, door: DoorName, sdp: str = "", host: str = "") -> str:
        """Its description there, see :class:`voicebot.link.AddLeg`. :class:`NoLeg`."""
        self._still_wanted()
        self._is_asked_for = True
        described = _description(await self._ask(self.call_id, AddLeg(self.call_id, self.name, door, sdp, host)))
        self._still_wanted()
        return described

    def _still_wanted(self) -> None:
        if self.stage == "over":
            raise NoLeg("hung up before it was there: nothing is to be done")


def _description(reply: Reply) -> str:
    if isinstance(reply, Accepted):
        return reply.sdp
    raise NoLeg(reply.reason if isinstance(reply, Refused) else "the call is over")

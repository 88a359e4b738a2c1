"""A carrier's gateway: a SIP endpoint of our own that calls through others, and takes calls, without sound."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from sipmessage import URI

from aicc.service.sip.telephone import CALL_HEADER
from voicebot.doors.rtp.negotiation import Means, Negotiation
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.outbound import OutboundLeg
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import By, LegWatcher

PATIENCE_S = 20.0


@dataclass
class Call(LegWatcher):
    """``is_up`` once it stands, ``ending`` by whom, why and with which code it ended."""

    leg: Leg | None = None
    is_up: bool = False
    ending: tuple[By, str, int] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def call_id(self) -> str:
        """What the service calls it."""
        assert isinstance(self.leg, OutboundLeg) and self.leg.answer
        return self.leg.answer.headers.get(CALL_HEADER) or ""

    def answered(self, sdp: str) -> None:
        self.is_up = True
        self.changed.set()

    acknowledged = answered

    def ended(self, by: By, reason: str, code: int) -> None:
        self.ending = (by, reason, code)
        self.changed.set()

    async def until(self, holds: Callable[[Call], bool]) -> Call:
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self):
                self.changed.clear()
                await self.changed.wait()
        return self

    async def hang_up(self) -> None:
        assert self.leg
        self.leg.bye()
        await self.until(lambda call: call.ending is not None)


class Carrier:
    """``takes`` is what it does with calls: ``True`` picks up, ``False`` lets them ring, a number refuses."""

    is_open = True

    def __init__(self, host: str) -> None:
        self.host = host
        self.port = 0
        self.takes: bool | int = True
        self.taken: list[Call] = []
        self._agent = UserAgent(self)

    async def listen(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Over UDP, or over TLS alone."""
        self.port = await self._agent.listen("tls" if tls else "udp", self.host, port, tls)

    async def close(self) -> None:
        await self._agent.close()

    def invited(self, leg: InboundLeg) -> None:
        call = Call(leg)
        leg.watcher = call
        self.taken.append(call)
        if self.takes is True:
            leg.accept(self._negotiation().answer(leg.offered_sdp))
        elif self.takes is False:
            leg.ring()
        else:
            leg.refuse(self.takes)

    async def call(self, address: str, headers: Mapping[str, str] | None = None) -> Call:
        """Stands, or has ended."""
        call = Call()
        sdp = self._negotiation().offer()
        to, sender = URI.parse(f"sip:15880000@{address}"), f"<sip:01012345678@{self.host}>"
        call.leg = self._agent.call(to, sdp=sdp, from_=sender, watcher=call, headers=headers)
        return await call.until(lambda call: call.is_up or call.ending is not None)

    async def came(self, count: int = 1) -> Call:
        """The last of so many calls that have come."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.taken) < count:
                await asyncio.sleep(0.02)
        return self.taken[count - 1]

    def _negotiation(self) -> Negotiation:
        return Negotiation(Means(self.host, 40_002, 40_003))


@contextlib.asynccontextmanager
async def carrier(host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Carrier]:
    made = Carrier(host)
    await made.listen(port, tls)
    try:
        yield made
    finally:
        await made.close()

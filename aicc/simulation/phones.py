"""Agents' telephones: they ring, are picked up after a while, and have a wire each for the sound."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

from aicc.simulation.impairment import Impairment
from aicc.simulation.rtp_wire import RtpWire
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import By, LegWatcher

HOST = "127.0.0.1"
RINGS_S = 0.1


class PhoneCall(LegWatcher):
    """One that was picked up, or rings still. ``call_id`` is the service's name of the call."""

    def __init__(self, leg: InboundLeg, number: int) -> None:
        self.leg: Leg = leg
        self.user = leg.request.uri.user or ""
        self.call_id = leg.request.headers.get("X-AICC-Call") or ""
        self.caller = leg.caller
        self.wire = RtpWire(HOST, "PCMU", leg.bye, Impairment(), number)
        self.picked_up_s = 0.0  # by time.monotonic
        self.is_up = asyncio.Event()
        self.is_over = asyncio.Event()

    async def reoffered(self, sdp: str) -> str:
        return self.wire.reoffered(sdp) if sdp else self.wire.offer()

    def reanswered(self, sdp: str) -> None:
        self.wire.answered(sdp)

    def acknowledged(self, sdp: str) -> None:
        self.is_up.set()

    def ended(self, by: By, reason: str, code: int) -> None:
        self.wire.closed()
        self.is_over.set()


class Phones:
    """All telephones of a house, at one address: ``uri("kim")`` is kim's. Every one is picked up after ``rings_s``.

    ``picked_up`` is told of each call, ``refuses`` says with which code one of a user is turned down (0: it is not).
    """

    def __init__(self, picked_up: Callable[[PhoneCall], None], refuses: Callable[[str], int], rings_s: float) -> None:
        self._picked_up, self._refuses, self._rings_s = picked_up, refuses, rings_s
        self._port = 0
        self.is_open = True
        self.calls: list[PhoneCall] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls,
        picked_up: Callable[[PhoneCall], None] = lambda call: None,
        refuses: Callable[[str], int] = lambda user: 0,
        rings_s: float = RINGS_S,
    ) -> AsyncIterator[Phones]:
        """For as long as the block runs; what still talks is hung up behind it."""
        phones = cls(picked_up, refuses, rings_s)
        agent = UserAgent(phones)
        phones._port = await agent.listen("udp", HOST, 0)
        try:
            yield phones
        finally:
            await agent.close()
            for call in phones.calls:
                call.wire.closed()

    def uri(self, user: str) -> str:
        return f"sip:{user}@{HOST}:{self._port}"

    def invited(self, leg: InboundLeg) -> None:
        if code := self._refuses(leg.request.uri.user or ""):
            leg.refuse(code)
            return
        call = PhoneCall(leg, len(self.calls))
        leg.watcher = call
        self.calls.append(call)
        leg.ring()
        asyncio.get_running_loop().call_later(self._rings_s, self._pick_up, leg, call)

    def _pick_up(self, leg: InboundLeg, call: PhoneCall) -> None:
        if leg.is_over:
            return
        try:
            answer = call.wire.invited(leg.offered_sdp)
            call.picked_up_s = time.monotonic()
            leg.accept(answer)
        except NotAcceptable:
            leg.refuse(488)
            return
        self._picked_up(call)

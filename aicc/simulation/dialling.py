"""Callers without a sound, who dial at a steady rate, stay for a while and hang up: what setting up calls takes."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sipmessage import URI

from aicc.simulation.rtp_wire import FIRST_PORT, LAST_PORT
from voicebot.doors.rtp.negotiation import Means, Negotiation
from voicebot.doors.rtp.ports import open_pair
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import By, LegWatcher

HOST = "127.0.0.1"
PATIENCE_S = 32.0  # RFC 3261, timer B: so long an INVITE is repeated
SMALLEST_BUFFER_BYTES = 4_096  # what the bot says to them is heard by nobody


@dataclass(frozen=True, slots=True)
class Dialled:
    """One call; times in s by the loop's clock. ``picked_up_s`` is None where nobody did, ``failure`` says why.

    ``is_ended_by_bot`` is whether its BYE came before the caller's own.
    """

    began_s: float
    picked_up_s: float | None
    ended_s: float
    failure: str = ""
    is_ended_by_bot: bool = False

    @property
    def setup_ms(self) -> float | None:
        return None if self.picked_up_s is None else 1000 * (self.picked_up_s - self.began_s)


class Dialler:
    """A user agent for all of them. What the bot says arrives at one socket that nobody reads."""

    def __init__(self, agent: UserAgent, target: URI, rtp: socket.socket, rtcp: socket.socket) -> None:
        self._agent = agent
        self._target = target
        self._offer = Negotiation(Means(HOST, rtp.getsockname()[1], rtcp.getsockname()[1], ("PCMU",))).offer()

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, target: str) -> AsyncIterator[Dialler]:
        """``target`` is a service's address on this machine, such as ``sip:127.0.0.1:5060``."""
        where = URI.parse(target)
        agent = UserAgent(_Nobody())
        await agent.listen("udp", HOST, 0)
        rtp, rtcp = open_pair(HOST, FIRST_PORT, LAST_PORT)
        rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER_BYTES)
        try:
            yield cls(agent, URI(scheme="sip", user="bot", host=where.host, port=where.port), rtp, rtcp)
        finally:
            await agent.close()
            rtp.close()
            rtcp.close()

    async def dial(self, stays_s: float) -> Dialled:
        """Hangs up ``stays_s`` after somebody has picked up, unless the bot does before."""
        loop = asyncio.get_running_loop()
        call = _Call()
        began_s = loop.time()
        leg = self._agent.call(self._target, sdp=self._offer, from_=f"<sip:01012345678@{HOST}>", watcher=call)
        news: list[asyncio.Future[Any]] = [call.picked_up, call.over]
        await asyncio.wait(news, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if call.picked_up.done():
            await asyncio.wait([call.over], timeout=stays_s)
        is_theirs = call.over.done()
        leg.bye()
        picked_up_s = call.picked_up.result() if call.picked_up.done() else None
        failure = call.failure(is_theirs)
        return Dialled(began_s, picked_up_s, loop.time(), failure, is_theirs and not failure)

    async def dial_many(self, calls: int, per_second: float, stays_s: tuple[float, float], seed: int) -> list[Dialled]:
        """So many at that rate; each stays a random while between the two."""
        chance, loop = random.Random(seed), asyncio.get_running_loop()
        begin_s = loop.time()

        async def one(number: int, stay_s: float) -> Dialled:
            await asyncio.sleep(begin_s + number / per_second - loop.time())
            return await self.dial(stay_s)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number, chance.uniform(*stays_s))) for number in range(calls)]
        return [task.result() for task in tasks]


def setup_figures(calls: Sequence[Dialled]) -> dict[str, object]:
    """INVITE to 200 in ms, and what failed, by its reason."""
    setups = [one.setup_ms for one in calls if one.setup_ms is not None]
    p50, p95 = np.percentile(setups, (50, 95)) if setups else (None, None)
    return {
        "setup_p50_ms": p50 and round(float(p50), 1),
        "setup_p95_ms": p95 and round(float(p95), 1),
        "setup_max_ms": round(max(setups), 1) if setups else None,
        "failed": sum(bool(one.failure) for one in calls),
        "failures": dict(Counter(one.failure for one in calls if one.failure)),
    }


class _Call(LegWatcher):
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.picked_up: asyncio.Future[float] = loop.create_future()
        self.over: asyncio.Future[tuple[By, str]] = loop.create_future()

    def answered(self, sdp: str) -> None:
        if not self.picked_up.done():
            self.picked_up.set_result(asyncio.get_running_loop().time())

    def ended(self, by: By, reason: str, code: int) -> None:
        if not self.over.done():
            self.over.set_result((by, f"{reason} ({code})" if code else reason))

    def failure(self, is_theirs: bool) -> str:
        """``is_theirs``: the call was over before this side hung up."""
        if not is_theirs:
            return "" if self.picked_up.done() else f"no answer within {PATIENCE_S:.0f} s"
        by, reason = self.over.result()
        return "" if self.picked_up.done() and by == "caller" else reason


class _Nobody:
    """Who is at home where callers live."""

    is_open = False

    def invited(self, leg: InboundLeg) -> None:
        leg.refuse(486)

"""Calls from pages with their real doors: each says one tone, and keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.aicc.service.web.fake_calls import FakeCalls
from tests.voicebot.doors.webrtc.browser import Ticker
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.webrtc.door import WebRtcDoor
from voicebot.doors.webrtc.ice import Network
from voicebot.events import CallEnded
from voicebot.link import Accepted, CallCommand, Refused, Reoffer, Reply
from voicebot.log import new_call_id

BOTS_HZ = 1_000.0


@dataclass
class TalkingCalls(FakeCalls):
    """Calls begin when their page is connected, and end when it goes; ``left`` is told, as by the front."""

    doors: dict[str, WebRtcDoor] = field(default_factory=dict)
    tickers: dict[str, Ticker] = field(default_factory=dict)
    loses_packets: bool = False
    left: Callable[[str], None] = lambda call_id: None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def take_page(self, called: str, sdp: str) -> Accepted | Refused:
        self.offered.append((called, sdp))
        if self.refused:
            return self.refused.pop(0)
        call_id, door = new_call_id(), WebRtcDoor(Network(addresses=("127.0.0.1",)))
        answer = await door.answer(sdp)
        self.up.append(call_id)
        self.doors[call_id] = door
        if self.loses_packets:
            self.lose_packets(call_id)
        self._tasks.append(asyncio.create_task(self._hold(call_id, door)))
        return Accepted(call_id, sdp=answer)

    async def ask(self, call_id: str, command: CallCommand) -> Reply:
        if call_id in self.up and isinstance(command, Reoffer):
            self.asked.append(command)
            try:
                return Accepted(call_id, sdp=await self.doors[call_id].answer(command.sdp))
            except NotAcceptable as error:
                return Refused(str(error), is_description=True)
        return await super().ask(call_id, command)

    async def hang_up(self, call_id: str) -> bool:
        is_up = await super().hang_up(call_id)
        if call_id in self.doors:
            self.doors[call_id].hang_up()
        return is_up

    def lose_packets(self, call_id: str) -> None:
        """From now on nothing goes or comes by the way that this call has."""
        way = self.doors[call_id]._coming or self.doors[call_id]._way
        assert way is not None
        for protocol in way.ice._protocols:
            protocol.datagram_received = lambda data, addr: None  # type: ignore[method-assign]
            protocol.transport.sendto = lambda data, addr=None: None  # type: ignore[method-assign]

    async def _hold(self, call_id: str, door: WebRtcDoor) -> None:
        if await door.connected():
            self.begin(call_id)
            ticker = self.tickers[call_id] = Ticker(door, BOTS_HZ)
            while not door.is_closed:
                await asyncio.sleep(0.02)
            await ticker.stop()
            if call_id in self.up:
                self.end(call_id, CallEnded("network" if door.is_lost else "caller", "hung_up", 1))
        elif call_id in self.up:
            self.up.remove(call_id)
        self.left(call_id)
        await door.gone()

    async def close(self) -> None:
        for door in self.doors.values():
            door.hang_up()
        await asyncio.gather(*self._tasks)

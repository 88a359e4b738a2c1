"""Calls without sound: they begin when they are offered, keep a real journal, and do what their variables say.

Legs beside the caller's are accepted without a door and up at once; one called ``gone`` is lost at once instead.

Those of telephones have a real door, which agrees on descriptions and holds its ports, and begin when they are told to;
nobody reads what comes in there, and nothing is recorded.

``variables["do"]``: ``end`` ends the call at once, ``die`` kills the process, ``hang`` stops its loop, ``sick`` has the
process ask for its replacement, ``refuse`` refuses the call, ``late`` accepts it after half a second, ``break`` raises;
without it the call stays up.
``variables["events"]`` is how many digits are heard in it.
``python -m tests.fakes.media_process`` is a media process with such calls.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psutil

from aicc.service.process import Start
from voicebot.disk import Disk
from voicebot.doors.negotiable import NegotiableDoor, NotAcceptable
from voicebot.doors.rtp.door import RtpDoor
from voicebot.events import CallEnded, CallStarted, Dtmf, Logged
from voicebot.journal import Journal
from voicebot.leg_news import LegNews
from voicebot.link import (
    Accepted,
    AddLeg,
    Begin,
    CallCommand,
    Done,
    HangUp,
    HungUpBy,
    Offer,
    Press,
    Reanswer,
    Refused,
    Reoffer,
    Reply,
    Status,
)
from voicebot.log import EventLog
from voicebot.recording import Recording

FRAME = np.ones(160, np.int16)
SECOND_FRAMES = 50
LATE_S = 0.5


@dataclass
class FakeCall:
    log: EventLog
    journal: Journal
    recording: Recording | None
    door: NegotiableDoor | None


@dataclass
class Ringing:
    """A telephone's, before its call begins."""

    offer: Offer
    door: NegotiableDoor


class FakeMedia:
    def __init__(
        self, start: Start, events: Callable[[list[Logged]], None], gone: Callable[[str], None], legs: LegNews
    ) -> None:
        self.sick: str | None = None
        self._start, self._events, self._gone, self._legs = start, events, gone, legs
        self._disk = Disk()
        self._calls: dict[str, FakeCall] = {}
        self._ringing: dict[str, Ringing] = {}
        self._process = psutil.Process()
        self._is_draining = False
        self._ended = asyncio.Event()

    async def obey(self, command: CallCommand) -> Reply:
        match command:
            case Offer(door="sip"):
                return await self.ring(command)
            case Offer():
                return self.offer(command)
            case HangUp(call_id, by, reason):
                return Done(self.hang_up(call_id, by, reason))
            case AddLeg(call_id, leg) if call_id in self._calls:
                self._legs.leg_lost(call_id, leg, "hung_up") if leg == "gone" else self._legs.leg_up(call_id, leg)
                return Accepted(call_id, sdp="ours")
            case Begin(call_id, sdp) if ringing := self._ringing.pop(call_id, None):
                return await self._begin(ringing, sdp)
            case Reoffer(call_id, sdp) if door := self._door(call_id):
                return await _described(call_id, door, sdp)
            case Reanswer(call_id, sdp) if door := self._door(call_id):
                await door.take_answer(sdp)
            case Press(call_id, keys) if call := self._calls.get(call_id):
                self._events([call.log.append(Dtmf(key)) for key in keys])
        return Done(command.call_id in self._calls)

    async def ring(self, offer: Offer) -> Accepted | Refused:
        """Of a telephone: its slot is taken, and its call waits for :class:`Begin`."""
        if self._is_draining:
            return Refused("draining")
        if len(self._calls) + len(self._ringing) >= self._start.settings.slots:
            return Refused("full")
        rtp = self._start.settings.rtp
        door = RtpDoor(offer.host, *rtp.ports, codecs=rtp.codecs, srtp=rtp.srtp)
        self._ringing[offer.call_id] = Ringing(offer, door)
        described = await _described(offer.call_id, door, offer.sdp)
        if offer.variables.get("do") == "late":
            await asyncio.sleep(LATE_S)
        if isinstance(described, Refused):
            del self._ringing[offer.call_id]
            door.hang_up()
        return described

    async def _begin(self, ringing: Ringing, sdp: str) -> Done | Refused:
        try:
            if sdp:
                await ringing.door.take_answer(sdp)
        except NotAcceptable as error:
            return Refused(str(error), is_description=True)
        self._open(ringing.offer, ringing.door)
        return Done()

    def _door(self, call_id: str) -> NegotiableDoor | None:
        holding = self._calls.get(call_id) or self._ringing.get(call_id)
        return holding and holding.door

    def offer(self, offer: Offer) -> Accepted | Refused:
        do = offer.variables.get("do", "")
        if do == "refuse":
            return Refused("not today")
        if do == "break":
            raise RuntimeError("broken")
        if do == "sick":
            self.sick = "the models hang"
        if self._is_draining:
            return Refused("draining")
        if len(self._calls) >= self._start.settings.slots:
            return Refused("full")
        self._open(offer)
        return Accepted(offer.call_id, str(self._start.socket))

    def _open(self, offer: Offer, door: NegotiableDoor | None = None) -> None:
        folder = self._start.data / "calls" / offer.call_id
        folder.mkdir(parents=True)
        told: list[Logged] = []
        journal = Journal(folder, self._disk, print)
        recording = Recording(folder, 8_000, self._disk, print) if door is None else None
        log = EventLog(offer.call_id, written=lambda logged: (told.append(logged), journal.append(logged)))
        self._calls[offer.call_id] = FakeCall(log, journal, recording, door)
        log.append(CallStarted(offer.direction, offer.door, offer.caller, offer.callee, self._name(offer.scenario)))
        for _ in range(int(offer.variables.get("events", "0"))):
            log.append(Dtmf("1"))
        for _ in range(SECOND_FRAMES if recording else 0):
            recording.write(FRAME, FRAME)
        self._disk.flush()
        self._events(told)
        asyncio.get_running_loop().call_later(0.01, self._do, offer.variables.get("do", ""), offer.call_id)

    def hang_up(self, call_id: str, by: HungUpBy, reason: str) -> bool:
        if ringing := self._ringing.pop(call_id, None):
            ringing.door.hang_up()
            self._gone(call_id)
            return True
        call = self._calls.pop(call_id, None)
        if call is None:
            return False
        if call.door:
            call.door.hang_up()
        recording = call.recording and call.recording.name
        self._events([call.log.append(CallEnded(by, reason, call.log.now_ms, recording))])
        if call.recording:
            call.recording.finish().result()
        call.journal.close()
        self._disk.flush()
        self._gone(call_id)
        self._ended.set()
        return True

    async def drain(self, seconds: float) -> None:
        self._is_draining = True
        try:
            async with asyncio.timeout(seconds):
                while self._calls:
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            pass
        await self.close()

    async def close(self) -> None:
        for call_id in [*self._ringing, *self._calls]:
            self.hang_up(call_id, "service", "stopped")
        self._disk.close()

    def status(self) -> Status:
        memory_mb = self._process.memory_info().rss / 2**20
        slots = self._start.settings.slots
        return Status(len(self._calls), slots, 1.0, 100, 1, 0.1, self._process.num_fds(), memory_mb)

    def _name(self, scenario: str) -> str:
        """As the version that this process was started with calls itself."""
        path = self._start.scenarios[scenario] / "scenario.yaml"
        return re.search("^scenario: (.*)$", path.read_text(), re.MULTILINE)[1] if path.exists() else scenario

    def _do(self, do: str, call_id: str) -> None:
        match do:
            case "end":
                self.hang_up(call_id, "caller", "hung_up")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                time.sleep(3_600)


async def _described(call_id: str, door: NegotiableDoor, sdp: str) -> Accepted | Refused:
    try:
        return Accepted(call_id, sdp=await (door.answer(sdp) if sdp else door.offer()))
    except NotAcceptable as error:
        return Refused(str(error), is_description=True)


async def open_fake_media(
    start: Start, events: Callable[[list[Logged]], None], gone: Callable[[str], None], legs: LegNews
) -> FakeMedia:
    """A scenario called ``broken`` cannot be opened."""
    if "broken" in start.scenarios:
        raise ValueError("the scenario is broken")
    return FakeMedia(start, events, gone, legs)

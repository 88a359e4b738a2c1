"""Calls without sound: they begin when they are offered, keep a real journal, and do what their variables say.

``variables["do"]``: ``end`` ends the call at once, ``die`` kills the process, ``hang`` stops its loop, ``sick`` has the
process ask for its replacement, ``refuse`` refuses the call, ``break`` raises; without it the call stays up.
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

from aicc.service.process import Start
from voicebot.disk import Disk
from voicebot.events import CallEnded, CallStarted, Dtmf, Logged
from voicebot.journal import Journal
from voicebot.link import Accepted, CallCommand, Done, HangUp, HungUpBy, Offer, Refused, Reply, Status
from voicebot.log import EventLog
from voicebot.recording import Recording

FRAME = np.ones(160, np.int16)
SECOND_FRAMES = 50


@dataclass
class FakeCall:
    log: EventLog
    journal: Journal
    recording: Recording


class FakeMedia:
    def __init__(self, start: Start, events: Callable[[list[Logged]], None], gone: Callable[[str], None]) -> None:
        self.sick: str | None = None
        self._start, self._events, self._gone = start, events, gone
        self._disk = Disk()
        self._calls: dict[str, FakeCall] = {}
        self._is_draining = False
        self._ended = asyncio.Event()

    async def obey(self, command: CallCommand) -> Reply:
        match command:
            case Offer():
                return self.offer(command)
            case HangUp(call_id, by, reason):
                return Done(self.hang_up(call_id, by, reason))
        return Done(command.call_id in self._calls)

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
        folder = self._start.data / "calls" / offer.call_id
        folder.mkdir(parents=True)
        told: list[Logged] = []
        journal = Journal(folder, self._disk, print)
        recording = Recording(folder, 8_000, self._disk, print)
        log = EventLog(offer.call_id, written=lambda logged: (told.append(logged), journal.append(logged)))
        self._calls[offer.call_id] = FakeCall(log, journal, recording)
        log.append(CallStarted(offer.direction, offer.door, offer.caller, offer.callee, self._name(offer.scenario)))
        for _ in range(int(offer.variables.get("events", "0"))):
            log.append(Dtmf("1"))
        for _ in range(SECOND_FRAMES):
            recording.write(FRAME, FRAME)
        self._disk.flush()
        self._events(told)
        asyncio.get_running_loop().call_later(0.01, self._do, do, offer.call_id)
        return Accepted(offer.call_id, str(self._start.socket))

    def hang_up(self, call_id: str, by: HungUpBy, reason: str) -> bool:
        call = self._calls.pop(call_id, None)
        if call is None:
            return False
        self._events([call.log.append(CallEnded(by, reason, call.log.now_ms, call.recording.name))])
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
        for call_id in list(self._calls):
            self.hang_up(call_id, "service", "stopped")
        self._disk.close()

    def status(self) -> Status:
        return Status(len(self._calls), self._start.settings.slots, 1.0, 100, 1, 0.1, 10, 50.0)

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


async def open_fake_media(
    start: Start, events: Callable[[list[Logged]], None], gone: Callable[[str], None]
) -> FakeMedia:
    """A scenario called ``broken`` cannot be opened."""
    if "broken" in start.scenarios:
        raise ValueError("the scenario is broken")
    return FakeMedia(start, events, gone)

"""A service whose calls are led by a test: real logs, a real store, and no sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aicc.service.api.service import CallWanted, NoDoor, NoScenario, NotTransferred, Transferred
from aicc.service.live_calls import ReaderTooSlow
from voicebot.events import CallEnded, CallStarted, Event, Logged
from voicebot.log import EventLog, new_call_id
from voicebot.store import Store

STARTED = CallStarted("in", "wav", "01012345678", "15881234", "nuri")
ENDED = CallEnded("caller", "hung_up", 61_000)


@dataclass
class FakeService:
    """What is said in a call is heard by its log and by whoever follows all calls; a call that has ended leaves
    ``live``. Its events reach the store when a test says so."""

    store: Store
    folder: Path
    recording_key: bytes | None = None
    reader_queue: int = 1_000
    doors: bool = True
    missing: list[str] = field(default_factory=list)
    is_draining: bool = False
    placed: list[CallWanted] = field(default_factory=list)
    sent_keys: list[str] = field(default_factory=list)
    transferring: bool = False
    now_ms: float = 0.0
    logs: dict[str, EventLog] = field(default_factory=dict)
    readers: set[asyncio.Queue[Logged | None]] = field(default_factory=set)

    def begin(self, call_id: str | None = None) -> str:
        call_id = call_id or new_call_id()
        self.logs[call_id] = EventLog(call_id, lambda: self.now_ms)
        self.say(call_id, STARTED)
        return call_id

    def say(self, call_id: str, *events: Event) -> None:
        for event in events:
            logged = self.logs[call_id].append(event)
            for reader in list(self.readers):
                try:
                    reader.put_nowait(logged)
                except asyncio.QueueFull:
                    self.readers.discard(reader)
                    reader.get_nowait()
                    reader.put_nowait(None)

    def end(self, call_id: str, event: CallEnded = ENDED) -> EventLog:
        self.say(call_id, event)
        return self.logs.pop(call_id)

    def live(self) -> list[str]:
        return list(self.logs)

    def log(self, call_id: str) -> EventLog | None:
        return self.logs.get(call_id)

    async def follow_all(self) -> AsyncIterator[Logged]:
        reader: asyncio.Queue[Logged | None] = asyncio.Queue(self.reader_queue)
        self.readers.add(reader)
        try:
            while (logged := await reader.get()) is not None:
                yield logged
            raise ReaderTooSlow
        finally:
            self.readers.discard(reader)

    async def send_keys(self, call_id: str, keys: str) -> bool:
        self.sent_keys.append(keys)
        return call_id in self.logs

    async def transfer(self, call_id: str, to: str) -> Transferred | None:
        if self.transferring:
            raise NotTransferred("another REFER is under way")
        if call_id not in self.logs:
            return None
        is_reached = to.endswith("@here")
        return Transferred(is_reached, 200 if is_reached else 486, "")

    async def place(self, wanted: CallWanted) -> str:
        if not self.doors:
            raise NoDoor("no door can place calls")
        if wanted.scenario != "nuri":
            raise NoScenario(f'no scenario "{wanted.scenario}"')
        self.placed.append(wanted)
        return self.begin()

    async def hang_up(self, call_id: str) -> bool:
        if call_id not in self.logs:
            return False
        self.end(call_id, CallEnded("service", "hung_up", 1_000))
        return True

    def is_ready(self) -> tuple[bool, list[str]]:
        return not self.missing, self.missing

    def status(self) -> Mapping[str, object]:
        return {"calls": len(self.logs), "folder": self.folder}

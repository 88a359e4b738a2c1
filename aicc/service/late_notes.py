"""Notes of calls that ended while no helper was there to write them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from aicc.service.owed import owed, owes
from assist.replay import replay
from assist.running import Append, Services
from voicebot.events import CallStarted, Event
from voicebot.journal import NAME, read_journal

log = logging.getLogger(__name__)

WRITER = "wrapup"


class LateNotes:
    """Of the calls whose folders lie in ``calls``; ``services`` are by the name of the scenario that answered.

    One that is written twice is in its log once: the log's owner sees to that.
    """

    def __init__(self, calls: Path, services: Mapping[str, Services], append: Append) -> None:
        self._calls, self._services, self._append = calls, services, append

    async def write_all(self) -> None:
        """Of the newest calls, one after the other."""
        for call_id in await asyncio.to_thread(owed, self._calls):
            await self.write(call_id)

    async def write(self, call_id: str) -> None:
        """Where the call has ended and has no note; one that fails is told to the operator, and the rest goes on."""
        try:
            if note := await asyncio.to_thread(self._note, call_id):
                await self._append(call_id, note)
        except Exception:
            log.exception("%s: its note could not be written", call_id)

    def _note(self, call_id: str) -> list[Event]:
        if not owes(self._calls / call_id):
            return []
        events = read_journal(self._calls / call_id / NAME)
        scenario = next((one.event.scenario for one in events if isinstance(one.event, CallStarted)), "")
        writers = {name: helper for name, helper in self._services.get(scenario, {}).items() if name == WRITER}
        return [said.event for said in replay(events, writers)]

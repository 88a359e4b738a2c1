"""The events of a call so far, wherever they are: in its log, in its journal, or in the store."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool

from aicc.service.api.problem import Problem
from aicc.service.api.service import CallLog
from voicebot.events import Logged
from voicebot.journal import NAME, read_journal
from voicebot.store import Store


class Past:
    """Reads off the loop; ``folder`` is the service's, with ``calls/CALL_ID/`` below it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder

    async def events_of(self, call_id: str, running: CallLog | None, start: int = 0) -> list[Logged]:
        """From number ``start`` on; ``running`` is the log of a call that is up. Without journal and log there are no
        partial transcripts. Raises Problem (404) for no call."""
        if running is None:
            events = await run_in_threadpool(self._read, call_id)
            if not events:
                raise no_call(call_id)
            return [logged for logged in events if logged.seq >= start]
        kept = running.read(start)
        if kept and kept[0].seq > start:  # a long call: what was before is on disk
            older = await run_in_threadpool(self._read, call_id)
            kept = [logged for logged in older if start <= logged.seq < kept[0].seq] + kept
        return kept

    def _read(self, call_id: str) -> list[Logged]:
        try:
            events = read_journal(self._folder / "calls" / call_id / NAME)
        except (FileNotFoundError, NotADirectoryError):
            events = []
        return events or self._store.events(call_id)


def no_call(call_id: str) -> Problem:
    return Problem(404, f'no call "{call_id}"', "look for it with get /api/calls")

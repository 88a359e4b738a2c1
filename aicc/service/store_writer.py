"""Brings what happens in calls to the store, behind the calls: a database that is slow or away is nobody's trouble."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar, TypeVarTuple

from aicc.service.live_calls import ReadJournal
from voicebot.events import Logged, TranscriptPartial
from voicebot.sealing import Sealed
from voicebot.store import CallRow, StoreUnavailable

log = logging.getLogger(__name__)

GATHER_S = 0.25  # events are written together
BATCH_EVENTS = 1_000
MOST_WAITING = 50_000
FIRST_PAUSE_S = 1.0  # before a store that is away is asked again; doubled each time
LONGEST_PAUSE_S = 30.0
LAST_S = 10.0  # for what waits, when the service ends
LATEST_CALLS = 1_000  # whose end an earlier service may not have written

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


class Storing(Protocol):
    """What is asked of :class:`voicebot.store.Store`."""

    def write(self, events: Sequence[Logged]) -> int: ...

    def sealed(self, call_id: str, path: str | Path, sha256: str, *, size_bytes: int, duration_ms: int) -> None: ...

    def calls(self, limit: int) -> list[CallRow]: ...


class StoreWriter:
    """Events and recordings wait in memory, at most ``MOST_WAITING`` events. Beyond that those that have waited longest
    are dropped, and their calls are read from the journals once the store takes something again. For one event loop.
    """

    def __init__(
        self,
        store: Storing,
        read_journal: ReadJournal,
        lag: Callable[[int], None] = lambda events: None,
        written: Callable[[Sequence[Logged]], None] = lambda events: None,
    ) -> None:
        """``lag`` is told how many events wait; ``written``, in the writer's thread, what the store has taken."""
        self._store = store
        self._read_journal = read_journal
        self._lag, self._written = lag, written
        self._events: list[Logged] = []
        self._sealed: list[tuple[str, Sealed]] = []
        self._owed: set[str] = set()  # calls of which something was dropped
        self._wanted = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "store")

    def heard(self, logged: Logged) -> None:
        """An event of any call; partial transcripts are not stored."""
        if not isinstance(logged.event, TranscriptPartial):
            self.add((logged,))

    def add(self, events: Iterable[Logged]) -> None:
        self._events += events
        if len(self._events) > MOST_WAITING:
            dropped = self._events[: MOST_WAITING // 2]
            del self._events[: len(dropped)]
            self._owed |= {logged.call_id for logged in dropped}
        self._wanted.set()

    def sealed(self, call_id: str, recording: Sealed) -> None:
        self._sealed.append((call_id, recording))
        self._wanted.set()

    async def run(self) -> None:
        """Writes for as long as it is let; cancel it, then :meth:`close`."""
        pause_s = 0.0
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await asyncio.sleep(GATHER_S)
            try:
                await self._write_all()
                if pause_s:
                    log.warning("the store takes events again")
                pause_s = 0.0
            except StoreUnavailable as away:
                if not pause_s:
                    log.error("%s; events wait", away)
                pause_s = min(max(2 * pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
                self._lag(len(self._events))
                await asyncio.sleep(pause_s)
                self._wanted.set()

    async def catch_up(self, calls: Path) -> list[str]:
        """Calls that an earlier service ended and did not bring to the store: of the latest in ``calls``."""
        missing = await self._in_thread(self._missing, calls)
        for call_id in missing:
            self.add(await self._in_thread(self._read_journal, call_id))
        return missing

    async def close(self) -> None:
        """Writes what waits, for some seconds at most: what is not written then is, at the next start."""
        try:
            async with asyncio.timeout(LAST_S):
                await self._write_all()
        except (StoreUnavailable, TimeoutError) as away:
            log.error("%d events are not in the store: %s", len(self._events), away or "it is too slow")
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _write_all(self) -> None:
        while self._events:
            batch, self._events = self._events[:BATCH_EVENTS], self._events[BATCH_EVENTS:]
            try:
                await self._in_thread(self._write, batch)
            except BaseException:  # nobody knows whether it was written: twice does no harm
                self._events[:0] = batch
                raise
            self._lag(len(self._events))
        for call_id in list(self._owed):
            events = await self._in_thread(self._read_journal, call_id)
            for start in range(0, len(events), BATCH_EVENTS):
                await self._in_thread(self._write, events[start : start + BATCH_EVENTS])
            self._owed.discard(call_id)
        while self._sealed:
            await self._in_thread(self._write_sealed, *self._sealed[0])
            del self._sealed[0]

    def _write(self, batch: Sequence[Logged]) -> None:
        try:
            self._store.write(batch)
            self._written(batch)
        except StoreUnavailable:
            raise
        except Exception:  # what the store cannot take must not keep it from all the rest
            log.exception("%d events are not taken by the store", len(batch))

    def _write_sealed(self, call_id: str, recording: Sealed) -> None:
        self._store.sealed(
            call_id,
            recording.path,
            recording.sha256,
            size_bytes=recording.size_bytes,
            duration_ms=recording.duration_ms,
        )

    def _missing(self, calls: Path) -> list[str]:
        ended = {row.call_id for row in self._store.calls(limit=LATEST_CALLS) if row.state == "ended"}
        there = sorted((folder.name for folder in calls.iterdir()), reverse=True) if calls.is_dir() else []
        return [name for name in there[: LATEST_CALLS // 2] if not name.startswith(".") and name not in ended]

    async def _in_thread(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

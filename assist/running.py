"""The helpers of all calls at work: each hears its call's events in order, on threads, and none holds up another."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from assist.call_so_far import CallSoFar
from assist.helper import Helper, OpenHelper, Sound
from voicebot.events import CallEnded, CallStarted, Event, Logged, TranscriptFinal, TranscriptPartial

log = logging.getLogger(__name__)

TICK_S = 1.0
AT_ONCE = 64  # events that a helper hears before what it says is passed on
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
MOST_FAILURES = 5  # of one helper in one call

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

Services = Mapping[str, OpenHelper]
"""The helpers of a company's calls, by name."""
Append = Callable[[str, Sequence[Event]], Awaitable[bool]]
"""Has the owner of a call's log append to it; False where nobody owns it."""


class Running:
    """For one event loop. ``services`` are asked for by the name of the scenario that answers the call.

    A helper that fails is made anew and told the call's log from its start; what it says again is left out by the log's
    owner. After ``MOST_FAILURES`` it is left out of this call. What is kept of a call is what people have said in it.
    """

    def __init__(
        self,
        services: Callable[[str], Services],
        append: Append,
        open_sound: Callable[[str], Sound | None],
        threads: int = 2,
        tick_s: float = TICK_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._append = append
        self._open_sound = open_sound
        self._tick_s, self._clock_s = tick_s, clock_s
        self._threads = ThreadPoolExecutor(threads, "assist")
        self._calls: dict[str, _Watched] = {}
        self._helping: dict[asyncio.Task[None], _Watched] = {}

    @property
    def calls(self) -> int:
        """How many are being helped."""
        return len(self._calls)

    def heard(self, logged: Logged) -> None:
        """An event of any call, in the order of its log, once each."""
        watched = self._calls.get(logged.call_id)
        if watched is None:
            if not isinstance(logged.event, CallStarted):
                return  # said behind the end of a call
            watched = self._calls[logged.call_id] = _Watched(logged.call_id, self._clock_s)
            self._watch(watched, self._services(logged.event.scenario))
        watched.take(logged)

    async def idle(self) -> None:
        """Until every call that has ended is done with."""
        while ended := [task for task, watched in self._helping.items() if watched.has_ended]:
            await asyncio.wait(ended)

    def gone(self, call_id: str) -> None:
        """Nothing more comes of this call: helpers that were not told of its end are let go."""
        for task, watched in self._helping.items():
            if watched.call_id == call_id and not watched.has_ended:
                task.cancel()

    async def close(self) -> None:
        for task in self._helping:
            task.cancel()
        await asyncio.gather(*self._helping, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _watch(self, watched: _Watched, services: Services) -> None:
        task = asyncio.create_task(self._help(watched, services), name=f"helpers of {watched.call_id}")
        self._helping[task] = watched
        task.add_done_callback(self._helping.pop)

    async def _help(self, watched: _Watched, services: Services) -> None:
        sound = self._open_sound(watched.call_id)
        try:
            async with asyncio.TaskGroup() as lanes:
                for name, open_helper in services.items():
                    lanes.create_task(self._keep(watched, sound, name, open_helper))
        finally:
            self._calls.pop(watched.call_id, None)
            if sound is not None:
                sound.close()

    async def _keep(self, watched: _Watched, sound: Sound | None, name: str, open_helper: OpenHelper) -> None:
        pause_s = FIRST_PAUSE_S
        for _ in range(MOST_FAILURES):
            try:
                return await self._serve(watched, sound, open_helper)
            except Exception:
                log.exception("%s: %s failed, it begins anew", watched.call_id, name)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        log.error("%s: %s has failed %d times and is left out", watched.call_id, name, MOST_FAILURES)

    async def _serve(self, watched: _Watched, sound: Sound | None, open_helper: OpenHelper) -> None:
        """One helper's life, from the call's first event to behind its end."""
        call = CallSoFar(watched.call_id)
        helper = await self._in_thread(open_helper, call, sound)
        position, ticked_s = 0, self._clock_s()
        while call.ended is None:
            events = watched.events[position : position + AT_ONCE]
            position += len(events)
            said = await self._in_thread(_hear, helper, call, events) if events else []
            if self._clock_s() - ticked_s >= self._tick_s and call.ended is None:
                ticked_s = self._clock_s()
                said += because(call.last_seq, await self._in_thread(helper.tick, watched.now_ms))
            if said and not await self._append(watched.call_id, said):
                log.warning("%s: what a helper says is not taken: nobody owns the log", watched.call_id)
            if not events:
                await watched.more_than(position, self._tick_s)

    async def _in_thread(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


class _Watched:
    """A call's events. Of partial transcripts the newest of each side alone is kept: others are overtaken."""

    def __init__(self, call_id: str, clock_s: Callable[[], float]) -> None:
        self.call_id = call_id
        self.events: list[Logged | None] = []
        self.has_ended = False
        self._partial: dict[str, int] = {}  # where the newest of each side stands
        self._clock_s = clock_s
        self._newest_ms, self._heard_s = 0, clock_s()
        self._grown = asyncio.Event()

    @property
    def now_ms(self) -> int:
        """Since the call began, as far as its last event tells."""
        return self._newest_ms + round((self._clock_s() - self._heard_s) * 1_000)

    def take(self, logged: Logged) -> None:
        if isinstance(logged.event, TranscriptPartial | TranscriptFinal):
            side = logged.event.side
            if (overtaken := self._partial.pop(side, None)) is not None:
                self.events[overtaken] = None
            if isinstance(logged.event, TranscriptPartial):
                self._partial[side] = len(self.events)
        self.events.append(logged)
        self.has_ended = self.has_ended or isinstance(logged.event, CallEnded)
        self._newest_ms, self._heard_s = logged.at_ms, self._clock_s()
        self._grown.set()
        self._grown.clear()

    async def more_than(self, count: int, limit_s: float) -> None:
        """Until there are more than ``count`` events, or so long has passed."""
        if len(self.events) <= count:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._grown.wait()


def told(helper: Helper, call: CallSoFar, logged: Logged) -> list[Event]:
    """What a helper says to its call's next event."""
    call.take(logged)
    return because(logged.seq, helper.heard(logged))


def because(seq: int, events: Iterable[Event]) -> list[Event]:
    """``events`` with their cause."""
    return [dataclasses.replace(event, cause=seq) for event in events]  # type: ignore[call-arg]


def _hear(helper: Helper, call: CallSoFar, events: Iterable[Logged | None]) -> list[Event]:
    return [event for logged in events if logged for event in told(helper, call, logged)]

"""The front: keeps media processes running, gives each call its slot, and ends the calls of a process that died."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, Protocol

from aicc.service.live_calls import LiveCalls
from aicc.service.process import Process, ProcessFailed, StartProcess
from voicebot.doors.door import PARTS_OF_A_SLOT, DoorName, parts_of_a_slot
from voicebot.events import Logged
from voicebot.link import (
    Accepted,
    CallCommand,
    CommandFailed,
    Done,
    HangUp,
    HungUpBy,
    LinkClosed,
    LinkError,
    Offer,
    Refused,
    Reply,
    Status,
)
from voicebot.log import new_call_id

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5  # before a process that did not live long is started anew; doubled each time
LONGEST_PAUSE_S = 30.0
LONG_LIFE_S = 60.0
BUSY = "busy"
LEAVING = "the service is going down"


class Reports(Protocol):
    """Who counts: see :class:`aicc.service.metrics.Metrics`."""

    def status(self, process: str, told: Status) -> None: ...

    def process_gone(self, process: str, is_restarted: bool) -> None: ...


class Front:
    """Supervises ``count`` media processes, each in a place of its own. Made and used on one loop.

    ``end_call`` makes whole what is left of a call, whether it ended well or died with its process; ``left`` is told of
    it at once: no process has the call any more. ``renewed_s`` is how long calls may go on in a process that is
    replaced because its scenarios are old. ``leg_up`` and ``leg_lost`` are told what the processes say of a call's legs
    (:class:`voicebot.link.LegUp`, :class:`voicebot.link.LegLost`).
    """

    def __init__(
        self,
        start: StartProcess,
        count: int,
        live: LiveCalls,
        end_call: Callable[[str], Awaitable[None]],
        reports: Reports,
        renewed_s: float,
        left: Callable[[str], None] = lambda call_id: None,
        leg_up: Callable[[str, str], None] = lambda call_id, leg: None,
        leg_lost: Callable[[str, str, str], None] = lambda call_id, leg, reason: None,
    ) -> None:
        self.processes: list[Process] = []
        self._start = start
        self._places = [_Place() for _ in range(count)]
        self._live = live
        self._end_call = end_call
        self._reports = reports
        self._renewed_s = renewed_s
        self._left = left
        self._leg_up, self._leg_lost = leg_up, leg_lost
        self._names: set[str] = set()
        self._chats: set[str] = set()  # of the calls
        self._leaving = asyncio.Event()
        self._fewer = asyncio.Event()  # set for a moment when a process has ended
        self._tasks: asyncio.TaskGroup | None = None

    # ---- life

    async def run(self) -> None:
        """Until the last process has ended, behind :meth:`drain` or :meth:`close`, and its calls are whole."""
        async with asyncio.TaskGroup() as self._tasks:
            for place in self._places:
                self._task(self._keep(place))

    async def started(self) -> None:
        """Until every place has its process, or has tried to start one. :class:`ProcessFailed` where none has."""
        for place in self._places:
            await _first_of(place.tried, self._leaving)
        if not self.processes and not self._leaving.is_set():
            raise ProcessFailed(next(place.problem for place in self._places if place.problem))

    @property
    def is_draining(self) -> bool:
        return self._leaving.is_set()

    @property
    def problems(self) -> list[str]:
        """Why processes are missing."""
        return list(dict.fromkeys(place.problem for place in self._places if place.problem))

    async def drain(self, seconds: float) -> None:
        """No further calls; :meth:`run` returns behind the last one, or after ``seconds``."""
        self._leaving.set()
        await asyncio.gather(*(process.leave(seconds) for process in self.processes))

    async def close(self) -> None:
        """Calls finish their sentence and are hung up; :meth:`run` returns soon."""
        self._leaving.set()
        await asyncio.gather(*(process.close() for process in self.processes))

    async def renew(self) -> None:
        """Replaces every process by one with the scenarios of now, one after the other; old ones keep their calls."""
        for place in self._places:
            while len(self.processes) >= 2 * len(self._places):  # so many old ones still hold calls
                await self._fewer.wait()
            place.renewed.clear()
            place.is_old.set()
            await _first_of(place.renewed, self._leaving)

    # ---- calls

    def claim(self, call_id: str, besides: Sequence[Process] = (), door: DoorName = "sip") -> Process | None:
        """The least loaded process, with room taken for the call; None where all are full. At once, or not at all."""
        if self._leaving.is_set():
            return None
        able = [
            process
            for process in self.processes
            if not process.left.is_set()
            and self._taken(process) + parts_of_a_slot(door) <= process.slots * PARTS_OF_A_SLOT
            and process not in besides
        ]
        if not able:
            return None
        chosen = min(able, key=lambda process: self._taken(process) / process.slots)
        chosen.calls.add(call_id)
        if door == "chat":
            self._chats &= set[str]().union(*(process.calls for process in self.processes))
            self._chats.add(call_id)
        return chosen

    def _taken(self, process: Process) -> int:
        """Of its slots, in parts of a slot."""
        chats = len(process.calls & self._chats)
        return (len(process.calls) - chats) * parts_of_a_slot("sip") + chats * parts_of_a_slot("chat")

    async def offer(
        self,
        door: DoorName,
        caller: str,
        callee: str,
        direction: Literal["in", "out"],
        scenario: str,
        variables: Mapping[str, str],
        sdp: str = "",
        host: str = "",
    ) -> Accepted | Refused:
        """Finds a slot for a call; refused as ``busy`` where there is none. See :class:`voicebot.link.Offer`."""
        refused: Refused | None = None
        asked: list[Process] = []
        # a call gets an id of its own for each process that is asked: nobody knows what one that is silent has done
        while process := self.claim(call_id := new_call_id(), asked, door):
            asked.append(process)
            offer = Offer(call_id, door, caller, callee, direction, scenario, dict(variables), sdp, host)
            try:
                answer = await process.ask(offer)
            except LinkError as error:
                log.warning("%s did not take call %s: %s", process.name, call_id, error)
                if isinstance(error, CommandFailed):
                    refused = Refused("a media process failed at the call: see its log")
                if not isinstance(error, LinkClosed):  # else the process is at its end, and the call with it
                    self._task(self._take_back(process, call_id))
                continue
            if isinstance(answer, Accepted):
                return answer
            process.calls.discard(call_id)
            assert isinstance(answer, Refused), answer
            if answer.is_description:
                return answer  # any other process would say the same
            if answer.reason not in ("full", "draining"):
                refused = answer
        if self._leaving.is_set():
            return Refused(LEAVING)
        return refused or Refused(BUSY if self.processes else "no media process is up")

    async def ask(self, call_id: str, command: CallCommand) -> Reply:
        """Has the call's process do it. Refused where no process has the call, or the one that has it fails."""
        for process in self.processes:
            if call_id in process.calls:
                try:
                    return await process.ask(command)
                except LinkError as error:
                    log.warning("%s did not %s call %s: %s", process.name, type(command).__name__, call_id, error)
                    return Refused("the call's process does not answer")
        return Refused("the call is over")

    async def hang_up(self, call_id: str, by: HungUpBy = "service", reason: str = "hung_up") -> bool:
        """Ends a call from outside; False where it is not up."""
        reply = await self.ask(call_id, HangUp(call_id, by, reason))
        return isinstance(reply, Done) and reply.found

    # ---- news of the processes

    def events(self, batch: Sequence[Logged]) -> None:
        self._live.take(batch)

    def gone(self, call_id: str) -> None:
        self._left(call_id)
        self._task(self._end(call_id))

    def leg_up(self, call_id: str, leg: str) -> None:
        self._leg_up(call_id, leg)

    def leg_lost(self, call_id: str, leg: str, reason: str) -> None:
        self._leg_lost(call_id, leg, reason)

    def status(self, process: Process) -> None:
        if told := process.status:
            self._reports.status(process.name, told)

    # ---- within

    async def _keep(self, place: _Place) -> None:
        """One process after the other, until the service goes down."""
        current: Process | None = None
        pause_s = 0.0
        while not self._leaving.is_set():
            place.is_old.clear()
            new = await self._started(place)
            if new is not None:
                self._task(self._watch(new))
                if current is not None:
                    await current.leave(self._renewed_s)
                current, began_s = new, asyncio.get_running_loop().time()
                place.renewed.set()
                await _first_of(current.left, place.is_old, self._leaving)
                if not current.left.is_set() or asyncio.get_running_loop().time() - began_s > LONG_LIFE_S:
                    pause_s = 0.0
                    continue
            pause_s = min(max(2 * pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
            await _first_of(self._leaving, limit_s=pause_s)

    async def _started(self, place: _Place) -> Process | None:
        """None where it failed, or the service goes down."""
        name = next(name for number in itertools.count(1) if (name := f"media-{number}") not in self._names)
        self._names.add(name)
        starting = asyncio.ensure_future(self._start(name, self))
        try:
            await _first_of(self._leaving, work=starting)
            if starting.done():
                process = starting.result()
                place.problem = None
                self.processes.append(process)
                return process
        except ProcessFailed as failed:
            log.log(logging.ERROR if self.processes or place.tried.is_set() else logging.INFO, "%s", failed)
            place.problem = str(failed)  # which is what started() raises, where nothing starts at all
        finally:
            place.tried.set()
            if not starting.done():
                starting.cancel()
                await asyncio.wait({starting})
        self._names.discard(name)
        return None

    async def _watch(self, process: Process) -> None:
        try:
            await process.live()
        except Exception:
            log.exception("%s", process.name)
        self.processes.remove(process)
        self._names.discard(process.name)
        self._fewer.set()
        self._fewer.clear()
        is_restarted = process.has_died and not self._leaving.is_set()
        self._reports.process_gone(process.name, is_restarted)
        if process.has_died:
            log.error("%s has died with %d calls", process.name, len(process.calls))
        for call_id in process.calls:
            self._left(call_id)
            self._task(self._end(call_id))

    async def _end(self, call_id: str) -> None:
        try:
            await self._end_call(call_id)
        except Exception:
            log.exception("what is left of call %s is not whole", call_id)

    async def _take_back(self, process: Process, call_id: str) -> None:
        """Of a process that said nothing to an offer: where it has the call, it tells when that is gone."""
        try:
            reply = await process.ask(HangUp(call_id, "service", "not_answered"))
            if isinstance(reply, Done) and reply.found:
                return
        except LinkError:
            return  # its end will tell
        process.calls.discard(call_id)

    def _task(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._tasks, "the front does not run"
        self._tasks.create_task(work)


class _Place:
    """Where one media process runs, and its successors."""

    def __init__(self) -> None:
        self.tried = asyncio.Event()
        self.is_old = asyncio.Event()
        self.renewed = asyncio.Event()
        self.problem: str | None = None


async def _first_of(
    *events: asyncio.Event, work: asyncio.Future[Any] | None = None, limit_s: float | None = None
) -> None:
    """Until one of ``events`` is set, ``work`` is done or so long has passed."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    either: list[asyncio.Future[Any]] = [*waiting, *([work] if work else [])]
    try:
        await asyncio.wait(either, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in waiting:
            future.cancel()

"""``python -m aicc.service.assist_process LINK``: helps all calls of the service at the other end of the link.

LINK is the number of an open socket; what the process has to know (:class:`~aicc.service.process.Start`) comes as JSON
on standard input. It is told what happens in calls, and asks for what it says to be appended to their logs. It ends
when it is told to, or when the front is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence

from aicc.lines import told
from aicc.service.child import run_child
from aicc.service.late_notes import LateNotes
from aicc.service.live_calls import LiveCalls
from aicc.service.process import Start
from assist.helper import Sound
from assist.running import Running, Services
from voicebot.events import Event, Logged, fields_of
from voicebot.journal import NAME, read_journal
from voicebot.link import (
    Append,
    Close,
    Command,
    Done,
    Drain,
    Events,
    Failed,
    Gone,
    Link,
    LinkClosed,
    LinkError,
    Ping,
    Pong,
    Ready,
    Reply,
    Status,
    Told,
)
from voicebot.tap import TapError, TapReader

log = logging.getLogger(__name__)

ANSWER_S = 60.0  # until a dead process's call is made whole, its log has no owner
LAST_WORDS_S = 5.0  # for notes of calls that have just ended
ORPHAN_S = 10  # however helpers may hang: the front is gone
NICE = 5  # calls go before their helpers


OpenServices = Callable[[Start], Mapping[str, Services]]
"""Opens the helpers of every scenario, by the scenario's own name."""


class AssistProcess:
    """Hears what the front tells, and ends when the front says so or is gone."""

    def __init__(self, start: Start, open_services: OpenServices) -> None:
        self._start, self._open_services = start, open_services
        self._closing = asyncio.Event()
        self._running: Running | None = None
        self._live: LiveCalls | None = None
        self._link: Link | None = None
        self._notes: LateNotes | None = None
        self._is_followed = asyncio.Event()
        self._going: set[asyncio.Task[None]] = set()  # what is done for calls that are gone

    async def run(self, end: socket.socket) -> int:
        """To its end; the exit status."""
        self._link = link = await Link.open(end, self._told, self._answer)
        reading = asyncio.create_task(self._read(link))
        try:
            services = await asyncio.to_thread(self._open_services, self._start)
            gc.collect()
            gc.freeze()
            threads = self._start.settings.assist.threads
            self._running = Running(lambda scenario: services.get(scenario, {}), self._append, open_tap, threads)
            self._notes = LateNotes(self._start.data / "calls", services, self._append)
            self._live = LiveCalls(self._read_journal, [self._running.heard])
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._closing.set)
            link.tell(Ready(os.getpid(), 0))
            making_up = asyncio.create_task(self._make_up(self._notes))
            await self._closing.wait()
            making_up.cancel()
            if not reading.done():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORDS_S):
                        await asyncio.gather(*self._going)
                        await self._running.idle()
            await self._live.close()
            await self._running.close()
            return 0
        except Exception as error:
            log.debug("where it happened", exc_info=error)
            link.tell(Failed(told(error)))
            return 1
        finally:
            link.close()
            await link.wait_closed()
            reading.cancel()

    def _told(self, message: Told) -> None:
        if self._live is None:
            return
        match message:
            case Events(batch):
                self._live.take(batch)
            case Gone(call_id):
                task = asyncio.create_task(self._gone(call_id), name=f"end of {call_id}")
                self._going.add(task)
                task.add_done_callback(self._going.discard)

    async def _answer(self, command: Command) -> Reply:
        match command:
            case Ping():
                self._is_followed.set()
                calls = self._running.calls if self._running else 0
                return Pong(Status(calls, 0, 0.0, 0, 0, 0.0, 0, 0.0))
            case Drain() | Close():
                self._closing.set()
                return Done()
        return Failed(f"{type(command).__name__} is nothing for the assist process")

    async def _read(self, link: Link) -> None:
        try:
            await link.run()
        except LinkError as error:
            log.error("the link to the front is broken: %s", error)
        signal.alarm(ORPHAN_S)
        self._closing.set()

    async def _append(self, call_id: str, events: Sequence[Event]) -> bool:
        assert self._link
        try:
            reply = await self._link.ask(Append(call_id, tuple(map(fields_of, events))), ANSWER_S)
        except LinkClosed:
            return False
        return isinstance(reply, Done) and reply.found

    async def _gone(self, call_id: str) -> None:
        """What the link has dropped of a call, to its end; of one that was never told of here, the note."""
        assert self._live and self._running and self._notes
        if (heard := self._live.log(call_id)) is None:
            await self._notes.write(call_id)
        elif not heard.is_over:
            with contextlib.suppress(OSError):
                self._live.fill(call_id, await asyncio.to_thread(self._read_journal, call_id))
            self._running.gone(call_id)
        self._live.forget(call_id)

    async def _make_up(self, notes: LateNotes) -> None:
        """The front asks how it is as soon as it tells all that happens: journals of calls of before are whole then."""
        await self._is_followed.wait()
        await notes.write_all()

    def _read_journal(self, call_id: str) -> list[Logged]:
        try:
            return read_journal(self._start.data / "calls" / call_id / NAME)
        except FileNotFoundError:
            return []


def open_tap(call_id: str) -> Sound | None:
    """The sound of a call that runs; None where it has none."""
    try:
        return TapReader.open(call_id)
    except OSError as error:  # no tap, or no more open files: helpers do without sound, as a call does
        if not isinstance(error, TapError):
            log.error("call %s is helped without its sound: %s", call_id, error)
        return None


def main(open_services: OpenServices) -> int:
    with contextlib.suppress(OSError):
        os.nice(NICE)

    async def serve(start: Start, end: socket.socket) -> int:
        return await AssistProcess(start, open_services).run(end)

    return run_child(serve)


if __name__ == "__main__":
    from aicc.assist import open_services  # brings the models

    sys.exit(main(open_services))

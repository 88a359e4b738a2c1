"""A process of its own, that holds calls or helps them: started, watched, killed when it hangs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aicc.service.process import News, ProcessFailed, Start
from voicebot.link import (
    CallCommand,
    Close,
    Command,
    Drain,
    Events,
    Failed,
    Gone,
    Leaving,
    LegLost,
    LegUp,
    Link,
    LinkBroken,
    LinkError,
    NotAnswered,
    Ping,
    Pong,
    Ready,
    Reply,
    Status,
    Told,
)

log = logging.getLogger(__name__)

Answer = Callable[[Command], Awaitable[Reply]]

COMMAND = (sys.executable, "-m", "aicc.service.media_process")
READY_S = 120.0  # models are opened, on a machine that may be busy with calls
ANSWER_S = 5.0
PING_PAUSE_S = 1.0
HANGS_S = 10.0  # without an answer to a ping
FAREWELL_S = 12.0  # what calls may take to finish a sentence and to be sealed
_ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")])),
    # a call's mathematics is small: threads that wait for work by spinning cost seven times what they do
    "OPENBLAS_NUM_THREADS": "1",
}


class SpawnedProcess:
    """See :class:`aicc.service.process.Process`. One link, one life."""

    def __init__(
        self, start: Start, process: asyncio.subprocess.Process, news: News, answer: Answer | None = None
    ) -> None:
        self.name = start.name
        self.slots = start.settings.slots
        self.calls: set[str] = set()
        self.status: Status | None = None
        self.left = asyncio.Event()
        self.has_died = False
        self._process = process
        self._news = news
        self._answer = answer
        self._link: Link | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._complaint = ""
        self._killing: asyncio.TimerHandle | None = None

    @classmethod
    async def start(
        cls, start: Start, news: News, command: Sequence[str] = COMMAND, answer: Answer | None = None
    ) -> SpawnedProcess:
        """Returns once it is ready; :class:`ProcessFailed`. A process that is not returned has been killed.

        ``answer`` answers what the process asks for.
        """
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                str(theirs.fileno()),
                stdin=PIPE,
                pass_fds=(theirs.fileno(),),
                env=os.environ | _ENVIRONMENT,
                start_new_session=True,  # ^C is for the front: it tells its processes
            )
        except OSError as error:
            ours.close()
            reason = (error.strerror or str(error)).lower()
            raise ProcessFailed(f"{start.name} cannot be started: {reason}: free memory or processes") from None
        finally:
            theirs.close()
        spawned = cls(start, process, news, answer)
        try:
            await spawned._meet(ours, start)
        except BaseException:
            await spawned._end()
            raise
        return spawned

    async def ask(self, command: CallCommand) -> Reply:
        return await self._ask(command)

    def tell(self, message: Told) -> None:
        """What the process reads as it can; of events, some may be dropped: see :class:`voicebot.link.Link`."""
        assert self._link
        self._link.tell(message)

    async def leave(self, seconds: float) -> None:
        await self._tell_to_end(Drain(seconds), seconds + FAREWELL_S)

    async def close(self) -> None:
        await self._tell_to_end(Close(), FAREWELL_S)

    async def live(self) -> None:
        assert self._reading
        pinging = asyncio.create_task(self._ping())
        try:
            await self._reading
        finally:
            pinging.cancel()
            self.has_died = not self.left.is_set()
            self.left.set()
            await self._end()

    async def _meet(self, end: socket.socket, start: Start) -> None:
        self._link = await Link.open(end, self._told, self._answer)
        self._reading = asyncio.create_task(self._read(self._link))
        assert self._process.stdin
        with contextlib.suppress(OSError):  # dead already: the link tells
            self._process.stdin.write(start.model_dump_json().encode())
            await self._process.stdin.drain()
        self._process.stdin.close()
        try:
            async with asyncio.timeout(READY_S):
                await self._ready
        except TimeoutError:
            raise ProcessFailed(f"{self.name} was not ready after {READY_S:.0f} s: see its log") from None

    async def _read(self, link: Link) -> None:
        """To the end of the link; never raises."""
        try:
            await link.run()
        except LinkBroken as broken:
            log.error("%s: %s", self.name, broken)
        if not self._ready.done():
            why = self._complaint or "it ended before it was ready: see its log"
            self._ready.set_exception(ProcessFailed(why if self._complaint else f"{self.name}: {why}"))

    def _told(self, message: Told) -> None:
        match message:
            case Events(batch):
                self._news.events(batch)
            case Gone(call_id):
                self.calls.discard(call_id)
                self._news.gone(call_id)
            case LegUp(call_id, leg):
                self._news.leg_up(call_id, leg)
            case LegLost(call_id, leg, reason):
                self._news.leg_lost(call_id, leg, reason)
            case Ready():
                if not self._ready.done():
                    self._ready.set_result(None)
            case Leaving():
                self.left.set()
            case Failed(what):
                self._complaint = what

    async def _ask(self, command: Command) -> Reply:
        assert self._link
        return await self._link.ask(command, ANSWER_S)

    async def _tell_to_end(self, command: Drain | Close, limit_s: float) -> None:
        self.left.set()
        if self._killing:
            self._killing.cancel()
        self._killing = asyncio.get_running_loop().call_later(limit_s, self._kill, "did not end in time")
        with contextlib.suppress(LinkError):  # it is ending already, or hangs, which the ping finds out
            await self._ask(command)

    async def _ping(self) -> None:
        assert self._link
        with contextlib.suppress(LinkError):
            while True:
                try:
                    reply = await self._link.ask(Ping(), HANGS_S)
                except NotAnswered:
                    self._kill(f"has not answered for {HANGS_S:.0f} s")
                    return
                if isinstance(reply, Pong):
                    self.status = reply.status
                    self._news.status(self)
                await asyncio.sleep(PING_PAUSE_S)

    async def _end(self) -> None:
        """Sees to it that the process is gone, and the link with it. It had its time to finish, or is broken."""
        try:
            if self._ready.done() and not self._ready.cancelled() and self._ready.exception() is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FAREWELL_S):
                        await self._process.wait()
        finally:
            if self._killing:
                self._killing.cancel()
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            if self._link:
                self._link.close()
            await self._process.wait()
            if self._reading:
                await asyncio.wait([self._reading])

    def _kill(self, why: str) -> None:
        log.error("%s %s: it is killed", self.name, why)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

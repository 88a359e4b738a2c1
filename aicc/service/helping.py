"""The assist process as the front sees it: told what happens in calls, and what it says comes into their logs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from aicc.service.appending import Appending
from aicc.service.live_calls import LiveCalls
from aicc.service.process import News, Process, ProcessFailed, Start
from aicc.service.spawned_process import SpawnedProcess
from aicc.settings import Settings
from voicebot.events import Logged, event_of
from voicebot.link import Append, Command, Done, Events, Failed, Gone, Reply

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "aicc.service.assist_process")
NAME = "assist"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
LONG_LIFE_S = 60.0


class Help(Protocol):
    """What helps people while they talk, as the front sees it."""

    @property
    def problem(self) -> str | None:
        """Why there is no help."""

    @property
    def state(self) -> str:
        """``off``, ``starting`` or ``ready``."""

    def heard(self, logged: Logged) -> None:
        """An event of any call, in the order of its log, once each."""

    def gone(self, call_id: str) -> None:
        """All that is left of the call is whole."""

    async def run(self) -> None:
        """Until it is cancelled."""

    async def renew(self) -> None:
        """There are new scenarios."""


def open_helping(settings: Settings, start: Callable[[str], Start], appending: Appending, live: LiveCalls) -> Help:
    """In a process of its own; where calls have none, with them; not at all where the settings say so."""
    if not settings.assist.enabled:
        return NoHelp()
    if settings.media_processes != 0:
        return Helping(start, appending, live, COMMAND)
    from aicc.service.local_helping import LocalHelping

    return LocalHelping(start, appending, live)


class NoHelp(Help):
    """``assist.enabled: false``."""

    problem = None
    state = "off"

    def heard(self, logged: Logged) -> None:
        """Nobody listens."""

    def gone(self, call_id: str) -> None:
        """Nobody was there."""

    async def run(self) -> None:
        """There is nothing to do."""

    async def renew(self) -> None:
        """Nothing changes."""


class Helping:
    """Keeps one process up; one that died is started anew and reads the logs of the calls that run.

    Calls do not wait for it and lose nothing by its death. Made and used on one loop.
    """

    def __init__(
        self,
        start: Callable[[str], Start],
        appending: Appending,
        live: LiveCalls,
        command: Sequence[str],
    ) -> None:
        self.ready = asyncio.Event()
        self.problem: str | None = None
        self._start = start
        self._appending, self._live = appending, live
        self._command = command
        self._process: SpawnedProcess | None = None
        self._news: list[Logged] = []
        self._stale = asyncio.Event()

    @property
    def state(self) -> str:
        return "ready" if self.ready.is_set() else "starting"

    async def run(self) -> None:
        """Until it is cancelled, which ends the process too."""
        pause_s = FIRST_PAUSE_S
        while True:
            began_s = asyncio.get_running_loop().time()
            self._stale.clear()
            try:
                await self._live_once()
            except ProcessFailed as failed:
                log.error("%s: calls go on without help", failed)
                self.problem = str(failed)
            if self._stale.is_set() or asyncio.get_running_loop().time() - began_s > LONG_LIFE_S:
                pause_s = FIRST_PAUSE_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._stale.wait()
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def heard(self, logged: Logged) -> None:
        """An event of any call, in the order of its log, once each."""
        if not self.ready.is_set():
            return  # it reads the logs when it is
        if self._live.log(logged.call_id) is None:
            return  # said behind the call's end: nobody is helped by it
        if not self._news:
            asyncio.get_running_loop().call_soon(self._tell)
        self._news.append(logged)

    def gone(self, call_id: str) -> None:
        """All that is left of the call is whole."""
        if self._process and self.ready.is_set():
            self._tell()  # the call's last events go first
            self._process.tell(Gone(call_id))

    async def renew(self) -> None:
        """There are new scenarios: the process begins anew, at once even where the last ones were no good."""
        self._stale.set()
        if self._process:
            await self._process.close()

    async def _live_once(self) -> None:
        self._process = await SpawnedProcess.start(self._start(NAME), _NoCalls(), self._command, self._answer)
        process = self._process
        self.problem = None
        try:
            if self._stale.is_set():  # meanwhile: it has begun with what was good before
                await process.close()
            else:
                self._tell_of_running(process)
                self.ready.set()
            living = asyncio.create_task(process.live())
            try:
                await asyncio.shield(living)
            except asyncio.CancelledError:
                self._tell()
                self.ready.clear()
                await process.close()
                await living
                raise
            if process.has_died:
                log.error("the assist process has died: calls go on without help until the next one is ready")
        finally:
            self.ready.clear()
            self._process = None

    def _tell_of_running(self, process: SpawnedProcess) -> None:
        """A number that is not the next one: it finds all that was before in the journal."""
        for call_id in self._live.live():
            if (running := self._live.log(call_id)) and (newest := running.read()[-1:]):
                process.tell(Events(tuple(newest)))

    def _tell(self) -> None:
        news, self._news = self._news, []
        if news and self._process and self.ready.is_set():
            self._process.tell(Events(tuple(news)))

    async def _answer(self, command: Command) -> Reply:
        if not isinstance(command, Append):
            return Failed(f"{type(command).__name__} is nothing that helpers may ask for")
        events = [event for fields in command.events if (event := event_of(fields))]
        return Done(await self._appending.append(command.call_id, events))


class _NoCalls(News):
    """It holds no calls: there is no news of them."""

    def events(self, batch: Sequence[Logged]) -> None:
        """None come from there."""

    def gone(self, call_id: str) -> None:
        """None is there."""

    def leg_up(self, call_id: str, leg: str) -> None:
        """None is there."""

    def leg_lost(self, call_id: str, leg: str, reason: str) -> None:
        """None is there."""

    def status(self, process: Process) -> None:
        """How it is, is seen in its log."""

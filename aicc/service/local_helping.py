"""The helpers in the front's own process, for a laptop or a test (``media_processes: 0``)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from aicc.lines import told
from aicc.service.appending import Appending
from aicc.service.helping import NAME
from aicc.service.live_calls import LiveCalls
from aicc.service.process import Start
from voicebot.events import Logged

if TYPE_CHECKING:
    from assist.running import Running, Services

log = logging.getLogger(__name__)

LAST_WORDS_S = 5.0


class LocalHelping:
    """See :class:`aicc.service.helping.Helping`. What cannot be opened is not tried again before the next start."""

    def __init__(self, start: Callable[[str], Start], appending: Appending, live: LiveCalls) -> None:
        self.problem: str | None = None
        self._start, self._appending, self._live = start, appending, live
        self._running: Running | None = None

    @property
    def state(self) -> str:
        return "ready" if self._running else "starting"

    async def run(self) -> None:
        from aicc.assist import open_services  # brings the models

        start = self._start(NAME)
        try:
            services = await asyncio.to_thread(open_services, start)
        except Exception as error:
            self.problem = f"{NAME}: {told(error)}"
            log.error("%s: calls go on without help", self.problem)
            return
        await self._help(start, services)

    def heard(self, logged: Logged) -> None:
        if self._running:
            self._running.heard(logged)

    def gone(self, call_id: str) -> None:
        """The helpers have seen to it themselves."""

    async def renew(self) -> None:
        """What helps stays as it is until the next start."""

    async def _help(self, start: Start, services: Mapping[str, Services]) -> None:
        from aicc.service.assist_process import open_tap
        from aicc.service.late_notes import LateNotes
        from assist.running import Running

        append, threads = self._appending.append, start.settings.assist.threads
        running = self._running = Running(lambda scenario: services.get(scenario, {}), append, open_tap, threads)
        for call_id in self._live.live():
            for logged in one.read() if (one := self._live.log(call_id)) else ():
                running.heard(logged)
        try:
            await LateNotes(start.data / "calls", services, append).write_all()
            await asyncio.Event().wait()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    await running.idle()
            await running.close()

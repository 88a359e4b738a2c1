"""The helpers in the front's own process, for a laptop or a test (``media_processes: 0``)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from aicc.service.appending import Appending
from aicc.service.helping import NAME
from aicc.service.process import Start
from voicebot.events import Logged

if TYPE_CHECKING:
    from assist.running import Running

LAST_WORDS_S = 5.0


class LocalHelping:
    """See :class:`aicc.service.helping.Helping`. Calls that began before :meth:`run` is ready are not helped."""

    def __init__(self, start: Callable[[str], Start], appending: Appending) -> None:
        self.problem: str | None = None
        self._start, self._appending = start, appending
        self._running: Running | None = None

    @property
    def state(self) -> str:
        return "ready" if self._running else "starting"

    async def run(self) -> None:
        from aicc.assist import open_services  # brings the models
        from aicc.service.assist_process import open_tap
        from assist.running import Running

        services = await asyncio.to_thread(open_services, self._start(NAME))
        self._running = Running(lambda scenario: services.get(scenario, {}), self._appending.append, open_tap)
        try:
            await asyncio.Event().wait()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    await self._running.idle()
            await self._running.close()

    def heard(self, logged: Logged) -> None:
        if self._running:
            self._running.heard(logged)

    def gone(self, call_id: str) -> None:
        """The helpers have seen to it themselves."""

    async def renew(self) -> None:
        """What helps stays as it is until the next start."""

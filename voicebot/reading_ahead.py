"""What a caller has said is looked up off the loop, from the first partial that may be all of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

log = logging.getLogger(__name__)

READ_MS = 3_000  # looking up what was said takes some milliseconds


class ReadingAhead:
    """One call's. ``look_up`` runs on ``executor``; what it finds whoever asks next finds ready."""

    def __init__(self, call_id: str, executor: Executor, look_up: Callable[[str], None]) -> None:
        self._call_id = call_id
        self._executor = executor
        self._look_up = look_up
        self._reading: asyncio.Future[None] | None = None

    def begin(self, partial: str) -> None:
        """Looks up what may be all that is said, unless something older is still being looked up."""
        if self._reading is None or self._reading.done():
            self._reading = self._started(partial)

    async def finish(self, spoken: str) -> None:
        """What was said, looked up before the conversation asks for it on the loop; TimeoutError after ``READ_MS``."""
        read: Awaitable[None] = asyncio.shield(self._started(spoken))
        await asyncio.wait_for(read, READ_MS / 1000)

    def _started(self, text: str) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._executor, self._read, text)

    def _read(self, text: str) -> None:
        try:
            self._look_up(text)
        except Exception:
            log.exception("call %s: reading ahead failed", self._call_id)  # the conversation will meet it again

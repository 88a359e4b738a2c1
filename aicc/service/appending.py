"""What helpers and people say of a call comes into its log, whoever owns that just now."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aicc.service.live_calls import LiveCalls
from voicebot.afterword import append_behind
from voicebot.events import Event, Logged, fields_of
from voicebot.link import Append, CallCommand, Done, Reply
from voicebot.recording_file import StillWritten
from voicebot.store.rows import started_at_of

log = logging.getLogger(__name__)

ENDING_S = 40.0  # until what is left of a dead process's call is made whole
PAUSE_S = 0.05

Ask = Callable[[str, CallCommand], Awaitable[Reply]]


class Appending:
    """The log is the media process's until the call is gone from there, and this one's behind that.

    ``ask`` has the call's process do something (:meth:`aicc.service.front.Front.ask`).
    """

    def __init__(self, ask: Ask, live: LiveCalls, calls: Path) -> None:
        self._ask, self._live, self._calls = ask, live, calls
        self._thread = ThreadPoolExecutor(1, "afterwords")

    async def append(self, call_id: str, events: Sequence[Event]) -> bool:
        """Once each: what the log has already is left out. False where there is no such call, or no journal of it."""
        command = Append(call_id, tuple(map(fields_of, events)))
        loop = asyncio.get_running_loop()
        limit_s = loop.time() + ENDING_S
        while loop.time() < limit_s:
            reply = await self._ask(call_id, command)
            if isinstance(reply, Done) and reply.found:
                return True
            if self._live.log(call_id) is None:  # over, and all that is left of it is whole
                try:
                    await self._append_behind(call_id, events)
                    return True
                except StillWritten:
                    pass
                except FileNotFoundError:
                    return False
                except (OSError, ValueError) as error:
                    log.error("call %s: what is said of it is not kept: %s", call_id, error)
                    return False
            await asyncio.sleep(PAUSE_S)
        return False

    def close(self) -> None:
        self._thread.shutdown()

    async def _append_behind(self, call_id: str, events: Sequence[Event]) -> None:
        at_ms = int(time.time() * 1_000 - started_at_of(call_id).timestamp() * 1_000)
        folder = self._calls / call_id
        appended: list[Logged] = await asyncio.get_running_loop().run_in_executor(
            self._thread, append_behind, folder, list(events), at_ms
        )
        for logged in appended:
            self._live.behind(logged)

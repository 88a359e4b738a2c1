"""What the desk has to keep reaches the store: in the order in which it happened, and later where that is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from voicebot.store import StoreUnavailable

log = logging.getLogger(__name__)

AGAIN_S = 5.0

T = TypeVar("T")


class Keeping:
    """One write at a time, so that a database that says nothing takes no more than one thread. ``start`` runs what
    nobody waits for.

    Of what has a name only the newest is kept, and waits in no line: as many wait as there are names.
    """

    def __init__(self, start: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._start = start
        self._one = asyncio.Lock()
        self._newest: dict[str, Callable[[], object]] = {}

    async def write(self, write: Callable[[], T]) -> T:
        """What ``write`` answers, in a thread; while the database is away it is tried again."""
        while True:
            try:
                async with self._one:
                    return await asyncio.to_thread(write)
            except StoreUnavailable as away:
                log.warning("the desk writes again in %.0f s: %s", AGAIN_S, away)
            await asyncio.sleep(AGAIN_S)

    def keep(self, name: str, write: Callable[[], object]) -> None:
        """Behind what was to be kept under this name before, or in its place."""
        is_under_way = name in self._newest
        self._newest[name] = write
        if not is_under_way:
            self._start(self._keep(name))

    async def _keep(self, name: str) -> None:
        written: Callable[[], object] | None = None
        try:
            while (write := self._newest[name]) is not written:
                await self.write(write)
                written = write
        finally:
            del self._newest[name]

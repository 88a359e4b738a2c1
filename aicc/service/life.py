"""How a process that holds calls spends its life and comes to its end: behind its last call, or as soon as it can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeAlias, TypeVar

from aicc.service.process import Start
from voicebot.events import Logged
from voicebot.leg_news import LegNews
from voicebot.link import CallCommand, Reply, Status

Result = TypeVar("Result")


class Holding(Protocol):
    """All calls of a process: see :class:`voicebot.media.Media`."""

    @property
    def sick(self) -> str | None: ...

    async def obey(self, command: CallCommand) -> Reply: ...

    async def drain(self, seconds: float) -> None: ...

    async def close(self) -> None: ...

    def status(self) -> Status: ...


OpenMedia: TypeAlias = Callable[
    [Start, Callable[[list[Logged]], None], Callable[[str], None], LegNews], Coroutine[Any, Any, Holding]
]
"""Opens what a process needs; its calls' events, the calls that are gone and their legs are told to the three."""


class Life:
    """One process's. Both orders may come at any time, more than once, before there is any media to close too."""

    def __init__(self) -> None:
        self._drain_s: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._closing = asyncio.Event()

    def drain(self, seconds: float) -> bool:
        """No further calls; ends behind the last one, or after ``seconds``. Whether that is news."""
        if self._drain_s.done():
            return False
        self._drain_s.set_result(seconds)
        return True

    def close(self) -> None:
        """Ends it now: calls are hung up, everything is sealed."""
        self._closing.set()

    async def spend(self, media: Holding) -> None:
        """Returns when ``media`` is closed."""

        async def drained() -> None:
            await media.drain(await self._drain_s)

        if await self.unless_closing(drained()) is None:
            await media.close()

    async def unless_closing(self, work: Coroutine[Any, Any, Result]) -> tuple[Result] | None:
        """What ``work`` gives, or raises; None where it was cancelled as the process is to close."""
        doing = asyncio.ensure_future(work)
        closing = asyncio.ensure_future(self._closing.wait())
        either: set[asyncio.Future[Any]] = {doing, closing}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if not doing.done():
                doing.cancel()
                await asyncio.wait({doing})
        return None if doing.cancelled() else (doing.result(),)


async def until_sick(media: Holding, pause_s: float = 1.0) -> str:
    """Why the process should be replaced by another."""
    while not (sick := media.sick):
        await asyncio.sleep(pause_s)
    return sick

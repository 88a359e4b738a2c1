"""All calls in the front's own process, for a laptop or a test (``media_processes: 0``)."""

from __future__ import annotations

import asyncio
import logging

from aicc.lines import told
from aicc.service.life import Holding, Life, OpenMedia, until_sick
from aicc.service.opening import open_media
from aicc.service.process import News, Start
from voicebot.link import CallCommand, CommandFailed, Reply, Status

log = logging.getLogger(__name__)

STATUS_PAUSE_S = 1.0
SICK_DRAIN_S = 60.0


class LocalProcess:
    """See :class:`aicc.service.process.Process`. It does not die without the front."""

    has_died = False

    def __init__(self, start: Start, news: News) -> None:
        self.name = start.name
        self.slots = start.settings.slots
        self.calls: set[str] = set()
        self.status: Status | None = None
        self.left = asyncio.Event()
        self._news = news
        self._life = Life()
        self._media: Holding | None = None

    @classmethod
    async def start(cls, start: Start, news: News, open_media: OpenMedia = open_media) -> LocalProcess:
        """Returns once it takes calls; raises what opening raises."""
        process = cls(start, news)
        process._media = await open_media(start, news.events, process._gone, news)
        return process

    async def ask(self, command: CallCommand) -> Reply:
        try:
            return await self._holding.obey(command)
        except Exception as error:
            log.exception("%s failed", type(command).__name__)
            raise CommandFailed(told(error)) from error

    async def leave(self, seconds: float) -> None:
        self.left.set()
        self._life.drain(seconds)

    async def close(self) -> None:
        self.left.set()
        self._life.close()

    async def live(self) -> None:
        watching = asyncio.create_task(self._watch())
        try:
            await self._life.spend(self._holding)
        except asyncio.CancelledError:
            await self._holding.close()
            raise
        finally:
            watching.cancel()
            self.left.set()

    @property
    def _holding(self) -> Holding:
        assert self._media
        return self._media

    def _gone(self, call_id: str) -> None:
        self.calls.discard(call_id)
        self._news.gone(call_id)

    async def _watch(self) -> None:
        telling = asyncio.create_task(self._tell())
        try:
            await until_sick(self._holding)
            await self.leave(SICK_DRAIN_S)
        finally:
            telling.cancel()

    async def _tell(self) -> None:
        while True:
            self.status = self._holding.status()
            self._news.status(self)
            await asyncio.sleep(STATUS_PAUSE_S)

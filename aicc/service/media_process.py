"""``python -m aicc.service.media_process LINK``: holds calls for the front at the other end of the link.

LINK is the number of an open socket; what the process has to know (:class:`~aicc.service.process.Start`) comes as JSON
on standard input. It ends when it is told to, or when the front is gone: calls finish their sentence, all is sealed.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time

from aicc.lines import told
from aicc.service.child import run_child
from aicc.service.life import Holding, Life, OpenMedia, until_sick
from aicc.service.opening import open_media
from aicc.service.process import Start
from voicebot.events import Logged
from voicebot.leg_news import LegNews
from voicebot.link import (
    Close,
    Command,
    Done,
    Drain,
    Events,
    Failed,
    Gone,
    Leaving,
    LegLost,
    LegUp,
    Link,
    LinkError,
    Ping,
    Pong,
    Ready,
    Reply,
)

log = logging.getLogger(__name__)

ORPHAN_S = 9.0  # what is left of the calls is then for the next front to make whole
SICK_DRAIN_S = 60.0  # calls whose models hang apologize and end by themselves
LAST_WORDS_S = 2.0


class MediaProcess:
    """Does what the front says, and ends when the front says so or is gone."""

    def __init__(self, start: Start, open_media: OpenMedia) -> None:
        self._start = start
        self._open = open_media
        self._media: Holding | None = None
        self._life = Life()

    async def run(self, end: socket.socket) -> int:
        """To its end; the exit status."""
        link = await Link.open(end, lambda message: None, self._answer)
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self._read(link))
            try:
                await self._hold(link)
                return 0
            except Exception as error:
                log.debug("where it happened", exc_info=error)
                link.tell(Failed(told(error)))
                return 1
            finally:
                link.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORDS_S):
                        await link.wait_closed()
                reading.cancel()

    async def _hold(self, link: Link) -> None:
        def events(batch: list[Logged]) -> None:
            link.tell(Events(tuple(batch)))

        def gone(call_id: str) -> None:
            link.tell(Gone(call_id))

        opened = await self._life.unless_closing(self._open(self._start, events, gone, _LegNews(link)))
        if opened is None:
            return
        [media] = opened
        self._media = media
        gc.collect()
        gc.freeze()  # models and minds stay for good: the collector need not look at them during calls
        leave = functools.partial(self._leave, link, self._start.settings.drain_seconds)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave)
        watching = asyncio.create_task(self._replaced_when_sick(media, link))
        link.tell(Ready(os.getpid(), self._start.settings.slots))
        try:
            await self._life.spend(media)
        finally:
            watching.cancel()

    async def _read(self, link: Link) -> None:
        try:
            await link.run()
        except LinkError as error:
            log.error("the link to the front is broken: %s", error)
        self._life.close()

    async def _answer(self, command: Command) -> Reply:
        if self._media is None:
            return Failed("not ready yet")
        match command:
            case Drain():
                self._life.drain(command.seconds)
            case Close():
                self._life.close()
            case Ping():
                return Pong(self._media.status())
            case _:
                return await self._media.obey(command)
        return Done()

    async def _replaced_when_sick(self, media: Holding, link: Link) -> None:
        log.error("asks to be replaced: %s", await until_sick(media))
        self._leave(link, SICK_DRAIN_S)

    def _leave(self, link: Link, seconds: float) -> None:
        """Of its own accord."""
        if self._life.drain(seconds):
            link.tell(Leaving())


class _LegNews(LegNews):
    """Tells the front what becomes of legs."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def leg_up(self, call_id: str, leg: str) -> None:
        self._link.tell(LegUp(call_id, leg))

    def leg_lost(self, call_id: str, leg: str, reason: str) -> None:
        self._link.tell(LegLost(call_id, leg, reason))


def main(open_media: OpenMedia = open_media) -> int:
    threading.Thread(target=_end_as_orphan, args=(os.getppid(),), name="orphan", daemon=True).start()

    async def serve(start: Start, end: socket.socket) -> int:
        return await MediaProcess(start, open_media).run(end)

    return run_child(serve)


def _end_as_orphan(parent: int) -> None:
    """However the loop may hang: a process whose front is gone does not outlive it for long."""
    while os.getppid() == parent:
        time.sleep(1.0)
    time.sleep(ORPHAN_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())

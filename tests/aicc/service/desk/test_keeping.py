"""Writes of the desk: in order, the newest of what has a name, and later while the database is away."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

import pytest

from aicc.service.desk import keeping
from aicc.service.desk.keeping import Keeping
from voicebot.store import StoreUnavailable


class Slow:
    """Writes that take as long as a test wants, in threads that it does not lead."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.fails = 0

    def write(self, what: str) -> str:
        if self.fails:
            self.fails -= 1
            raise StoreUnavailable("away")
        self.written.append(what)
        return what


class Started:
    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    async def through(self) -> None:
        await asyncio.gather(*self._tasks)


def test_of_one_name_the_newest_is_the_last_that_is_written() -> None:
    async def story() -> None:
        started, slow = Started(), Slow()
        kept = Keeping(started)
        for state in ("ready", "talking", "wrapping", "ready", "away"):
            kept.keep("kim", partial(slow.write, f"kim {state}"))
            kept.keep("lee", partial(slow.write, f"lee {state}"))
        await started.through()
        assert [one for one in slow.written if one.startswith("kim")][-1] == "kim away"
        assert [one for one in slow.written if one.startswith("lee")][-1] == "lee away"
        assert len(slow.written) <= 4, "what is overtaken before its turn is not written"

    asyncio.run(story())


def test_what_comes_while_one_is_written_is_written_behind_it() -> None:
    async def story() -> None:
        started, slow = Started(), Slow()
        kept = Keeping(started)
        loop = asyncio.get_running_loop()
        begun = asyncio.Event()
        go = asyncio.Event()

        def held() -> None:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go.wait(), loop).result(10)
            slow.write("dialling")

        kept.keep("callback", held)
        await begun.wait()
        kept.keep("callback", lambda: slow.write("done"))
        go.set()
        await started.through()
        assert slow.written == ["dialling", "done"]
        kept.keep("callback", lambda: slow.write("again"))
        await started.through()
        assert slow.written[-1] == "again"

    asyncio.run(story())


def test_while_the_database_is_away_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        slow = Slow()
        slow.fails = 2
        assert await Keeping(Started()).write(lambda: slow.write("message")) == "message"
        assert slow.written == ["message"]

    monkeypatch.setattr(keeping, "AGAIN_S", 0.0)
    asyncio.run(story())

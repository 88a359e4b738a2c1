"""An API with the routes of assist alone, and who owns the logs of its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from aicc.service.api.assist import assist
from aicc.service.api.guard import Guard
from aicc.service.api.keys import KeyRing
from aicc.service.api.past import Past
from aicc.service.api.problem import tell_problems
from tests.fakes.service import FakeService
from voicebot.afterword import append_behind
from voicebot.events import Event
from voicebot.journal import NAME, line_of
from voicebot.log import unsaid


@dataclass
class Owner:
    """Of running calls the log is in memory, of those that are over on disk; or it is ``then`` who owns them. With
    ``together`` that many wait for each other before anything is appended: all have read the same."""

    service: FakeService
    together: int = 0
    is_gone: bool = False
    then: Callable[[str, Sequence[Event]], Awaitable[bool]] | None = None
    _waiting: int = 0

    async def append(self, call_id: str, events: Sequence[Event]) -> bool:
        self._waiting += 1
        while self._waiting < self.together:
            await asyncio.sleep(0)
        if self.is_gone:
            return False
        if self.then:
            return await self.then(call_id, events)
        if log := self.service.log(call_id):
            self.service.say(call_id, *unsaid(log.read(), events))
        else:
            append_behind(self.service.folder / "calls" / call_id, events, 90_000)
        return True


class Book:
    def parse(self, text: str) -> Sequence[Mapping[str, Any]]:
        road = {"road": "세종특별자치시 한누리대로 1839", "postcode": "30151", "jibun": "세종특별자치시 소담동 515"}
        found = {**road, "building": "수루배마을2단지", "detail": "", "score": 0.97, "missing": "detail"}
        return [found] if "한누리" in text else []


def assisting(service: FakeService, owner: Owner, book: Book | None) -> FastAPI:
    app = FastAPI()
    tell_problems(app)
    app.include_router(assist(service, Past(service.store, service.folder), owner, book))
    app.add_middleware(Guard, keys=KeyRing(service.store))
    return app


def ended(service: FakeService, *events: Event) -> str:
    """A call that is over, with what was said behind its end."""
    call_id = service.begin()
    log = service.end(call_id)
    folder = service.folder / "calls" / call_id
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(b"".join(map(line_of, log.read())))
    append_behind(folder, events, 61_500)
    return call_id

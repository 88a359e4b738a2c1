"""A front that a test leads, and the pages' routes before it, behind the guard that stands before all routes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from fastapi import FastAPI

from aicc.service.api.guard import Guard
from aicc.service.api.keys import KeyRing
from aicc.service.api.problem import tell_problems
from aicc.service.api.server import listen, server
from aicc.service.web.routes import Pages, web
from aicc.service.web.web_calls import WebCalls
from voicebot.doors.webrtc.ice_server import IceServer
from voicebot.events import CallEnded, CallStarted, Event, Logged, event_of
from voicebot.link import Accepted, Append, CallCommand, Done, Refused, Reoffer, Reply
from voicebot.log import EventLog, new_call_id

STARTED = CallStarted("in", "webrtc", "", "15880000", "nuri")


@dataclass
class FakeCalls:
    """``refused`` are what offers are answered with, in turn; then each is accepted, and answered by itself reversed.

    A call is up at once; it has a log, and begins, when a test says so.
    """

    refused: list[Refused] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)
    asked: list[CallCommand] = field(default_factory=list)
    up: list[str] = field(default_factory=list)
    logs: dict[str, EventLog] = field(default_factory=dict)
    hung_up: list[str] = field(default_factory=list)
    heard: Callable[[Logged], None] = lambda logged: None

    async def take_page(self, called: str, sdp: str) -> Accepted | Refused:
        self.offered.append((called, sdp))
        if self.refused:
            return self.refused.pop(0)
        self.up.append(new_call_id())
        return Accepted(self.up[-1], sdp=sdp[::-1])

    async def take_chat(self, called: str) -> Accepted | Refused:
        """Begins at once."""
        self.offered.append((called, "chat"))
        if self.refused:
            return self.refused.pop(0)
        self.up.append(new_call_id())
        self.logs[self.up[-1]] = EventLog(self.up[-1], written=self.heard)
        self.say(self.up[-1], replace(STARTED, door="chat"))
        return Accepted(self.up[-1])

    async def ask(self, call_id: str, command: CallCommand) -> Reply:
        self.asked.append(command)
        if call_id not in self.up:
            return Refused("the call is over")
        if isinstance(command, Reoffer):
            return self.refused.pop(0) if self.refused else Accepted(call_id, sdp=command.sdp[::-1])
        if isinstance(command, Append) and call_id in self.logs:
            self.say(call_id, *[event for fields in command.events if (event := event_of(fields))])
        return Done(call_id in self.logs)

    async def hang_up(self, call_id: str) -> bool:
        self.hung_up.append(call_id)
        return call_id in self.up

    # ---- what a test makes happen

    def begin(self, call_id: str) -> None:
        self.logs[call_id] = EventLog(call_id, written=self.heard)
        self.say(call_id, STARTED)

    def say(self, call_id: str, *events: Event) -> None:
        for event in events:
            self.logs[call_id].append(event)

    def end(self, call_id: str, event: CallEnded) -> None:
        self.say(call_id, event)
        self.up.remove(call_id)


@dataclass
class House:
    """The pages of one installation, before :class:`FakeCalls`. ``later`` holds what was to be done, by its delay."""

    calls: FakeCalls = field(default_factory=FakeCalls)
    origins: tuple[str, ...] = ()
    synthetic_voices_only: bool = False
    ice: list[IceServer] = field(default_factory=list)
    lets_in: bool = True
    came_from: list[str] = field(default_factory=list)
    later: list[tuple[float, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.web_calls = WebCalls(self.calls, lambda delay_s, work: self.later.append((delay_s, work)))
        self.calls.heard = self.web_calls.heard

    def app(self) -> FastAPI:
        app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None)
        tell_problems(app)
        pages = Pages(
            self.web_calls,
            self.calls.logs.get,
            company=lambda: "누리상점",
            synthetic_voices_only=self.synthetic_voices_only,
            ice=lambda: self.ice,
            let_in=self._let_in,
            origins=self.origins,
        )
        app.include_router(web(pages))
        app.add_middleware(Guard, keys=cast(KeyRing, None))  # asked below /api only
        return app

    def _let_in(self, address: str) -> bool:
        self.came_from.append(address)
        return self.lets_in


@contextlib.asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """As the product serves it; ``HOST:PORT``."""
    with listen("127.0.0.1", port) as listening:
        serves = server(app)
        task = asyncio.create_task(serves.serve(sockets=[listening]))
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            serves.should_exit = True
            await task


async def until(condition: Any, within_s: float = 10) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)

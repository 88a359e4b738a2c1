"""People at the desk of a running service, as demonstrations and benches need them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import websockets

from aicc.errors import AiccError
from aicc.simulation.service import Service
from aicc.simulation.web_peers import WebPeer

BROWSER = "aicc simulation"  # a session is one browser's
MOST_KEPT = 20_000  # messages; the oldest are forgotten
PATIENCE_S = 30.0
PANELS_EACH = 7  # with the one that a person has anyway as many as one person may have


class DeskUnusable(AiccError):
    """The desk of a service does not do what somebody at it wants."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a panel is told, and when it was, in s by the clock of ``time.monotonic``."""

    at_s: float
    told: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.told["type"])


class AtDesk:
    """One person with one panel. ``messages`` are what it was told, oldest first."""

    def __init__(self, name: str, password: str, http: httpx.AsyncClient, socket: websockets.ClientConnection) -> None:
        self.name, self.password = name, password
        self.messages: list[Message] = []
        self._http, self._socket = http, socket
        self._forgotten = 0
        self._news = asyncio.Event()

    @classmethod
    @contextlib.asynccontextmanager
    async def signed_in(
        cls,
        service: Service,
        name: str,
        skills: Sequence[str],
        *,
        shown: str = "",
        phone: str = "",
        role: str = "agent",
    ) -> AsyncIterator[AtDesk]:
        """Somebody new, for as long as the block runs; :class:`DeskUnusable`."""
        assert service.address and service.key
        password = secrets.token_urlsafe(16)
        wanted = {"name": name, "shown_name": shown or name, "role": role, "skills": list(skills), "password": password}
        headers = {"user-agent": BROWSER}
        async with httpx.AsyncClient(base_url=service.address, trust_env=False, headers=headers) as http:
            key = {"authorization": f"Bearer {service.key}"}
            _checked(await http.post("/api/desk/people", json=wanted | {"phone": phone}, headers=key))
            told = _checked(await http.post("/api/desk/login", json={"name": name, "password": password})).json()
            http.headers["x-csrf-token"] = told["csrf"]
            async with panel_of(http) as socket:
                person = cls(name, password, http, socket)
                reading = asyncio.create_task(person._read())
                try:
                    yield person
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)

    def panel(self) -> websockets.connect:
        """One more of theirs, that only reads."""
        return panel_of(self._http)

    async def ready(self) -> None:
        """대기."""
        _checked(await self._http.put("/api/desk/state", json={"state": "ready"}))

    async def do(self, call_id: str, what: str, **wanted: Any) -> dict[str, Any]:
        """Such as ``accept``, ``hold``, ``transfer``; :class:`DeskUnusable` with what the desk says to it."""
        answer = _checked(await self._http.post(f"/api/desk/calls/{call_id}/{what}", json=wanted or None))
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    async def get(self, path: str) -> Any:
        return _checked(await self._http.get(path)).json()

    async def put(self, path: str, body: Any, **headers: str) -> Any:
        return _checked(await self._http.put(path, json=body, headers=headers)).json()

    async def follow(self, call_id: str) -> None:
        """From now on the call's events are among the messages, from the first on."""
        await self._socket.send(json.dumps({"type": "follow", "call_id": call_id, "start": 0}))

    async def connect(self, call_id: str, peer: WebPeer) -> str:
        """The browser's sound for a call; the leg's name."""
        leg = ""

        async def exchange(sdp: str) -> str:
            nonlocal leg
            told = await self.do(call_id, "leg", sdp=sdp)
            leg = told["leg"]
            return str(told["sdp"])

        await peer.connect(exchange)
        await self.told(lambda one: one.type == "leg" and one.told["leg"] == leg and one.told["state"] == "up")
        return leg

    async def offered(self, besides: Sequence[str] = ()) -> dict[str, Any]:
        """The next call that rings here and is none of ``besides``."""
        return (await self.told(lambda one: one.type == "offer" and one.told["call_id"] not in besides)).told

    async def told(self, is_it: Callable[[Message], bool], within_s: float = PATIENCE_S) -> Message:
        """The first message that is it, of those before or the next to come; :class:`DeskUnusable`."""
        seen = 0
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for message in self.messages[max(0, seen - self._forgotten) :]:
                        if is_it(message):
                            return message
                    seen = self._forgotten + len(self.messages)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise DeskUnusable(f"{self.name} was not told within {within_s:.0f} s: see the service's log") from None

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self._socket:
                self.messages.append(Message(time.monotonic(), json.loads(text)))
                if (more := len(self.messages) - MOST_KEPT) > 0:
                    del self.messages[:more]
                    self._forgotten += more
                self._news.set()


def panel_of(http: httpx.AsyncClient) -> websockets.connect:
    """The panel's socket of whoever is signed in with ``http``."""
    address = str(http.base_url).rstrip("/")
    return websockets.connect(
        address.replace("http", "ws", 1) + "/api/desk/live",
        additional_headers={
            "cookie": "; ".join(f"{cookie}={value}" for cookie, value in http.cookies.items()),
            "origin": address,
        },
        user_agent_header=BROWSER,
        proxy=None,
    )


@dataclass(slots=True)
class Onlookers:
    """Panels of supervisors, who are shown every call. ``read`` is how many messages they have been sent."""

    read: int = 0
    lost: int = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, service: Service, count: int) -> AsyncIterator[Onlookers]:
        """``count`` of them for as long as the block runs."""
        onlookers = cls()
        async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            reading: list[asyncio.Task[None]] = []
            for number in range(count):
                if number % PANELS_EACH == 0:
                    name = f"onlooker{number // PANELS_EACH}"
                    person = await stack.enter_async_context(AtDesk.signed_in(service, name, [], role="supervisor"))
                socket = await stack.enter_async_context(person.panel())
                reading.append(tasks.create_task(onlookers._read(socket)))
            try:
                yield onlookers
            finally:
                for task in reading:
                    task.cancel()

    async def _read(self, socket: websockets.ClientConnection) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for _ in socket:
                self.read += 1
        self.lost += 1


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise DeskUnusable(f"the desk refused {asked}: {answer.status_code}: {answer.text[:200]}")
    return answer

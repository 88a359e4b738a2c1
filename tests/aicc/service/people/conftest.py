"""An API that people sign in to, on a clock that a test leads, and browsers that remember their cookies."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI, Request, WebSocket

from aicc.people_settings import PeopleSettings
from aicc.service.api.app import open_api
from aicc.service.api.guard import Guard
from aicc.service.api.keys import KeyRing
from aicc.service.metrics import Metrics
from aicc.service.people import Gate, People, Site, person_of
from aicc.service.people.routes import desk_login
from tests.fakes.service import FakeService
from voicebot.log import new_call_id
from voicebot.store import Store
from voicebot.store.audit import AuditEntry
from voicebot.store.people import Person, Role

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "김치찌개 두 그릇 주세요"
ROLES: tuple[Role, ...] = ("agent", "supervisor", "designer", "reviewer", "admin")
HASH = CHEAP.hash(PASSWORD)


@dataclass
class Clock:
    """Of the wall and of the loop; both pass together."""

    passed_s: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    def now_s(self) -> float:
        return 1_000.0 + self.passed_s

    def wait(self, **how_long: float) -> None:
        self.passed_s += timedelta(**how_long).total_seconds()


@dataclass
class Desk:
    """The API, what it knows, and browsers that come to it without a wire between. ``own`` are the calls that agents
    are on; with ``login_alone`` there are no other routes, which take their time to be made."""

    store: Store
    folder: Path
    clock: Clock
    settings: PeopleSettings = field(default_factory=PeopleSettings)
    site: Site | None = None
    own: set[tuple[str, str]] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    has_sees: bool = True
    login_alone: bool = False
    address: str = "http://aicc"

    def __post_init__(self) -> None:
        self.key = self.store.add_key("tests")
        self.renew()

    def renew(self) -> None:
        """As after a restart, or with other settings."""
        now, now_s = self.clock.now, self.clock.now_s
        self.people = People(self.store.people, self.settings, self.site, CHEAP, now, now_s)
        self.service = FakeService(self.store, self.folder)
        keys, sees = KeyRing(self.store), self.sees if self.has_sees else None
        if self.login_alone:
            self.app = FastAPI()
            self.app.include_router(desk_login(self.people))
            self.app.add_middleware(Guard, keys=keys, gate=Gate(self.people, sees))
            return
        self.app = open_api(
            self.service, Metrics(), keys, people=self.people, sees=sees, rooms=[further_room()], appends=Nothing()
        )

    def sees(self, person: Person, call_id: str) -> bool:
        self.asked.append((person.name, call_id))
        return (person.name, call_id) in self.own

    def add(self, name: str, role: Role = "agent", **more: Any) -> Person:
        return self.store.people.add(Person(name, f"{name} 님", role, **more), HASH)

    @contextlib.asynccontextmanager
    async def browser(
        self, name: str | None = None, agent: str = "Firefox", address: str = "10.0.0.7", **headers: str
    ) -> AsyncIterator[httpx.AsyncClient]:
        """With ``name`` signed in already, the x-csrf-token set."""
        wire = httpx.ASGITransport(self.app, client=(address, 50_000))
        headers = {"user-agent": agent} | {key.replace("_", "-"): value for key, value in headers.items()}
        async with httpx.AsyncClient(transport=wire, base_url=self.address, headers=headers) as browser:
            if name is not None:
                told = await self.sign_in(browser, name)
                assert told.status_code == 200, told.text
            yield browser

    async def sign_in(self, browser: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
        answer = await browser.post("/api/desk/login", json={"name": name, "password": password})
        if answer.status_code == 200:
            browser.headers["x-csrf-token"] = answer.json()["csrf"]
        return answer

    async def socket(self, path: str, *headers: tuple[str, str], scheme: str = "ws") -> int:
        """Opens a WebSocket: 101, or the status that it was refused with; it is left at once."""
        sent: list[Any] = []
        told = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}])

        async def receive() -> Any:
            return next(told)

        async def send(message: Any) -> None:
            sent.append(message)

        host = self.address.partition("://")[2]
        everything = [("host", host), ("user-agent", "Firefox"), *headers]
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": scheme,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in everything],
            "client": ("10.0.0.7", 50_000),
            "server": (host, 80),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        await self.app(scope, receive, send)
        return 101 if sent[0]["type"] == "websocket.accept" else int(sent[0]["status"])

    def trail(self, action: str | None = None) -> list[AuditEntry]:
        """Oldest first."""
        return [one for one in self.store.people.audit.read()[::-1] if action in (None, one.action)]


class Nothing:
    async def append(self, call_id: str, events: object) -> bool:
        return False


def further_room() -> APIRouter:
    """Routes of the desk itself, which are written elsewhere."""
    routes = APIRouter(prefix="/api/desk")

    @routes.get("/config")
    async def config(request: Request) -> dict[str, str]:
        person = person_of(request)
        return {"for": person.name if person else "a key"}

    @routes.post("/calls/{call_id}/hold", status_code=204)
    async def hold(call_id: str) -> None:
        pass

    @routes.post("/calls/{call_id}/listen", status_code=204)
    async def listen(call_id: str) -> None:
        pass

    @routes.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()

    return routes


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/data/aicc.db")) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, tmp_path: Path, clock: Clock) -> Desk:
    return Desk(store, tmp_path / "data", clock)


@pytest.fixture
def call_id() -> str:
    return new_call_id()


Make = Callable[..., Desk]


@pytest.fixture
def make_desk(store: Store, tmp_path: Path, clock: Clock) -> Make:
    return lambda **more: Desk(store, tmp_path / "data", clock, **more)

"""The WebSockets of calls, opened by somebody who has signed in."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
import websockets
from argon2 import PasswordHasher
from fastapi import FastAPI
from websockets.exceptions import InvalidStatus

from aicc.service.api.app import open_api
from aicc.service.api.keys import KeyRing
from aicc.service.api.live import Patience
from aicc.service.metrics import Metrics
from aicc.service.people import People
from tests.aicc.service.api.test_live import closed, serving
from tests.fakes.service import FakeService
from voicebot.events import Dtmf
from voicebot.log import new_call_id
from voicebot.store import Store
from voicebot.store.people import Person, Role

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "김치찌개 두 그릇 주세요"
AGENT = "Firefox"


@pytest.fixture
def people(store: Store) -> People:
    roles: dict[str, Role] = {"kim": "agent", "lee": "supervisor", "han": "reviewer", "choi": "designer"}
    for name, role in roles.items():
        store.people.add(Person(name, name, role), CHEAP.hash(PASSWORD))
    return People(store.people, hasher=CHEAP)


@pytest.fixture
def own() -> set[str]:
    """Kim's calls."""
    return set()


@pytest.fixture
def app(service: FakeService, metrics: Metrics, store: Store, people: People, own: set[str]) -> FastAPI:
    patience = Patience(signed_out_s=0.01)
    keys = KeyRing(store)
    return open_api(service, metrics, keys, patience, people=people, sees=lambda person, call_id: call_id in own)


def signed_in(app: FastAPI, talk: Callable[[str, dict[str, dict[str, str]]], Awaitable[None]]) -> None:
    """``talk`` has the place, and the headers of each person's browser."""

    async def run() -> None:
        async with serving(app) as (place, _):
            headers = {}
            for name in ("kim", "lee", "han", "choi"):
                async with httpx.AsyncClient(headers={"user-agent": AGENT}) as browser:
                    told = await browser.post(
                        f"http://{place}/api/desk/login", json={"name": name, "password": PASSWORD}
                    )
                    headers[name] = {
                        "cookie": f"aicc_session={browser.cookies['aicc_session']}",
                        "origin": f"http://{place}",
                        "x-csrf-token": told.json()["csrf"],
                    }
            await talk(place, headers)

    asyncio.run(run())


def opened(place: str, path: str, headers: dict[str, str]) -> websockets.connect:
    return websockets.connect(f"ws://{place}{path}", additional_headers=headers, user_agent_header=AGENT)


def test_who_may_see_all_calls_reads_them_without_a_key(app: FastAPI, service: FakeService) -> None:
    async def talk(place: str, headers: dict[str, dict[str, str]]) -> None:
        call_id = service.begin()
        for name in ("lee", "han"):
            async with opened(place, f"/api/calls/{call_id}/live", headers[name]) as connection:
                assert json.loads(await connection.recv())["type"] == "call_started"
            async with opened(place, "/api/live?replay=true", headers[name]) as connection:
                assert json.loads(await connection.recv())["call_id"] == call_id
                service.say(call_id, Dtmf("1"))
                assert json.loads(await connection.recv())["digit"] == "1"

    signed_in(app, talk)


def test_agents_read_their_own_calls_alone(app: FastAPI, service: FakeService, own: set[str]) -> None:
    async def talk(place: str, headers: dict[str, dict[str, str]]) -> None:
        call_id = service.begin()
        own.add(call_id)
        async with opened(place, f"/api/calls/{call_id}/live", headers["kim"]) as connection:
            assert json.loads(await connection.recv())["type"] == "call_started"
            service.end(call_id)
            assert (await closed(connection))[0] == 1000
        refused = [("kim", f"/api/calls/{new_call_id()}/live"), ("kim", "/api/live"), ("choi", "/api/live")]
        for name, path in refused:
            with pytest.raises(InvalidStatus) as answer:
                await opened(place, path, headers[name])
            assert answer.value.response.status_code == 403, (name, path)

    signed_in(app, talk)


def test_who_signs_out_reads_no_further_though_nothing_is_said(app: FastAPI, service: FakeService) -> None:
    async def talk(place: str, headers: dict[str, dict[str, str]]) -> None:
        call_id = service.begin()
        async with opened(place, f"/api/calls/{call_id}/live", headers["lee"]) as connection:
            await connection.recv()
            async with httpx.AsyncClient(headers={"user-agent": AGENT} | headers["lee"]) as browser:
                assert (await browser.post(f"http://{place}/api/desk/logout")).is_success
            assert await closed(connection) == (4401, "not signed in any more: sign in at /desk")

    signed_in(app, talk)


def test_who_gets_another_role_reads_no_further(app: FastAPI, service: FakeService, store: Store) -> None:
    async def talk(place: str, headers: dict[str, dict[str, str]]) -> None:
        async with opened(place, "/api/live", headers["lee"]) as connection:
            store.people.change("lee", role="agent")
            assert (await closed(connection))[0] == 4401

    signed_in(app, talk)


def test_beside_people_keys_are_shown_as_before(app: FastAPI, service: FakeService, key: str) -> None:
    async def talk(place: str, headers: dict[str, dict[str, str]]) -> None:
        call_id = service.begin()
        async with websockets.connect(f"ws://{place}/api/calls/{call_id}/live") as connection:
            await connection.send(json.dumps({"key": key}))
            assert json.loads(await connection.recv())["type"] == "call_started"

    signed_in(app, talk)

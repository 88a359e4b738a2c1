import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from aicc.service.api import guard
from aicc.service.api.app import open_api
from aicc.service.api.keys import KeyRing
from aicc.service.metrics import Metrics
from tests.aicc.service.api.conftest import Client
from tests.fakes.service import FakeService
from voicebot.store import Store


def paths_of(app: FastAPI) -> list[tuple[str, str]]:
    described = app.openapi()["paths"]
    return [(method, path) for path, methods in described.items() for method in methods]


def test_every_path_below_api_wants_a_key_and_says_so(app: FastAPI, client: Client) -> None:
    async def ask() -> None:
        async with client(key=None) as stranger:
            asked = [(method, path) for method, path in paths_of(app) if path.startswith("/api")]
            assert len(asked) >= 9
            for method, path in [*asked, ("get", "/api"), ("get", "/api/nothing"), ("delete", "/api/calls")]:
                answer = await stranger.request(method, path.replace("{call_id}", "x").replace("{key_id}", "x"))
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"] == 'Bearer realm="aicc"'
                assert answer.json() == {"error": "no key", "cure": "send the header authorization: Bearer KEY"}

    asyncio.run(ask())


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "{key}", "Bearer {key}x", "Token {key}"])
def test_only_a_bearer_key_opens(client: Client, key: str, header: str) -> None:
    async def ask() -> None:
        async with client(key=None) as stranger:
            stranger.headers["authorization"] = header.format(key=key)
            assert (await stranger.get("/api/calls")).status_code == 401
            assert (await stranger.get("/api/calls", params={"key": key})).status_code == 401

    asyncio.run(ask())


def test_the_scheme_may_be_written_in_any_case(client: Client, key: str) -> None:
    async def ask() -> None:
        async with client(key=None) as known:
            known.headers["authorization"] = f"bearer {key}"
            assert (await known.get("/api/calls")).status_code == 200

    asyncio.run(ask())


def test_addresses_that_guess_are_made_to_wait(client: Client, key: str) -> None:
    async def ask() -> None:
        async with client(key="wrong", address="10.0.0.9") as guesser:
            statuses = [(await guesser.get("/api/calls")).status_code for _ in range(25)]
            assert statuses == [401] * 20 + [429] * 5
            answer = await guesser.get("/api/calls")
            assert 0 < int(answer.headers["retry-after"]) <= 60
        async with client(address="10.0.0.10") as other:
            other.headers["x-forwarded-for"] = "10.0.0.9"
            assert (await other.get("/api/calls")).status_code == 200, "what a header says is not who it is"

    asyncio.run(ask())


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_what_operators_read_answers_on_loopback_only(client: Client, path: str) -> None:
    async def status(address: str, **headers: str) -> int:
        async with client(key=None, address=address) as asker:
            return (
                await asker.get(path, headers={name.replace("_", "-"): to for name, to in headers.items()})
            ).status_code

    async def ask() -> None:
        for near in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"):
            assert await status(near) == 200, near
        for far in ("10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "0.0.0.0", "testclient"):
            assert await status(far) == 403, far
        assert await status("10.0.0.1", x_forwarded_for="127.0.0.1") == 403
        for name in ("x_forwarded_for", "forwarded", "x_real_ip"):
            assert await status("127.0.0.1", **{name: "10.0.0.1"}) == 403, "a proxy asks for somebody else"

    asyncio.run(ask())


def test_every_answer_has_the_headers_that_keep_browsers_from_harm(client: Client) -> None:
    async def ask() -> None:
        async with client() as known:
            for path in ("/api/calls", "/api/nothing", "/health", "/docs", "/openapi.json", "/nothing"):
                headers = (await known.get(path)).headers
                assert headers["x-content-type-options"] == "nosniff", path
                assert headers["x-frame-options"] == "DENY"
                assert "default-src 'none'" in headers["content-security-policy"]
                assert headers["referrer-policy"] == "no-referrer"
                assert "access-control-allow-origin" not in headers
            assert (await known.get("/api/calls")).headers["cache-control"] == "no-store"

    asyncio.run(ask())


async def letters(count: int) -> AsyncIterator[bytes]:
    for _ in range(count // 1_000):
        yield b"x" * 1_000


def test_bodies_are_small_whatever_they_say_of_themselves(client: Client) -> None:
    async def ask() -> None:
        async with client() as known:
            body = b'{"name": "' + b"x" * guard.MAX_BODY_BYTES + b'"}'
            said = await known.post("/api/keys", content=body)
            assert said.status_code == 413
            assert said.json()["error"] == "the body is larger than 64 kB"
            assert (await known.post("/api/keys", content=letters(100_000))).status_code == 413
            assert (await known.post("/api/keys", content=letters(60_000))).status_code == 422

    asyncio.run(ask())


def test_a_body_that_never_comes_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async def ask() -> None:
        monkeypatch.setattr(guard, "BODY_LIMIT_S", 0.02)
        async with client() as known:
            answer = await known.post("/api/keys", content=never())
        assert answer.status_code == 408
        assert answer.headers["connection"] == "close"

    asyncio.run(ask())


def test_a_chosen_key_opens_too(service: FakeService, store: Store, client: Client) -> None:
    async def ask() -> None:
        chosen = "somebody-chose-this-long-key"
        app = open_api(service, Metrics(), KeyRing(store, chosen))
        async with client(key=chosen, app=app) as known:
            assert (await known.get("/api/calls")).status_code == 200

    asyncio.run(ask())

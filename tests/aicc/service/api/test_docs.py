import asyncio
import re

import httpx

from tests.aicc.service.api.conftest import Client


def got(client: Client, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with client(key=None) as anybody:
            return await anybody.get(path)

    return asyncio.run(ask())


def test_the_page_has_everything_it_loads_here(client: Client) -> None:
    page = got(client, "/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    loaded = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for name in loaded:
        part = got(client, f"/{name}")
        assert part.status_code == 200, name
        assert part.content
        kind = {"js": "text/javascript", "css": "text/css", "png": "image/png"}[name.rpartition(".")[2]]
        assert part.headers["content-type"].startswith(kind), "browsers are told not to guess"


def test_the_policy_lets_no_script_in_from_elsewhere_nor_in_the_page(client: Client) -> None:
    page = got(client, "/docs")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert re.findall(r"<script[^>]*>([^<]+)</script>", page.text) == []
    assert "onload" not in page.text


def test_the_page_shows_what_there_is(client: Client) -> None:
    described = got(client, "/openapi.json").json()
    assert {
        "/api/calls",
        "/api/calls/{call_id}",
        "/api/calls/{call_id}/events",
        "/api/calls/{call_id}/recording",
        "/api/calls/{call_id}/hang_up",
        "/api/calls/{call_id}/keys",
        "/api/calls/{call_id}/transfer",
        "/api/keys",
        "/api/keys/{key_id}",
        "/health",
        "/ready",
        "/metrics",
    } == set(described["paths"])
    for path, methods in described["paths"].items():
        for method, call in methods.items():
            if path.startswith("/api"):
                assert call["security"] == [{"HTTPBearer": []}], (path, method)
                refused = call["responses"]["422"]["content"]["application/json"]["schema"]["$ref"]
                assert refused.endswith("/ProblemTold"), "as it really is"
    assert "/api/live" in described["info"]["description"]


def test_paths_that_are_not_there_and_methods_that_do_not_fit_are_told(client: Client) -> None:
    async def ask() -> None:
        async with client() as known:
            answer = await known.get("/api/nothing")
            assert (answer.status_code, answer.json()["error"]) == (404, "no such path")
            answer = await known.put("/api/calls")
            assert (answer.status_code, answer.json()["error"]) == (405, "no PUT here")
            assert "GET" in answer.headers["allow"]

    asyncio.run(ask())

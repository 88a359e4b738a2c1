"""Against a real server on loopback, each path of which misbehaves in its own way."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from voicebot.dialogue.scenario.flow import Service
from voicebot.dialogue.services import LARGEST_ANSWER_BYTES, Reply, Services, picked

LIMIT_MS, SLACK_MS = 300, 700


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """Counts what it is asked, and keeps the last request."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.request = ""
        self.released = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length")), 0
            )
            self.request = head + (await reader.readexactly(length)).decode()
            method, target, _ = head.split(" ", 2)
            path = target.partition("?")[0]
            self.asked[f"{method} {path}"] += 1
            await self._answer(path, self.asked[f"{method} {path}"], writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, times: int, writer: asyncio.StreamWriter) -> None:
        match path:
            case "/slow":
                await self.released.wait()
            case "/drips":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[")
                while not self.released.is_set() and not writer.is_closing():
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            case "/recovers" if times == 1:
                writer.write(answer("500 Oops"))
            case "/broken":
                writer.write(answer("503 Busy", b'{"a": 1}'))
            case "/html":
                writer.write(answer("200 OK", b"<html>login</html>", "Content-Type: text/html"))
            case "/wrong":
                writer.write(answer("200 OK", b'{"a": '))
            case "/deep":
                writer.write(answer("200 OK", b"[" * 100_000))
            case "/huge":
                writer.write(answer("200 OK", b'"' + b"a" * 10_000_000 + b'"'))
            case "/drops":
                pass
            case "/drops_midway":
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a": ')
            case "/moved":
                writer.write(answer("302 Found", b"", "Location: /elsewhere"))
            case "/empty":
                writer.write(answer("204 No Content"))
            case "/absent":
                writer.write(answer("404 Not Found", '{"reason": "없음"}'.encode()))
            case _:
                writer.write(answer("200 OK", '{"상태": "배송중"}'.encode()))


@asynccontextmanager
async def opened(**headers: str) -> AsyncIterator[tuple[Services, Server]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    services = Services(
        {"주문": Service(url="http://127.0.0.1:9", timeout_ms=LIMIT_MS, headers=headers)}, {"주문": address}
    )
    try:
        yield services, server
    finally:
        server.released.set()
        await services.close()
        listening.close()


def replied(method: str, path: str, tries: int = 1) -> tuple[Reply, int, float]:
    """The reply, how often the server was asked, and how long it took in ms."""

    async def ask() -> tuple[Reply, int, float]:
        async with opened() as (services, server):
            began = time.monotonic()
            reply = await services.call("주문", method, path, tries=tries)
            return reply, server.asked[f"{method} {path}"], (time.monotonic() - began) * 1000

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("path", "status", "data"),
    [
        ("/good", 200, {"상태": "배송중"}),
        ("/absent", 404, {"reason": "없음"}),
        ("/empty", 204, None),
        ("/moved", 302, None),
        ("/broken", 503, None),
        ("/html", "not_json", None),
        ("/wrong", "not_json", None),
        ("/deep", "not_json", None),
        ("/huge", "too_large", None),
        ("/drops", "unreachable", None),
        ("/drops_midway", "unreachable", None),
        ("/slow", "timeout", None),
        ("/drips", "timeout", None),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whatever_a_service_does_there_is_a_plain_word_for_it(
    method: str, path: str, status: int | str, data: object
) -> None:
    reply, asked, took_ms = replied(method, path)
    assert (reply.status, reply.data) == (status, data)
    assert reply.is_answer is (isinstance(status, int) and status < 500)
    assert asked == 1, "nothing is repeated unasked, no redirect is followed"
    assert took_ms < LIMIT_MS + SLACK_MS


@pytest.mark.parametrize("path", ["/slow", "/drips"])
def test_the_limit_holds_for_each_try_and_the_reply_counts_all(path: str) -> None:
    reply, asked, took_ms = replied("GET", path, tries=2)
    assert (reply.status, asked) == ("timeout", 2)
    assert 2 * LIMIT_MS <= reply.ms <= took_ms + 1 < 2 * LIMIT_MS + 100 + SLACK_MS


def test_a_failure_is_tried_again_and_an_answer_is_not() -> None:
    assert replied("GET", "/recovers", tries=3)[:2] == (Reply(200, {"상태": "배송중"}, pytest.approx(100, abs=300)), 2)
    assert replied("GET", "/absent", tries=3)[1] == 1
    reply, asked, _ = replied("GET", "/broken", tries=3)
    assert (reply.status, asked) == (503, 3)


def test_a_post_is_repeated_only_if_asked() -> None:
    assert replied("POST", "/recovers")[:2] == (Reply(500, None, pytest.approx(0, abs=300)), 1)
    assert replied("POST", "/recovers", tries=2)[0].status == 200


def test_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDER_KEY", "열쇠 없음".encode().hex())

    async def ask() -> str:
        async with opened(Authorization="Bearer ${ORDER_KEY}", Other="${NOT_THERE}") as (services, server):
            await services.call("주문", "POST", "/a%2Fb", query={"날짜": "내일 & 모레"}, body={"수량": 3})
            return server.request

    head, body = asyncio.run(ask()).split("\r\n\r\n")
    assert head.startswith("POST /a%2Fb?")
    assert "%20%26%20" in head.splitlines()[0] or "+%26+" in head.splitlines()[0]
    assert f"authorization: bearer {'열쇠 없음'.encode().hex()}" in head.lower()
    assert json.loads(body) == {"수량": 3}


@pytest.mark.parametrize(("url", "status"), [("http://127.0.0.1:9", "unreachable"), ("ftp://127.0.0.1", "bad_url")])
def test_a_service_that_is_not_there(url: str, status: str) -> None:
    async def ask() -> Reply:
        services = Services({"주문": Service(url=url)})
        try:
            return await services.call("주문", "GET", "/x")
        finally:
            await services.close()

    assert asyncio.run(ask()).status == status


def test_the_address_of_a_sample_goes_before_the_environment_and_that_before_the_scenario(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service(url="http://a/", url_from="ORDER_URL")

    async def addresses() -> list[str]:
        plain, given = Services({"주문": service}), Services({"주문": service}, {"주문": "http://c/"})
        first = plain.address("주문")
        monkeypatch.setenv("ORDER_URL", "http://b/")
        found = [first, plain.address("주문"), given.address("주문")]
        await plain.close()
        await given.close()
        return found

    assert asyncio.run(addresses()) == ["http://a", "http://b", "http://c"]


@pytest.mark.parametrize(
    ("where", "value"),
    [("order.items.0.name", "책"), ("order.items.-1.name", "펜"), ("order.items.2.name", None), ("no", None)],
)
def test_picking_from_an_answer(where: str, value: object) -> None:
    assert picked({"order": {"items": [{"name": "책"}, {"name": "펜"}]}}, where) == value


def test_picking_the_whole_and_from_nothing() -> None:
    assert picked([1], ".") == [1] and picked(None, "a.b") is None and picked("글", "0") is None
    assert LARGEST_ANSWER_BYTES < 10_000_000

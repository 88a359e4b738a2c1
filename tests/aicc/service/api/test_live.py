"""WebSockets against a real server on loopback: what a browser and a program see."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aicc.service.api import live
from aicc.service.api.app import open_api
from aicc.service.api.keys import KeyRing
from aicc.service.api.live import Patience
from aicc.service.api.server import Server, listen, server
from aicc.service.metrics import Metrics
from tests.fakes.service import ENDED, STARTED, FakeService
from voicebot.events import AnswerChosen, Dtmf, TurnEnded
from voicebot.log import EventLog, new_call_id
from voicebot.store import Store

TURN = TurnEnded(1, "환불이요", "환불이요", 300, "ending")


@contextlib.asynccontextmanager
async def serving(app: FastAPI, stopped_reader_ms: int = 30_000) -> AsyncIterator[tuple[str, Server]]:
    """The API as the product serves it: ``HOST:PORT`` and the server."""
    with listen("127.0.0.1", 0, stopped_reader_ms) as listening:
        serves = server(app)
        task = asyncio.create_task(serves.serve(sockets=[listening]))
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}", serves
        finally:
            serves.should_exit = True
            await task


def with_key(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def all_of(connection: ClientConnection) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    with contextlib.suppress(ConnectionClosed):
        async for text in connection:
            events.append(json.loads(text))
    return events


async def closed(connection: ClientConnection) -> tuple[int, str]:
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code or 0, connection.close_reason or ""


def past_call(store: Store) -> EventLog:
    log = EventLog(new_call_id())
    for event in (STARTED, TURN, ENDED):
        log.append(event)
    store.write(log.read())
    return log


def test_a_call_is_replayed_followed_and_closed_behind_its_end(app: FastAPI, service: FakeService, key: str) -> None:
    async def talk() -> None:
        call_id = service.begin()
        service.say(call_id, TURN)
        async with serving(app) as (place, _):
            address = f"ws://{place}/api/calls/{call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(key)) as connection:
                replayed = [json.loads(await connection.recv()) for _ in range(2)]
                assert [event["type"] for event in replayed] == ["call_started", "turn_ended"]
                assert replayed[1]["written"] == "환불이요"
                service.say(call_id, Dtmf("1"))
                assert json.loads(await connection.recv())["digit"] == "1"
                service.end(call_id)
                assert [event["type"] for event in await all_of(connection)] == ["call_ended"]
                assert connection.close_code == 1000

    asyncio.run(talk())


def test_late_and_early_readers_see_the_same(app: FastAPI, service: FakeService, key: str) -> None:
    async def talk() -> None:
        call_id = service.begin()
        async with serving(app) as (place, _):
            address = f"ws://{place}/api/calls/{call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(key)) as early:
                first = json.loads(await early.recv())
                service.say(call_id, *[Dtmf(str(number % 10)) for number in range(300)])
                async with websockets.connect(address, additional_headers=with_key(key)) as late:
                    service.end(call_id)
                    assert [first, *await all_of(early)] == await all_of(late)

    asyncio.run(talk())


def test_from_a_number_on_and_only_some_types(app: FastAPI, service: FakeService, store: Store, key: str) -> None:
    async def read(place: str, query: str) -> tuple[list[str], int | None]:
        async with websockets.connect(f"ws://{place}{query}", additional_headers=with_key(key)) as connection:
            return [event["type"] for event in await all_of(connection)], connection.close_code

    async def talk() -> None:
        log = past_call(store)
        path = f"/api/calls/{log.call_id}/live"
        async with serving(app) as (place, _):
            assert await read(place, path) == (["call_started", "turn_ended", "call_ended"], 1000)
            assert await read(place, f"{path}?start=2") == (["call_ended"], 1000)
            assert await read(place, f"{path}?start=3") == ([], 1000)
            assert await read(place, f"{path}?types=turn_ended") == (["turn_ended"], 1000)
            assert await read(place, f"{path}?types=turn_end") == ([], 4422)
            assert await read(place, f"/api/calls/{new_call_id()}/live") == ([], 4404)

    asyncio.run(talk())


def test_a_log_that_breaks_off_is_not_taken_for_an_end(app: FastAPI, store: Store, key: str) -> None:
    async def talk() -> None:
        log = EventLog(new_call_id())
        log.append(STARTED)
        store.write(log.read())
        async with serving(app) as (place, _):
            address = f"ws://{place}/api/calls/{log.call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(key)) as connection:
                assert len(await all_of(connection)) == 1
                assert connection.close_code == 1001

    asyncio.run(talk())


def test_all_calls_are_followed_from_now_on(app: FastAPI, service: FakeService, key: str) -> None:
    async def talk() -> None:
        old = service.begin()
        async with serving(app) as (place, _):
            async with websockets.connect(f"ws://{place}/api/live", additional_headers=with_key(key)) as connection:
                await until(lambda: service.readers)
                service.say(old, Dtmf("1"))
                new = service.begin()
                service.end(new)
                service.say(old, Dtmf("2"))
                told = [json.loads(await connection.recv()) for _ in range(4)]
            assert [(event["call_id"], event["type"]) for event in told] == [
                (old, "dtmf"),
                (new, "call_started"),
                (new, "call_ended"),
                (old, "dtmf"),
            ]

    asyncio.run(talk())


def test_a_replay_of_all_running_calls_misses_nothing_and_repeats_nothing(
    app: FastAPI, service: FakeService, key: str
) -> None:
    """Calls go on talking while the replay is sent."""

    async def talk() -> None:
        calls = [service.begin() for _ in range(5)]
        for call_id in calls:
            service.say(call_id, *[Dtmf("1")] * 200)
        is_done = False

        async def go_on() -> None:
            for number in range(400):
                service.say(calls[number % 5], Dtmf("2"))
                if number % 20 == 0:
                    calls.append(service.begin())
                await asyncio.sleep(0)
            for call_id in calls:
                service.end(call_id)

        async with serving(app) as (place, _):
            seen: dict[str, list[int]] = {}
            address = f"ws://{place}/api/live?replay=true"
            async with websockets.connect(address, additional_headers=with_key(key)) as connection:
                await connection.recv()  # the replay has begun
                talking = asyncio.create_task(go_on())
                ended = 0
                while not is_done:
                    event = json.loads(await connection.recv())
                    seen.setdefault(event["call_id"], []).append(event["seq"])
                    ended += event["type"] == "call_ended"
                    is_done = talking.done() and ended == len(calls)
            seen[calls[0]].insert(0, 0)  # the one that was read first
            for call_id in calls:
                assert seen[call_id] == list(range(len(seen[call_id])))
            assert len(seen[calls[0]]) == 1 + 200 + 80 + 1

    asyncio.run(talk())


def test_a_browser_shows_its_key_in_the_first_message(app: FastAPI, store: Store, key: str) -> None:
    async def told(place: str, path: str, message: str | bytes) -> tuple[int, str]:
        async with websockets.connect(f"ws://{place}{path}") as connection:
            await connection.send(message)
            return await closed(connection)

    async def talk() -> None:
        path = f"/api/calls/{past_call(store).call_id}/live"
        async with serving(app) as (place, _):
            assert await told(place, path, json.dumps({"key": key})) == (1000, "the call has ended")
            for wrong in ("{}", "[]", "no json", '"text"', json.dumps({"key": 5}), key, b"\x00", "[" * 10_000):
                assert (await told(place, path, wrong))[0] == 4401, wrong
            code, reason = await told(place, path, json.dumps({"key": "wrong"}))
            assert (code, reason.partition(":")[0]) == (4401, "wrong key")
            assert (await told(place, path, "x" * 20_000))[0] == 1009, "strangers send no long messages"

    asyncio.run(talk())


def test_who_shows_no_key_in_time_is_closed(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        monkeypatch.setattr(live, "KEY_LIMIT_S", 0.05)
        async with serving(app) as (place, _), websockets.connect(f"ws://{place}/api/live") as connection:
            assert (await closed(connection))[0] == 4401

    asyncio.run(talk())


def test_strangers_do_not_fill_the_house(app: FastAPI, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        monkeypatch.setattr(live, "MAX_UNKNOWN", 2)
        async with serving(app) as (place, _), contextlib.AsyncExitStack() as open_ones:
            address = f"ws://{place}/api/live"
            for _ in range(2):
                await open_ones.enter_async_context(websockets.connect(address))
            async with websockets.connect(address) as third:
                assert (await closed(third))[0] == 1013
            async with websockets.connect(address, additional_headers=with_key(key)) as known:
                assert known.close_code is None

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/api/live", {"authorization": "Bearer wrong"}, 401),
        ("/api/live", {"authorization": "Basic eDp5"}, 401),
        ("/api/calls/x/live", None, 422),
        ("/api/live?replay=perhaps", None, 422),
        ("/api/calls/../live", None, 422),
        ("/api/nothing", None, 403),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_opens(
    app: FastAPI, key: str, path: str, header: dict[str, str] | None, status: int
) -> None:
    async def talk() -> None:
        async with serving(app) as (place, _):
            with pytest.raises(InvalidStatus) as refused:
                await websockets.connect(f"ws://{place}{path}", additional_headers=header or with_key(key))
            response = refused.value.response
            assert response.status_code == status
            if status != 403:
                assert set(json.loads(response.body or b"")) == {"error", "cure"}
            if status == 401:
                assert "www-authenticate" in response.headers

    asyncio.run(talk())


def test_a_key_in_the_address_opens_nothing(app: FastAPI, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        monkeypatch.setattr(live, "KEY_LIMIT_S", 0.05)
        async with serving(app) as (place, _), websockets.connect(f"ws://{place}/api/live?key={key}") as connection:
            assert (await closed(connection))[0] == 4401

    asyncio.run(talk())


def test_a_revoked_key_closes_what_it_opened(app: FastAPI, service: FakeService, store: Store, key: str) -> None:
    async def talk() -> None:
        other = store.add_key("other")
        call_id = service.begin()
        async with serving(app) as (place, _):
            address = f"ws://{place}/api/calls/{call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(other)) as connection:
                await connection.recv()
                kept = store.keys()
                key_id = next(each.id for each in kept if each.name == "other")
                async with httpx.AsyncClient(headers=with_key(key)) as known:
                    await known.delete(f"http://{place}/api/keys/{key_id}")
                service.say(call_id, Dtmf("1"))
                assert (await closed(connection))[0] == 4401

    asyncio.run(talk())


def test_readers_that_go_leave_nothing_behind(app: FastAPI, service: FakeService, metrics: Metrics, key: str) -> None:
    async def talk() -> None:
        async with serving(app) as (place, serves):
            for _ in range(20):
                async with websockets.connect(f"ws://{place}/api/live", additional_headers=with_key(key)):
                    await until(lambda: service.readers)
                await until(lambda: not service.readers)
            assert b"aicc_live_readers 0.0" in metrics.text()
            await until(lambda: not serves.server_state.connections)

    asyncio.run(talk())


def test_an_endless_replay_lets_others_on_the_loop(app: FastAPI, service: FakeService, key: str) -> None:
    """What lies there already is sent without ever waiting: the loop has to be given away on purpose."""

    async def talk() -> None:
        call_id = service.begin()
        service.say(call_id, *[Dtmf("1")] * 20_000)
        async with serving(app) as (place, _):
            address = f"ws://{place}/api/calls/{call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(key)) as connection:
                turns = 0
                reading = asyncio.create_task(read(connection, 20_001))
                while not reading.done():
                    await asyncio.sleep(0)
                    turns += 1
        assert turns > 200

    async def read(connection: ClientConnection, count: int) -> None:
        for _ in range(count):
            await connection.recv()

    asyncio.run(talk())


async def stopped_reader(place: str, path: str, key: str) -> socket.socket:
    """Opens a WebSocket, takes the handshake, and never reads again."""
    host, _, port = place.partition(":")
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    reader.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(reader, (host, int(port)))
    request = (
        f"GET {path} HTTP/1.1\r\nhost: {place}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        f"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
        f"authorization: Bearer {key}\r\n\r\n"
    )
    await loop.sock_sendall(reader, request.encode())
    assert (await loop.sock_recv(reader, 64)).startswith(b"HTTP/1.1 101")
    return reader


async def comes_to_read(reader: socket.socket, expected: bytes) -> bool:
    """Whether what was on the way ends with ``expected``."""
    loop, received = asyncio.get_running_loop(), b""
    async with asyncio.timeout(10):
        while not received.endswith(expected) and (data := await loop.sock_recv(reader, 1 << 20)):
            received += data
    return received.endswith(expected)


LONG = AnswerChosen(1, "llm", (), "가" * 3_000, 5)  # 9 kB


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/api/live", "/api/calls/{call_id}/live"])
def test_a_reader_that_stops_reading_is_closed_and_the_others_go_on(
    service: FakeService, store: Store, metrics: Metrics, key: str, path: str
) -> None:
    async def talk() -> None:
        app = open_api(service, metrics, KeyRing(store), Patience(send_s=0.3, close_s=5))
        call_id = service.begin()
        async with serving(app) as (place, serves):
            address = f"ws://{place}/api/calls/{call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(key)) as good:
                await good.recv()
                stopped = await stopped_reader(place, path.format(call_id=call_id), key)
                await until(lambda: service.readers or path != "/api/live")
                slowest_s, count = 0.0, 0
                clock = asyncio.get_running_loop().time
                while b"aicc_live_readers_dropped_total 1.0" not in metrics.text():
                    began_s = clock()
                    service.say(call_id, LONG)
                    async with asyncio.timeout(5):
                        await good.recv()
                    slowest_s = max(slowest_s, clock() - began_s)
                    count += 1
                    assert count < 5_000
                assert slowest_s < 0.25, "nobody waits for the one who stopped"
                assert not service.readers
                # it comes back: it finds what was on the way, and why it was closed
                why = (1013).to_bytes(2, "big") + b"events are read too slowly: connect again and replay"
                assert await comes_to_read(stopped, bytes([0x88, len(why)]) + why)
                stopped.close()
                service.end(call_id)
                assert (await all_of(good))[-1]["type"] == "call_ended"
            await until(lambda: not serves.server_state.connections)

    asyncio.run(talk())


@pytest.mark.slow
def test_a_reader_that_never_comes_back_does_not_keep_its_connection(
    service: FakeService, store: Store, metrics: Metrics, key: str
) -> None:
    async def talk() -> None:
        app = open_api(service, metrics, KeyRing(store), Patience(send_s=0.2, close_s=0.2))
        call_id = service.begin()
        async with serving(app, stopped_reader_ms=1_500) as (place, serves):
            stopped = await stopped_reader(place, f"/api/calls/{call_id}/live", key)
            while b"aicc_live_readers_dropped_total 1.0" not in metrics.text():
                service.say(call_id, *[LONG] * 20)
                await asyncio.sleep(0.01)
            await until(lambda: not serves.server_state.connections)
            stopped.close()

    asyncio.run(talk())


def test_a_reader_that_is_slower_than_all_calls_together_is_told(
    service: FakeService, store: Store, metrics: Metrics, key: str
) -> None:
    """It reads on, but the queue of the service is full before it gets there."""

    async def talk() -> None:
        service.reader_queue = 100
        app = open_api(service, metrics, KeyRing(store))
        async with serving(app) as (place, _):
            async with websockets.connect(f"ws://{place}/api/live", additional_headers=with_key(key)) as connection:
                await until(lambda: service.readers)
                call_id = service.begin()
                service.say(call_id, *[Dtmf("1")] * 1_000)
                assert await closed(connection) == (1013, "events are read too slowly: connect again and replay")
            assert b"aicc_live_readers_dropped_total 1.0" in metrics.text()

    asyncio.run(talk())


def test_the_service_goes_down_without_waiting_for_readers(app: FastAPI, service: FakeService, key: str) -> None:
    async def talk() -> None:
        call_id = service.begin()
        async with serving(app) as (place, serves):
            address = f"ws://{place}/api/calls/{call_id}/live"
            async with websockets.connect(address, additional_headers=with_key(key)) as connection:
                await connection.recv()
                serves.should_exit = True
                assert (await closed(connection))[0] == 1012

    asyncio.run(talk())

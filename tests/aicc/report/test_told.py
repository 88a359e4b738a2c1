"""Calls as they are told while they go on."""

import asyncio
import contextlib
import json
import re

import pytest
import websockets

from aicc.report import told
from aicc.report.told import Teller
from aicc.simulation.service import Service
from tests.aicc.report.calls import logged, whole_call
from voicebot.events import CallEnded, CallStarted, HandoffRequested


def plain(lines):
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]


def test_what_is_said_is_told_with_the_time_it_took():
    lines = []
    teller = Teller(lines.append)
    for event in whole_call():
        teller.tell(event)
    assert plain(lines) == [
        "[1] 01012345678 전화 옴",
        "[1] 봇  안녕하세요.",
        "[1] 고객  배송 조회요",
        "[1] 봇  주문번호가 어떻게 되세요?  240 ms",
        "[1] 통화 끝: 고객 종료 · 전화를 끊음, 4.0초",
    ]


def test_calls_at_once_are_told_apart():
    lines = []
    teller = Teller(lines.append)
    start = CallStarted("in", "wav", "", "", "가게")
    for call_id in ("a", "b", "a", "c"):
        teller.tell(logged((0, start), call_id=call_id)[0])
    teller.tell(logged((0, HandoffRequested("asked", "일반", "배송")), call_id="b")[0])
    assert [line[:3] for line in plain(lines)] == ["[1]", "[2]", "[1]", "[3]", "[2]"]
    assert plain(lines)[-1] == "[2] 상담사 연결 요청 (일반): 배송"
    assert len({line.partition("[1]")[0] for line in lines}) > 1, "in colours of their own"


@contextlib.asynccontextmanager
async def live(serve):
    """A service whose live events this coroutine sends."""
    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Service(None, address=f"http://127.0.0.1:{port}", key="secret")


def test_it_follows_a_service_from_the_first_event_to_the_last():
    lines, asked = [], []

    async def run():
        call = asyncio.Event()

        async def serve(connection):
            asked.append((connection.request.path, connection.request.headers["Authorization"]))
            await call.wait()
            await connection.send('{"type": "something new", "call_id": "x", "seq": 0, "at_ms": 0}')
            for event in whole_call():
                await connection.send(json.dumps(event.as_json()))
            await connection.wait_closed()

        async with live(serve) as service, Teller(lines.append).telling(service):
            call.set()  # whoever calls now is told of
            while not lines:
                await asyncio.sleep(0)

    asyncio.run(run())
    assert asked == [("/api/live", "Bearer secret")]
    assert plain(lines)[-1].startswith("[1] 통화 끝"), "the end of a call is waited for"


def test_a_service_that_ends_ends_the_telling(monkeypatch):
    monkeypatch.setattr(told, "REST_S", 0.01)
    lines = []

    async def serve(connection):
        await connection.send(json.dumps(whole_call()[0].as_json()))
        await connection.close()

    async def run():
        async with live(serve) as service, Teller(lines.append).telling(service):
            while not lines:
                await asyncio.sleep(0)

    asyncio.run(run())
    assert plain(lines) == ["[1] 01012345678 전화 옴"]


def test_what_breaks_inside_is_raised():
    async def serve(connection):
        await connection.wait_closed()

    async def run():
        async with live(serve) as service, Teller(print).telling(service):
            raise KeyError("callers")

    with pytest.raises(KeyError):
        asyncio.run(run())


def test_an_end_without_a_beginning_is_told_too():
    lines = []
    Teller(lines.append).tell(logged((0, CallEnded("network", "hung_up", 1_500)))[0])
    assert plain(lines) == ["[1] 통화 끝: 회선 종료 · 전화를 끊음, 1.5초"]

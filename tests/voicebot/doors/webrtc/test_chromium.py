"""Real Chromium calls, with a tone as its microphone and an AnalyserNode as its ear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aioice.turn import TurnTransport
from playwright.async_api import Page

from tests.servers.coturn import PASSWORD, USER, Coturn, coturn  # noqa: F401 - a fixture
from tests.voicebot.doors.webrtc.browser import RATE_HZ, Ticker, loudest_hz, peak, until
from tests.voicebot.doors.webrtc.chromium import CHROMIUM, calling_page
from voicebot.doors.webrtc.door import WebRtcDoor
from voicebot.doors.webrtc.ice import Network
from voicebot.doors.webrtc.ice_server import IceServer

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]

MICROPHONE_HZ, OUR_HZ = 440.0, 1_000.0
QUIETEST_DB = -40.0  # of a bin; silence is -100 and below


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 120))


@asynccontextmanager
async def opened(folder: Path, network: Network | None = None) -> AsyncIterator[tuple[WebRtcDoor, Page, Ticker]]:
    door = WebRtcDoor(network)
    ticker = Ticker(door, OUR_HZ)
    try:
        async with calling_page(door, folder, MICROPHONE_HZ) as page:
            yield door, page, ticker
    finally:
        await ticker.stop()
        door.hang_up()
        await door.gone()


async def assert_both_hear(page: Page, ticker: Ticker) -> None:
    ticker.heard.clear()
    await until(lambda: len(ticker.heard) > 75)
    heard = ticker.sound[-RATE_HZ // 2 :]
    assert loudest_hz(heard, RATE_HZ) == pytest.approx(MICROPHONE_HZ, abs=4)
    assert peak(heard) == pytest.approx(0.25, rel=0.15)
    hz, level_db = await page.evaluate("heard()")
    assert hz == pytest.approx(OUR_HZ, abs=10)
    assert level_db > QUIETEST_DB


def test_a_call_with_keys_a_restart_another_connection_and_an_end(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as (door, page, ticker):
            await page.evaluate("call({}, true)")  # trickling
            assert await door.connected()
            await assert_both_hear(page, ticker)

            await page.evaluate("sender.dtmf.insertDTMF('1#5', 100, 70)")
            keys = ""

            def all_keys() -> bool:
                nonlocal keys
                keys += door.take_keys()
                return len(keys) >= 3

            await until(all_keys)
            assert keys == "1#5"

            await page.evaluate("restart()")
            await assert_both_hear(page, ticker)
            assert await page.evaluate("pc.connectionState") == "connected"
            assert door.take_complaint() is None

            await page.evaluate("call()")  # a new RTCPeerConnection, beside the old one until it is connected
            await assert_both_hear(page, ticker)
            assert not door.is_closed

            await page.evaluate("pc.close()")
            await until(lambda: door.is_closed)
            assert not door.is_lost

    run(work())


@pytest.mark.load
def test_a_browser_that_is_offline_for_ten_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with opened(tmp_path) as (door, page, ticker):
            await page.evaluate("call()")
            assert await door.connected()
            (way,) = [way for way in (vars(door)["_way"],) if way]
            wires, arrived = way.ice._protocols, type(way.ice._protocols[0]).datagram_received
            with monkeypatch.context() as cut:
                cut.setattr(type(wires[0]), "datagram_received", lambda *_: None)
                cut.setattr(type(way.ice), "send_now", lambda *_: None)
                await asyncio.sleep(10)
            assert type(wires[0]).datagram_received is arrived
            complaint = door.take_complaint()
            assert complaint and "no packets from the caller" in complaint
            await until(lambda: ticker.sound[-RATE_HZ // 2 :].any())
            await assert_both_hear(page, ticker)
            assert not door.is_closed

    run(work())


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_browser_that_only_turn_reaches(tmp_path: Path, coturn: Coturn, transport: str) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(tmp_path) as (door, page, ticker):
            server = {"urls": f"{coturn.turn}?transport={transport}", "username": USER, "credential": PASSWORD}
            await page.evaluate("settings => call(settings)", {"iceServers": [server], "iceTransportPolicy": "relay"})
            assert await door.connected()
            await assert_both_hear(page, ticker)
            assert (await page.evaluate("pair()"))[0] == "relay"

    run(work())


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_service_that_only_turn_reaches(
    tmp_path: Path,
    coturn: Coturn,  # noqa: F811
    transport: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_task: list[bytes] = []  # what aioice sends from a task of its own
    send = TurnTransport.sendto

    def sendto(turn: TurnTransport, data: bytes, addr: tuple[str, int]) -> None:
        by_task.append(data)
        send(turn, data, addr)

    monkeypatch.setattr(TurnTransport, "sendto", sendto)

    async def work() -> None:
        servers = (IceServer(coturn.stun), IceServer(f"{coturn.turn}?transport={transport}", USER, PASSWORD))
        async with opened(tmp_path, Network(servers, is_relayed=True)) as (door, page, ticker):
            await page.evaluate("call()")
            assert await door.connected()
            by_task.clear()
            await assert_both_hear(page, ticker)
            assert (await page.evaluate("pair()"))[1] == "relay"
            assert [data for data in by_task if data[0] > 3] == []
        await until(lambda: "lifetime=0" in coturn.log.read_text())  # the allocation was given back

    run(work())


def test_a_wrong_password_for_turn_is_no_end_of_the_call(tmp_path: Path, coturn: Coturn) -> None:  # noqa: F811
    async def work() -> None:
        servers = (IceServer(coturn.stun), IceServer(coturn.turn, USER, "wrong"))
        async with opened(tmp_path, Network(servers)) as (door, page, ticker):
            await page.evaluate("call()")
            assert await door.connected()
            await assert_both_hear(page, ticker)

    run(work())

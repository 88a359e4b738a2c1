"""A door and a browser, which is aiortc's, over real sockets: what both hear, how the call survives, how it ends."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import uvloop

from tests.voicebot.doors.webrtc.browser import RATE_HZ, Browser, Ticker, loudest_hz, peak, until
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.webrtc import door as door_module
from voicebot.doors.webrtc.door import WebRtcDoor
from voicebot.doors.webrtc.ice import Network

pytestmark = pytest.mark.usefixtures("loopback")

BROWSERS_HZ, OUR_HZ = 440.0, 1_000.0


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


@asynccontextmanager
async def called(browser: Browser | None = None) -> AsyncIterator[tuple[WebRtcDoor, Browser, Ticker]]:
    """A browser that is connected to a door that ticks; afterwards nothing is left behind."""
    before = asyncio.all_tasks()
    browser, door = browser or Browser(BROWSERS_HZ), WebRtcDoor(Network(addresses=("127.0.0.1",)))
    ticker = Ticker(door, OUR_HZ)
    try:
        await browser.call(door)
        assert await door.connected()
        yield door, browser, ticker
    finally:
        await ticker.stop()
        door.hang_up()
        await door.gone()
        await browser.close()
    await until(lambda: asyncio.all_tasks() <= before)


async def assert_both_hear(browser: Browser, ticker: Ticker) -> None:
    """Both tones, for half a second without a gap, as loud as they were said."""
    browser.heard.clear()
    ticker.heard.clear()
    await until(lambda: len(browser.heard) > 75 and len(ticker.heard) > 75)
    theirs, ours = ticker.sound[-RATE_HZ // 2 :], browser.sound[-24_000:]
    assert loudest_hz(theirs, RATE_HZ) == pytest.approx(BROWSERS_HZ, abs=4)
    assert loudest_hz(ours, 48_000) == pytest.approx(OUR_HZ, abs=4)
    assert peak(theirs) == pytest.approx(0.25, rel=0.15)
    assert peak(ours) == pytest.approx(0.25, rel=0.15)


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_both_hear_each_other(loop_factory: Any) -> None:
    async def work() -> None:
        async with called() as (door, browser, ticker):
            await assert_both_hear(browser, ticker)
            assert (door.is_closed, door.is_lost, door.is_held, door.take_complaint()) == (False, False, False, None)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.wait_for(work(), 60))


def test_before_there_is_a_caller() -> None:
    async def work() -> None:
        door = WebRtcDoor()
        assert not door.receive().any() and len(door.receive()) == 320
        door.send(np.zeros(320, np.int16))
        door.add_candidate("candidate:0 1 udp 1 192.0.2.7 9 typ host")
        assert (door.take_keys(), door.is_closed, door.is_held, door.take_complaint()) == ("", False, False, None)
        door.hang_up()
        door.hang_up()
        assert door.is_closed and not await door.connected()
        with pytest.raises(NotAcceptable, match="over"):
            await door.answer(await Browser().offer())
        await door.gone()

    run(work())


def test_only_browsers_offer() -> None:
    async def work() -> None:
        door = WebRtcDoor()
        with pytest.raises(NotAcceptable):
            await door.offer()
        with pytest.raises(NotAcceptable):
            await door.take_answer("")
        with pytest.raises(NotAcceptable):
            await door.answer("v=0")
        assert not door.is_closed

    run(work())


def with_keys(offer: str) -> str:
    """aiortc knows no telephone-event; browsers do."""
    offer = offer.replace("UDP/TLS/RTP/SAVPF 96", "UDP/TLS/RTP/SAVPF 96 101")
    return offer.replace("a=rtpmap:96 ", "a=rtpmap:101 telephone-event/48000\r\na=rtpmap:96 ")


def test_keys() -> None:
    async def work() -> None:
        browser = Browser(BROWSERS_HZ)
        door = WebRtcDoor(Network(addresses=("127.0.0.1",)))
        await browser.accept(await door.answer(with_keys(await browser.offer())))
        assert await door.connected()
        sender = browser.pc.getSenders()[0]
        for number, key in enumerate((1, 11, 5)):
            for packet in range(3):
                header = struct.pack("!BBHII", 0x80, 101, 100 + 3 * number + packet, 9_600 * number, 77)
                event = struct.pack("!BBH", key, 0x80 if packet == 2 else 0, 960 * packet)
                await sender.transport._send_rtp(header + event)
        keys = ""

        def all_keys() -> bool:
            nonlocal keys
            keys += door.take_keys()
            return len(keys) == 3

        await until(all_keys)
        assert keys == "1#5"
        door.hang_up()
        await door.gone()
        await browser.close()

    run(work())


def test_who_only_listens_is_connected() -> None:
    async def work() -> None:
        async with called(Browser(hz=None)) as (door, browser, _):
            await until(lambda: len(browser.heard) > 50)
            assert loudest_hz(browser.sound[-24_000:], 48_000) == pytest.approx(OUR_HZ, abs=4)
            assert door.take_complaint() is None

    run(work())


# ---- how it ends


def test_the_browser_closes() -> None:
    async def work() -> None:
        async with called() as (door, browser, _):
            await browser.close()
            await until(lambda: door.is_closed)
            assert not door.is_lost

    run(work())


def test_we_hang_up() -> None:
    async def work() -> None:
        async with called() as (door, browser, _):
            door.hang_up()
            assert door.is_closed
            await until(lambda: browser.pc.connectionState == "closed")

    run(work())


def test_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "CONNECT_S", 0.2)

    async def work() -> None:
        before = asyncio.all_tasks()
        browser, door = Browser(), WebRtcDoor()
        await door.answer(await browser.offer())  # which the browser never hears of
        assert not await door.connected()
        assert door.is_closed
        await door.gone()
        await browser.close()
        await until(lambda: asyncio.all_tasks() <= before)

    run(work())


def test_a_stranger_with_the_browsers_place_but_not_its_certificate() -> None:
    async def work() -> None:
        browser, door = Browser(), WebRtcDoor()
        offer = await browser.offer()
        at = offer.index("a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
        await browser.accept(await door.answer(offer[:at] + "00" + offer[at + 2 :]))
        assert not await door.connected()
        assert door.is_closed
        await door.gone()
        await browser.close()

    run(work())


# ---- how it goes on


def quick_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.02)
    monkeypatch.setattr("aioice.stun.RETRY_RTO", 0.02)


async def unplug(browser: Browser) -> None:
    """It says nothing and hears nothing from now on."""
    (transceiver,) = browser.pc.getTransceivers()
    for protocol in transceiver.sender.transport.transport._connection._protocols:
        protocol.transport.close()


def test_a_browser_that_is_silent_for_a_while_and_speaks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebot.doors.rtp.watch.SILENT_MS", 100)

    async def work() -> None:
        async with called() as (door, browser, ticker):
            (transceiver,) = browser.pc.getTransceivers()
            transport = transceiver.sender.transport.transport
            send, transport._send = transport._send, _lost
            await until(lambda: "no packets from the caller" in (door.take_complaint() or ""))
            transport._send = send
            await until(lambda: door.take_complaint() == "packets from the caller come again")
            await assert_both_hear(browser, ticker)
            assert (door.is_closed, door.take_complaint()) == (False, None)

    run(work())


async def _lost(datagram: bytes) -> None:
    pass


def test_a_browser_that_is_gone_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_consent(monkeypatch)
    monkeypatch.setattr(door_module, "RETURN_S", 0.2)

    async def work() -> None:
        async with called() as (door, browser, _):
            await unplug(browser)
            await until(door.take_complaint)
            assert not door.is_closed
            await until(lambda: door.is_closed)
            assert door.is_lost

    run(work())


def test_a_browser_that_was_gone_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_consent(monkeypatch)

    async def work() -> None:
        async with called() as (door, browser, ticker):
            await unplug(browser)
            await until(door.take_complaint)
            again = Browser(BROWSERS_HZ)
            await again.call(door)
            await assert_both_hear(again, ticker)
            assert not door.is_closed
            await again.close()
            await until(lambda: door.is_closed)
            assert not door.is_lost

    run(work())


def test_another_connection_takes_over_while_the_first_still_speaks() -> None:
    async def work() -> None:
        async with called() as (door, browser, ticker):
            again = Browser(BROWSERS_HZ)
            await again.call(door)
            await until(lambda: browser.pc.connectionState == "closed")  # from here, once the new one was there
            await assert_both_hear(again, ticker)
            assert (door.is_closed, door.is_lost) == (False, False)
            await again.close()

    run(work())


def test_a_try_that_fails_leaves_the_call_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with called() as (door, browser, ticker):
            monkeypatch.setattr(door_module, "CONNECT_S", 0.1)
            other = Browser()
            await door.answer(await other.offer())
            await assert_both_hear(browser, ticker)
            assert not door.is_closed
            await other.close()

    run(work())


def test_a_storm_of_offers_leaves_two_ways_at_most() -> None:
    async def work() -> None:
        async with called() as (door, browser, ticker):
            others = [Browser() for _ in range(24)]
            offers = await asyncio.gather(*(other.offer() for other in others))
            said = await asyncio.gather(*(door.answer(offer) for offer in offers), return_exceptions=True)
            refused = [answer for answer in said if isinstance(answer, NotAcceptable)]
            assert len(refused) == 24 - door_module.MOST_OFFERS
            await until(lambda: len([task for task in vars(door)["_tasks"] if not task.done()]) <= 1)
            await assert_both_hear(browser, ticker)
            for other in others:
                await other.close()

    run(work())


def test_an_offer_with_the_same_credentials_changes_the_direction_alone() -> None:
    async def work() -> None:
        async with called() as (door, browser, ticker):
            offer = str(browser.pc.localDescription.sdp)
            first = str(browser.pc.remoteDescription.sdp)
            held = await door.answer(offer.replace("a=sendrecv", "a=sendonly"))
            assert door.is_held
            credentials = [line for line in first.splitlines() if line.startswith(("a=ice", "a=fingerprint:sha-256"))]
            assert all(line in held for line in credentials)
            await door.answer(offer)
            assert not door.is_held
            await assert_both_hear(browser, ticker)

    run(work())


def test_hanging_up_while_an_answer_is_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        browser, door = Browser(), WebRtcDoor()
        answering = asyncio.ensure_future(door.answer(await browser.offer()))
        await asyncio.sleep(0)
        door.hang_up()
        with pytest.raises(NotAcceptable, match="over"):
            await answering
        await door.gone()
        await browser.close()

    run(work())

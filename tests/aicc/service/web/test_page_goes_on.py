"""The page in real Chromium: networks, microphones and sockets come and go, and so does the page; the call stays."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from playwright.async_api import expect

from tests.aicc.service.web.fake_calls import until
from tests.aicc.service.web.talking_calls import BOTS_HZ
from tests.aicc.service.web.visiting import GREETING, final, house, run, visiting
from tests.servers.chromium import Chromium
from voicebot.events import BotStarted, CallEnded
from voicebot.link import Reoffer

pytestmark = pytest.mark.slow


@pytest.mark.load
def test_offline_for_ten_seconds(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0))
            await visitor.reads(GREETING)
            await visitor.page.context.set_offline(True)
            await visitor.state("lost")
            await expect(visitor.page.locator("#status")).to_have_text("연결이 끊겨 다시 잇고 있습니다…")
            await asyncio.sleep(10)
            visitor.say(call_id, final(1, "여보세요?"))
            await visitor.page.context.set_offline(False)
            await visitor.state("talking")
            visitor.say(call_id, BotStarted(1, "네, 말씀하세요.", 0))
            await visitor.reads(GREETING, "여보세요?", "네, 말씀하세요.")
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            assert visitor.calls.up == [call_id] and not visitor.door(call_id).is_closed

    run(work())


@pytest.mark.load
def test_packets_that_find_no_way_any_more(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            await visitor.note_states()
            visitor.calls.lose_packets(call_id)
            await visitor.sees("states.length > 1", within_s=30)
            assert (await visitor.page.evaluate("states"))[0] == "lost"
            await visitor.state("talking")
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            ticker = visitor.calls.tickers[call_id]
            ticker.heard.clear()
            await until(lambda: np.abs(ticker.sound).max(initial=0) > 1_000)
            assert [type(command) for command in visitor.calls.asked] == [Reoffer]

    run(work())


def test_a_call_that_ended_while_nobody_could_be_told(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            await visitor.page.context.set_offline(True)
            await visitor.state("lost")
            visitor.calls.end(call_id, CallEnded("service", "stopped", 1))
            visitor.door(call_id).hang_up()
            await visitor.page.context.set_offline(False)
            await visitor.state("idle")

    run(work())


def test_without_captions_the_end_is_seen_all_the_same(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.route_web_socket("**/captions*", lambda socket: socket.close())
            call_id = await visitor.call()
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            visitor.calls.end(call_id, CallEnded("bot", "done", 1))
            visitor.door(call_id).hang_up()
            await visitor.is_over("통화가 끝났습니다.")

    run(work())


def test_a_page_that_was_asleep(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0))
            await visitor.reads(GREETING)
            browser = await visitor.page.context.new_cdp_session(visitor.page)
            await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
            await asyncio.sleep(5)
            visitor.say(call_id, final(1, "여보세요?"))
            await browser.send("Page.setWebLifecycleState", {"state": "active"})
            await visitor.reads(GREETING, "여보세요?")
            await visitor.state("talking")
            assert not visitor.door(call_id).is_closed

    run(work())


@pytest.mark.parametrize("leaves", ["closes", "goes elsewhere"])
def test_a_page_that_is_left_hangs_up(chromium: Chromium, leaves: str) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            if leaves == "closes":
                await visitor.page.close(run_before_unload=True)
            else:
                await visitor.page.goto("about:blank")
            await until(lambda: visitor.calls.hung_up == [call_id] and visitor.door(call_id).is_closed)

    run(work())


DEVICES = """{
  const devices = navigator.mediaDevices;
  const kind = "audioinput";
  devices.enumerateDevices = async () => window.inputs.map((deviceId) => ({ kind, deviceId, groupId: "" }));
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    if (window.inputs.length === 0) throw new DOMException("Requested device not found", "NotFoundError");
    return (window.stream = await open(wanted));
  };
  window.inputs = ["built-in"];
  window.plug = (...inputs) => { window.inputs = inputs; devices.dispatchEvent(new Event("devicechange")); };
0}"""


def test_another_microphone_and_none(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            await page.evaluate(DEVICES)
            call_id = await visitor.call()
            ticker = visitor.calls.tickers[call_id]
            await page.evaluate("window.first = window.stream.getAudioTracks()[0]; 0")
            await page.evaluate("plug('built-in', 'headset')")
            await visitor.reads("바뀐 마이크로 통화를 이어 갑니다.")
            assert await page.evaluate("first.readyState") == "ended"
            ticker.heard.clear()
            await until(lambda: np.abs(ticker.sound).max(initial=0) > 1_000)

            await page.evaluate("stream.getAudioTracks()[0].stop(); plug()")
            await visitor.is_told("마이크가 끊겨 말씀이 들리지 않습니다.")
            await expect(page.locator("#mute")).to_be_hidden()
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)  # who is not heard hears all the same

            await page.evaluate("plug('headset')")
            await expect(page.locator("#problem")).to_be_hidden()
            await expect(page.locator("#mute")).to_be_visible()
            ticker.heard.clear()
            await until(lambda: np.abs(ticker.sound).max(initial=0) > 1_000)
            assert not visitor.calls.asked  # all of it over the one connection

    run(work())


def test_captions_go_on_when_their_socket_breaks(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            breaking = """{
              const Real = WebSocket;
              window.sockets = [];
              window.WebSocket = class extends Real {
                constructor(...all) { super(...all); window.sockets.push(this); }
              };
            0}"""
            await visitor.page.evaluate(breaking)
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0))
            await visitor.reads(GREETING)
            await visitor.page.evaluate("sockets[0].close(4000)")
            visitor.say(call_id, final(1, "여보세요?"))
            await visitor.reads(GREETING, "여보세요?")
            assert await visitor.page.evaluate("sockets.length") == 2

    run(work())

"""The page in real Chromium: why there is no call, and what a caller can do about it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.aicc.service.web.fake_calls import until
from tests.aicc.service.web.talking_calls import BOTS_HZ
from tests.aicc.service.web.visiting import house, run, visiting
from tests.servers.chromium import Chromium
from voicebot.link import Press, Refused

pytestmark = pytest.mark.slow


def test_a_microphone_refused_is_explained_and_done_without(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house(), "--deny-permission-prompts") as visitor:
            await visitor.page.click("#call")
            await visitor.is_told("마이크 사용이 허용되지 않았습니다.")
            await visitor.is_over("아직 연결되지 않았습니다.")
            await visitor.page.click("text=마이크 없이 통화하기")
            await visitor.state("talking")
            await until(lambda: visitor.calls.tickers)
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            await expect(visitor.page.locator("#problem")).to_be_hidden()
            await expect(visitor.page.locator("#mute")).to_be_hidden()
            await visitor.page.click("#keypad-toggle")
            await visitor.page.click("#keypad button:text-is('3')")
            await until(lambda: visitor.calls.asked == [Press(visitor.calls.up[0], "3")])

    run(work())


NO_MICROPHONE = [
    ("NotAllowedError", "Permission denied", "마이크 사용이 허용되지 않았습니다."),
    ("NotAllowedError", "Permission dismissed", "묻는 창이 닫혔습니다."),
    ("NotAllowedError", "Permission denied by system", "기기의 개인정보 보호 설정"),
    ("NotFoundError", "Requested device not found", "마이크를 찾지 못했습니다."),
    ("NotReadableError", "Could not start audio source", "다른 프로그램이 마이크를"),
    ("OverconstrainedError", "", "마이크를 열지 못했습니다."),
]


def test_why_there_is_no_microphone(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            for name, message, told in NO_MICROPHONE:
                fails = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException(%r, %r); };"
                await visitor.page.evaluate("{" + fails % (message, name) + "0}")
                await visitor.page.click("#call")
                await visitor.is_told(told)
                await expect(visitor.page.locator("#way")).to_have_text("마이크 없이 통화하기")
            assert not visitor.calls.offered

    run(work())


def test_hung_up_while_the_browser_asks(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.evaluate("""{
              const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
              navigator.mediaDevices.getUserMedia = async (wanted) => {
                await new Promise((allow) => (window.allow = allow));
                return (window.stream = await open(wanted));
              };
            0}""")
            await visitor.page.click("#call")
            await visitor.state("asking")
            await expect(visitor.page.locator("#status")).to_contain_text("마이크 사용을 허용해 주세요.")
            await visitor.page.click("#call")
            await visitor.is_over("버튼을 누르면 바로 연결됩니다.")
            await visitor.page.evaluate("allow()")
            await visitor.sees("window.stream?.getAudioTracks()[0].readyState === 'ended'")
            await visitor.state("idle")
            assert not visitor.calls.offered

    run(work())


NO_CALL = [
    (Refused("busy"), "모든 회선이 통화 중입니다."),
    (Refused("the service is going down"), "지금은 전화를 받을 수 없습니다."),
    (Refused("no Opus", is_description=True), "이 브라우저로는 통화할 수 없습니다."),
    (None, "너무 여러 번 거셨습니다."),
]


def test_a_service_that_takes_no_call(chromium: Chromium) -> None:
    async def work() -> None:
        of = house()
        async with visiting(chromium, of) as visitor:
            for refused, told in NO_CALL:
                of.lets_in = refused is not None
                of.calls.refused += [refused] if refused else []
                await visitor.page.click("#call")
                await visitor.is_told(told)
                await visitor.is_over("아직 연결되지 않았습니다.")
            of.lets_in = True
            await visitor.call()
            await expect(visitor.page.locator("#problem")).to_be_hidden()

    run(work())


def test_a_service_that_cannot_be_reached(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.context.set_offline(True)
            await visitor.page.click("#call")
            await visitor.is_told("인터넷 연결을 확인하고 다시 걸어 주세요.")

    run(work())


@pytest.mark.load
def test_a_network_that_lets_no_sound_through(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            visitor.calls.loses_packets = True
            await visitor.page.click("#call")
            await expect(visitor.page.locator("#problem")).to_contain_text("음성이 오가지 못합니다.", timeout=30_000)
            await until(lambda: visitor.calls.hung_up == list(visitor.calls.doors))

    run(work())


def test_a_browser_that_blocks_sound(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.evaluate("""{
              const play = HTMLMediaElement.prototype.play;
              HTMLMediaElement.prototype.play = async function () {
                HTMLMediaElement.prototype.play = play;
                throw new DOMException("play() failed", "NotAllowedError");
              };
            0}""")
            await visitor.call()
            await visitor.is_told("브라우저가 소리를 막아 두었습니다.")
            await visitor.page.click("text=소리 켜기")
            await expect(visitor.page.locator("#problem")).to_be_hidden()
            await visitor.sees("!document.getElementById('voice').paused")

    run(work())

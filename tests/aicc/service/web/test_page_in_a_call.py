"""The page in real Chromium: what a caller sees, hears and enters, and what comes of it at the service."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from playwright.async_api import Route, expect

from tests.aicc.service.web.fake_calls import until
from tests.aicc.service.web.talking_calls import BOTS_HZ
from tests.aicc.service.web.visiting import GREETING, final, house, partial, run, visiting
from tests.servers.chromium import Chromium
from tests.voicebot.doors.webrtc.browser import peak
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    Dtmf,
    HandoffRequested,
    RecordingPaused,
    RecordingResumed,
)
from voicebot.link import Press, Type

pytestmark = pytest.mark.slow


def test_one_press_and_both_hear_each_other(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await expect(visitor.page).to_have_title("누리상점 상담 전화")
            await expect(visitor.page.locator("button:visible")).to_have_text(["전화 걸기", "채팅으로 문의하기"])
            call_id = await visitor.call()
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            ticker = visitor.calls.tickers[call_id]
            ticker.heard.clear()
            await until(lambda: len(ticker.heard) > 100)  # the fake microphone beeps once a second
            assert np.abs(ticker.sound).max() > 1_000
            await visitor.page.click("#call")
            await visitor.is_over("통화를 마쳤습니다. 이용해 주셔서 고맙습니다.")
            await until(lambda: visitor.door(call_id).is_closed)
            assert visitor.calls.hung_up == [call_id]
            microphones = "[...document.querySelectorAll('audio')].every((audio) => audio.srcObject === null)"
            assert await visitor.page.evaluate(microphones)
            assert await visitor.call() != call_id

    run(work())


def test_what_both_say_is_shown(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0), BotFinished(0, GREETING), partial(1, "반품"))
            await visitor.reads(GREETING, "반품")
            await expect(visitor.page.locator("li.running")).to_have_count(1)
            visitor.say(
                call_id, partial(1, "반품하고 싶어요 어제"), final(1, "반품하고 싶어요."), final(1, "어제 샀어요.")
            )
            await visitor.reads(GREETING, "반품하고 싶어요. 어제 샀어요.")
            await expect(visitor.page.locator("li.running")).to_have_count(0)
            # nodding along comes to nothing
            visitor.say(call_id, partial(2, "네"), BotStarted(1, "주문 번호를 눌러 주세요. 끝나면 우물 정.", 0))
            lines = [GREETING, "반품하고 싶어요. 어제 샀어요.", "주문 번호를 눌러 주세요. 끝나면 우물 정."]
            await visitor.reads(*lines)
            visitor.say(call_id, BotInterrupted(1, lines[2], "주문 번호를 눌러 주세요."), Dtmf("1"), Dtmf("2"))
            await expect(visitor.page.locator(".unheard")).to_have_text("끝나면 우물 정.")
            await visitor.reads(*lines, "12")
            visitor.say(call_id, RecordingPaused(), Dtmf("*"), RecordingResumed(), HandoffRequested("asked", "", ""))
            aside = ["지금부터는 녹음하지 않습니다.", "*", "다시 녹음합니다.", "상담사에게 연결합니다."]
            await visitor.reads(*lines, "12", *aside)
            visitor.calls.end(call_id, CallEnded("bot", "done", 1))
            await visitor.is_over("통화가 끝났습니다. 이용해 주셔서 고맙습니다.")
            await visitor.reads(*lines, "12", *aside)  # to be read again at leisure

    run(work())


async def slow_first(route: Route) -> None:
    """The first key takes a longer way than those behind it."""
    if route.request.post_data_json == {"keys": "1"}:
        await asyncio.sleep(0.5)
    await route.continue_()


def test_keys_and_lines_arrive_in_their_order(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await visitor.call()
            await page.route("**/keys", slow_first)
            await page.click("#keypad-toggle")
            for key in "157*0#":
                await page.click(f"#keypad button:text-is('{key}')")
            await page.keyboard.press("9")  # of the computer's own
            await page.fill("#text", " 배송지를 바꾸고 싶어요 ")
            await page.press("#text", "Enter")
            await page.keyboard.type("4")  # belongs to the line
            await until(lambda: len(visitor.calls.asked) == 8)
            pressed = [Press(call_id, key) for key in "157*0#9"]
            assert visitor.calls.asked == [*pressed, Type(call_id, "배송지를 바꾸고 싶어요")]
            await expect(page.locator("#text")).to_have_value("4")
            await expect(page.locator(".aside")).to_have_count(0)

    run(work())


def test_a_line_that_does_not_arrive_is_given_back(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.call()
            await visitor.page.route("**/text", lambda route: route.abort())
            await visitor.page.fill("#text", "환불해 주세요")
            await visitor.page.press("#text", "Enter")
            await visitor.reads("보내지 못했습니다. 다시 눌러 주세요.")
            await expect(visitor.page.locator("#text")).to_have_value("환불해 주세요")

    run(work())


def test_muted_nothing_is_heard(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            ticker = visitor.calls.tickers[call_id]
            await visitor.page.click("#mute")
            await expect(visitor.page.locator("#mute")).to_have_attribute("aria-pressed", "true")
            ticker.heard.clear()
            await until(lambda: len(ticker.heard) > 150 and np.abs(ticker.sound[-32_000:]).max() < 50)
            await visitor.page.click("#mute")
            await until(lambda: peak(ticker.sound[-16_000:]) > 0.01)

    run(work())


def test_the_notice_of_the_bundled_recognizer(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house(synthetic_voices_only=True)) as visitor:
            await expect(visitor.page.locator("#notice")).to_contain_text("합성 음성만 알아듣습니다")
            await visitor.call()
            await expect(visitor.page.locator("#keypad")).to_be_visible()
            await expect(visitor.page.locator("#writing")).to_be_visible()

    run(work())


def test_without_the_notice_the_keypad_is_shown_when_wanted(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await expect(visitor.page.locator("#notice")).to_be_hidden()
            await visitor.call()
            await expect(visitor.page.locator("#keypad")).to_be_hidden()
            await visitor.page.click("#keypad-toggle")
            await expect(visitor.page.locator("#keypad button")).to_have_count(12)
            await expect(visitor.page.get_by_role("button", name="우물 정")).to_be_visible()

    run(work())

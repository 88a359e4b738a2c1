"""A page of the product in real Chromium: the routes as they are served, and behind them calls with real doors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.aicc.service.web.fake_calls import House, serving, until
from tests.aicc.service.web.talking_calls import TalkingCalls
from tests.servers.chromium import Chromium
from voicebot.doors.webrtc.door import WebRtcDoor
from voicebot.events import Event, TranscriptFinal, TranscriptPartial

GREETING = "누리상점입니다. 무엇을 도와드릴까요?"
HEARD = """
async () => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(document.getElementById("voice").srcObject).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  for (let tries = 0; tries < 100; tries += 1) {
    await new Promise((done) => setTimeout(done, 50));
    analyser.getFloatFrequencyData(bins);
    if (Math.max(...bins) > -40) break;
  }
  const loudest = bins.indexOf(Math.max(...bins));
  return (loudest * context.sampleRate) / analyser.fftSize;
}
"""


expect.set_options(timeout=20_000)  # on a machine that is busy


def house(**chosen: Any) -> House:
    """With calls that have real doors."""
    return House(TalkingCalls(), **chosen)


def partial(turn: int, text: str) -> TranscriptPartial:
    return TranscriptPartial("caller", turn, text, text, 0)


def final(turn: int, text: str) -> TranscriptFinal:
    return TranscriptFinal("caller", turn, text, text, (), "test")


def run(work: Coroutine[Any, Any, None], limit_s: float = 90) -> None:
    asyncio.run(asyncio.wait_for(work, limit_s))


class Visitor:
    """Who looks at the page. ``complaints`` are what the browser has to say against it."""

    def __init__(self, page: Page, calls: TalkingCalls) -> None:
        self.page, self.calls = page, calls
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        # an answer from 400 on is noted by Chromium itself, as is a network that is away
        if message.type == "error" and "Failed to load resource" not in message.text and "net::" not in message.text:
            self.complaints.append(message.text)

    async def call(self) -> str:
        """Presses the button; the call's id, when both sides are connected."""
        await self.page.click("#call")
        await self.state("talking")
        await until(lambda: self.calls.up and self.calls.up[-1] in self.calls.tickers)
        return self.calls.up[-1]

    async def state(self, state: str) -> None:
        await expect(self.page.locator("#phone")).to_have_attribute("data-state", state, timeout=30_000)

    async def note_states(self) -> None:
        """From now on all states of the page are in its ``states``, those included that last for a moment."""
        await self.page.evaluate("""{
          window.states = [];
          const phone = document.getElementById("phone");
          const note = () => window.states.push(phone.dataset.state);
          new MutationObserver(note).observe(phone, { attributes: true, attributeFilter: ["data-state"] });
        0}""")

    async def reads(self, *lines: str) -> None:
        await expect(self.page.locator("#captions li")).to_have_text(list(lines))

    async def is_told(self, text: str) -> None:
        await expect(self.page.locator("#problem")).to_contain_text(text)

    async def is_over(self, text: str) -> None:
        await self.state("idle")
        await expect(self.page.locator("#status")).to_have_text(text)

    async def sees(self, condition: str, within_s: float = 10) -> None:
        """Of the page's own JavaScript; the page's policy lets no ``wait_for_function`` be."""
        async with asyncio.timeout(within_s):
            while not await self.page.evaluate(condition):
                await asyncio.sleep(0.02)

    async def heard_hz(self) -> float:
        return float(await self.page.evaluate(HEARD))

    def door(self, call_id: str) -> WebRtcDoor:
        return self.calls.doors[call_id]

    def say(self, call_id: str, *events: Event) -> None:
        self.calls.say(call_id, *events)


@contextlib.asynccontextmanager
async def serving_house(house: House) -> AsyncIterator[str]:
    """``HOST:PORT``; the doors of calls are closed behind."""
    assert isinstance(house.calls, TalkingCalls)
    house.calls.left = house.web_calls.left
    async with serving(house.app()) as place:
        try:
            yield place
        finally:
            await house.calls.close()


@contextlib.asynccontextmanager
async def opened(browser: Browser, house: House, place: str, path: str = "/call") -> AsyncIterator[Visitor]:
    """The page is there and its button can be pressed; in the end nothing has been complained of."""
    assert isinstance(house.calls, TalkingCalls)
    context = await browser.new_context()
    visitor = Visitor(await context.new_page(), house.calls)
    await visitor.page.goto(f"http://{place}{path}")
    await visitor.page.locator("#call:enabled").wait_for()
    yield visitor
    await context.close()
    assert not visitor.complaints


@contextlib.asynccontextmanager
async def visiting(chromium: Chromium, house: House, *options: str) -> AsyncIterator[Visitor]:
    async with (
        serving_house(house) as place,
        chromium.started(None, *options) as browser,
        opened(browser, house, place) as visitor,
    ):
        yield visitor

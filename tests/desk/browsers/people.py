"""What callers and those at the desk do in their browsers, and what they see and hear there."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import Self

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, Response, expect

CALL_BEGINS_MS = 30_000
HEARS_WITHIN_S = 20.0
LOUD, SILENT = 0.01, 0.002  # RMS of full scale: speech, and what a codec makes of silence

# All connections of a page, for what they hear; it is the page's own world, which no policy of the page keeps out.
CONNECTIONS = """
window.connections = [];
const Plain = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(...given) { super(...given); window.connections.push(this); }
};
"""
# As the statistics of WebRTC have it: the energy of all that was played, and for how long.
HEARD = """async () => {
  let energy = 0, seconds = 0;
  for (const one of window.connections) {
    if (one.connectionState === "closed") continue;
    for (const report of (await one.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      energy += report.totalAudioEnergy ?? 0;
      seconds += report.totalSamplesDuration ?? 0;
    }
  }
  return [energy, seconds];
}"""


class Somebody:
    """``complaints`` are what the browser has to say against the page, and dialogs that nobody has asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        page.on("dialog", self._dismiss)

    @classmethod
    async def at(cls, context: BrowserContext, *given: str) -> Self:
        await context.add_init_script(CONNECTIONS)
        return cls(await context.new_page(), *given)

    async def level(self, for_s: float = 0.5) -> float:
        """The RMS of what is heard, of full scale, over that long of sound; nothing heard at all is 0."""
        energy, seconds = await self.page.evaluate(HEARD)
        for _ in range(40):
            await asyncio.sleep(for_s / 5)
            more, later = await self.page.evaluate(HEARD)
            if later - seconds >= for_s:
                return float(((more - energy) / (later - seconds)) ** 0.5)
        return 0.0

    async def hears(self) -> None:
        """Somebody speaks."""
        await self._level_becomes(lambda level: level > LOUD, 0.5)

    async def hears_nothing(self) -> None:
        """For as long as any sentence's pauses."""
        await self._level_becomes(lambda level: level < SILENT, 1.8)

    async def _level_becomes(self, is_it: Callable[[float], bool], for_s: float) -> None:
        levels: list[float] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARS_WITHIN_S + for_s):
                while not levels or not is_it(levels[-1]):
                    levels.append(await self.level(for_s))
                return
        raise AssertionError(f"heard otherwise: {levels}")

    def forgives(self, *words: str) -> None:
        """Of what was complained of so far, all that has one of these: a test has asked for it."""
        self.complaints = [one for one in self.complaints if not any(word in one for word in words)]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    async def _dismiss(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.complaints.append(f"{dialog.type}: {dialog.message}")
        await dialog.accept()


class Caller(Somebody):
    call_id = ""

    async def open(self) -> None:
        self.page.on("response", self._look)
        await self.page.goto("/call")
        await self.page.locator("#call:enabled").wait_for()

    async def call(self) -> str:
        """By voice, muted at first; the call's id."""
        await self.page.click("#call")
        await self.state("talking")
        await self.page.click("#mute")
        return await self._known()

    async def chat(self) -> str:
        await self.page.click("#chat")
        await self.state("talking")
        return await self._known()

    async def speak(self) -> None:
        await self.page.click("#mute")

    async def write(self, text: str) -> None:
        await self.page.fill("#text", text)
        await self.page.press("#text", "Enter")

    async def wants_a_person(self) -> None:
        """When the bot has begun to say something."""
        await expect(self.captions.first).to_be_visible()
        await self.write("상담원 연결해 주세요")

    async def hang_up(self) -> None:
        await self.page.click("#call")

    async def state(self, state: str) -> None:
        phone = self.page.locator("#phone")
        await expect(phone).to_have_attribute("data-state", state, timeout=CALL_BEGINS_MS)

    @property
    def captions(self) -> Locator:
        return self.page.locator("#captions li")

    async def _known(self) -> str:
        async with asyncio.timeout(10):
            while not self.call_id:
                await asyncio.sleep(0.01)
        return self.call_id

    async def _look(self, response: Response) -> None:
        if response.request.method == "POST" and re.search(r"/call/(calls|chats)$", response.url):
            self.call_id = (await response.json())["call_id"]


class AtPanel(Somebody):
    """One person's panel."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page)
        self.name = name

    async def open(self, path: str = "/desk/") -> None:
        await self.page.goto(path)

    async def log_in(self, name: str, password: str) -> None:
        await self.page.get_by_label("아이디").fill(name)
        await self.page.get_by_label("비밀번호").fill(password)
        await self.page.get_by_role("button", name="로그인", exact=True).click()

    async def is_in(self) -> None:
        await expect(self.page.locator(".topbar")).to_be_visible()

    async def type_in(self, name: str, password: str) -> None:
        """Signs in without a mouse: the first field has the focus."""
        await expect(self.page.get_by_label("아이디")).to_be_focused()
        for text, key in ((name, "Tab"), (password, "Enter")):
            await self.page.keyboard.type(text)
            await self.page.keyboard.press(key)
        await expect(self.page.locator(".topbar")).to_be_visible()

    async def tab_to(self, text: str) -> None:
        """Until the button or link that has the focus reads so."""
        focused = self.page.locator(":is(a, button):focus")
        for _ in range(60):
            await self.page.keyboard.press("Tab")
            if await focused.count() and text in (await focused.text_content() or ""):
                return
        raise AssertionError(f"the key Tab does not lead to {text}")

    async def ready(self) -> None:
        await self.page.locator(".state").get_by_text("대기", exact=True).click()
        await expect(self.page.locator(".state-clock .dot.ready")).to_be_visible()

    async def is_in_state(self, state: str) -> None:
        await expect(self.page.locator(f".state-clock .dot.{state}")).to_be_visible()

    @property
    def offer(self) -> Locator:
        return self.page.get_by_role("alertdialog")

    async def accept(self) -> None:
        await self.press("받기", within=self.offer)
        await expect(self.page.locator(".call")).to_be_visible()

    async def press(self, name: str, *, within: Locator | None = None, exact: bool = False) -> None:
        await (within or self.page).get_by_role("button", name=name, exact=exact).first.click()

    async def phase(self, phase: str) -> None:
        """As the head of the call that is looked at says it: 통화 중, 보류 …"""
        await expect(self.page.locator(".call-head .badge").first).to_have_text(phase)

    def lines(self, kind: str = "") -> Locator:
        return self.page.locator(f".transcript .line{'.' + kind if kind else ''} .line-text")

    def remarks(self) -> Locator:
        return self.page.locator(".transcript .remark")

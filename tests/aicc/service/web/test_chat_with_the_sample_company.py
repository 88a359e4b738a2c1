"""The page in real Chromium before the service itself: its processes, its models, the sample company's flows."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.aicc.service.real_service import RealService, serving, until
from tests.aicc.service.web.visiting import run
from tests.servers.chromium import Chromium
from voicebot.events import BotStarted, CallEnded, CallStarted, TranscriptFinal

pytestmark = pytest.mark.slow

SIZES = {"narrow": ViewportSize(width=360, height=640), "wide": ViewportSize(width=1280, height=800)}


async def ask(page: Page, text: str, answered: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")
    await expect(page.locator("#captions .bot", has_text=answered)).to_have_count(1)


def chats(service: RealService) -> list[str]:
    return sorted(folder.name for folder in (service.data / "calls").iterdir())


def test_a_question_about_delivery_is_answered(chromium: Chromium, tmp_path: Path) -> None:
    async def work(service: RealService) -> None:
        async with chromium.started() as browser:
            for name, size in SIZES.items():
                page = await browser.new_page(viewport=size)
                complaints: list[str] = []
                page.on("pageerror", lambda error, to=complaints: to.append(str(error)))
                await page.goto(f"{service.address}/call")
                await page.locator("#chat:enabled").click()
                await expect(page.locator("#captions .bot").first).to_contain_text("누리홈쇼핑")
                await ask(page, "토요일에도 택배가 와요?", "토요일에는 배송하고, 일요일과 공휴일에는 쉽니다.")
                await page.reload()
                await expect(page.locator("#captions .caller")).to_have_text(["토요일에도 택배가 와요?"])
                await ask(page, "오늘출발은 몇 시까지 주문해요?", "오후 2시까지")
                await page.screenshot(path=tmp_path / f"{name}.png")
                await page.click("#call")
                await expect(page.locator("#status")).to_contain_text("채팅을 마쳤습니다.")
                call_id = chats(service)[-1]
                await until(lambda call_id=call_id: _has_ended(service, call_id))  # type: ignore[misc]
                check(service, call_id)
                assert not complaints
                await page.close()

    with serving(tmp_path / "data", MEDIA_PROCESSES="1") as service:
        run(work(service), 180)


def _has_ended(service: RealService, call_id: str) -> bool:
    return any(isinstance(logged.event, CallEnded) for logged in service.journal(call_id))


def check(service: RealService, call_id: str) -> None:
    """What is kept of a chat, and what the store knows of it."""
    events = [logged.event for logged in service.journal(call_id)]
    assert isinstance(events[0], CallStarted) and events[0].door == "chat"
    typed = [event for event in events if isinstance(event, TranscriptFinal)]
    assert [event.engine for event in typed] == ["typed", "typed"]
    assert any(isinstance(event, BotStarted) and "2시" in event.text for event in events)
    ended = next(event for event in events if isinstance(event, CallEnded))
    assert (ended.by, ended.reason, ended.recording) == ("caller", "hung_up", None)
    assert not list(service.folder(call_id).glob("recording*"))
    told = service.get(f"/api/calls/{call_id}").json()
    assert told["door"] == "chat"

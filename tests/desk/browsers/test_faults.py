"""What goes wrong at the agent's: browsers that close, sleep, have no microphone or no network, sessions that end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.desk.browsers.house import PASSWORD, House, Run
from tests.desk.browsers.looks import looks_well
from tests.desk.browsers.people import AtPanel, Caller
from tests.servers.chromium import Chromium

pytestmark = pytest.mark.slow

OFFLINE_S = 10.0
ASLEEP_S = 6.0


async def talking(agent: AtPanel, caller: Caller) -> str:
    await agent.ready()
    call_id = await caller.call()
    await caller.wants_a_person()
    await agent.accept()
    await agent.phase("통화 중")
    await caller.speak()
    await caller.hears()
    return call_id


async def said(house: House, call_id: str, side: str) -> list[str]:
    finals = await house.events(call_id, "transcript_final")
    return [one["written"] for one in finals if one["side"] == side]


async def shows_all(house: House, agent: AtPanel, call_id: str) -> None:
    """What the log has of both sides stands in the panel, in its order, once each."""
    for side in ("caller", "agent"):
        lines = agent.page.locator(f".line.{side} .line-text:not([data-open])")
        async with asyncio.timeout(20):
            while True:
                before = await said(house, call_id, side)
                shown = await lines.all_inner_texts()
                if before and shown == await said(house, call_id, side) == before:
                    break
                await asyncio.sleep(0.2)


@pytest.mark.load
def test_a_browser_that_is_loaded_anew_goes_on_and_a_closed_one_leaves_the_caller_to_the_next(
    house: House, run: Run
) -> None:
    async def work() -> None:
        async with (
            house.at_panel("jo", shown="조상담") as jo,
            house.at_panel("seo", shown="서상담") as seo,
            house.caller() as caller,
        ):
            call_id = await talking(jo, caller)
            await jo.page.reload()
            await jo.phase("통화 중")
            await asyncio.gather(jo.hears(), caller.hears())
            await shows_all(house, jo, call_id)
            await seo.ready()
            await jo.page.goto("about:blank")  # as when it is closed
            await seo.accept()
            await seo.phase("통화 중")
            await asyncio.gather(seo.hears(), caller.hears())
            left = await house.events(call_id, "agent_left")
            assert [(one["agent"], one["reason"]) for one in left] == [("jo", "lost")]
            await caller.hang_up()
            await seo.is_in_state("wrapping")

    run(work())


@pytest.mark.load
def test_ten_seconds_without_a_network_and_a_page_asleep(house: House, run: Run) -> None:
    async def work() -> None:
        async with house.at_panel("im", shown="임상담") as im, house.caller() as caller:
            call_id = await talking(im, caller)
            await im.page.context.set_offline(True)
            lost = im.page.get_by_text("연결이 끊겼어요. 다시 연결하는 중…")
            await expect(lost).to_be_visible()
            await looks_well(im.page)
            there = len(await said(house, call_id, "caller"))
            await asyncio.sleep(OFFLINE_S)
            assert len(await said(house, call_id, "caller")) > there
            im.forgives("net::", "WebSocket")
            await im.page.context.set_offline(False)
            await expect(lost).to_be_hidden()
            await shows_all(house, im, call_id)

            browser = await im.page.context.new_cdp_session(im.page)
            await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
            await asyncio.sleep(ASLEEP_S)
            await browser.send("Page.setWebLifecycleState", {"state": "active"})
            await shows_all(house, im, call_id)
            await asyncio.gather(im.hears(), caller.hears())
            await im.phase("통화 중")
            await im.press("끊기")
            await caller.state("idle")

    run(work())


@pytest.mark.load
def test_without_a_microphone_the_agent_is_told_and_hears(
    house: House, run: Run, chromium: Chromium, tmp_path: Path
) -> None:
    async def work() -> None:
        async with (
            chromium.started(None, "--deny-permission-prompts") as refusing,
            house.at_panel("jung", browser=refusing, shown="정상담") as jung,
            house.caller() as caller,
        ):
            await jung.ready()
            await caller.call()
            await caller.wants_a_person()
            await expect(jung.offer).to_contain_text("마이크 없이 받으면")
            await looks_well(jung.page)
            await jung.accept()
            await caller.speak()
            await jung.hears()
            await expect(jung.page.locator(".softphone")).to_contain_text("마이크 사용이 막혀 있어요.")
            await looks_well(jung.page)
            await jung.phase("통화 중")
            await jung.press("끊기")
            await jung.is_in_state("wrapping")

    run(work())


@pytest.mark.load
def test_a_session_that_ends_leads_to_the_login_and_back_to_where_one_was(house: House, run: Run) -> None:
    async def work() -> None:
        async with house.signing_in("head", role="supervisor", shown="오관리", path="/desk/wall") as head:
            await looks_well(head.page, "login")
            await head.log_in("head", "not the password")
            await expect(head.page.get_by_role("alert")).to_contain_text("맞지 않아요")
            head.forgives("401")
            await looks_well(head.page)
            await head.log_in("head", PASSWORD)
            await expect(head.page.locator(".wall")).to_be_visible()
            other = await head.page.context.new_page()
            await other.goto("/desk/")
            await other.get_by_role("button", name="오관리").click()
            await other.get_by_role("button", name="로그아웃").click()
            await expect(other.get_by_label("아이디")).to_be_visible()
            await expect(head.page.get_by_text("로그인이 끝났어요.")).to_be_visible()
            await looks_well(head.page)
            await head.log_in("head", PASSWORD)
            await expect(head.page.locator(".wall")).to_be_visible()

    run(work())

"""A call from its first to its last: the caller asks for a person, who answers, passes it on, and writes it up."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.desk.browsers.house import PASSWORD, House, Run
from tests.desk.browsers.looks import looks_well

pytestmark = pytest.mark.slow

CODE = ".wrap-up select"


def test_from_the_bot_to_two_agents_and_the_note(house: House, run: Run) -> None:
    async def work() -> None:
        async with (
            house.at_panel("kim", shown="김상담") as kim,
            house.at_panel("lee", shown="이상담") as lee,
            house.caller() as caller,
        ):
            await looks_well(kim.page)
            await kim.ready()
            call_id = await caller.call()
            await caller.wants_a_person()
            await expect(kim.offer).to_contain_text("상담원 연결해 주세요")
            await kim.accept()
            await kim.phase("통화 중")
            await kim.is_in_state("talking")

            await caller.speak()
            await asyncio.gather(caller.hears(), kim.hears())
            growing = kim.page.locator(".line.caller .line-text[data-open]")
            async with asyncio.timeout(30):
                line = await growing.first.element_handle()
                assert line is not None
                while await line.evaluate("(line) => line.dataset.open"):  # the same element, settled where it was
                    await asyncio.sleep(0.05)
            assert await line.evaluate("(line) => line.isConnected")
            await expect(kim.lines("caller").filter(has_text="냉장고").last).to_be_visible()
            await expect(kim.lines("agent").first).to_be_visible()
            await expect(caller.captions.filter(has_text="본인 확인을 위해").first).to_be_attached()

            await kim.page.keyboard.press("Alt+1")
            await expect(kim.page.locator(".reply-ready")).to_be_visible()
            async with asyncio.timeout(10):
                while not await house.events(call_id, "suggestion_used"):
                    await asyncio.sleep(0.1)
            await looks_well(kim.page, "panel")

            await kim.press("보류")
            await kim.phase("보류")
            await kim.hears_nothing()
            await kim.press("보류")
            await kim.phase("통화 중")
            await kim.hears()

            await lee.ready()
            await kim.press("호 전환")
            await looks_well(kim.page)
            await kim.press("먼저 협의: 이상담")
            await expect(lee.offer).to_contain_text("협의")
            await lee.accept()
            await kim.phase("협의 중")
            await looks_well(lee.page)
            await asyncio.gather(kim.hears(), lee.hears())
            await kim.press("3자 통화")
            await kim.phase("통화 중")
            await kim.press("넘기기")
            await lee.phase("통화 중")
            await kim.is_in_state("wrapping")
            await asyncio.gather(caller.hears(), lee.hears())
            assert await lee.lines("caller").count() >= 2  # what was said before has come along

            await lee.press("끊기")
            await caller.state("idle")
            await lee.is_in_state("wrapping")
            suggested = lee.page.locator(CODE).first
            await expect(suggested).not_to_have_value("")
            await looks_well(lee.page, "wrap-up")
            code = await suggested.input_value()
            await lee.page.get_by_label("상담 내용").fill("냉장고 배송일을 물으심.")
            await lee.press("저장하고 마치기")
            await lee.is_in_state("ready")
            versions = (await house.get(f"/api/calls/{call_id}/wrapup/versions"))["versions"]
            assert [one["edited_by"] for one in versions] == ["", "lee"]
            assert versions[-1]["code"] == code == versions[0]["suggested_code"]
            assert versions[-1]["summary"]["issue"] == "냉장고 배송일을 물으심."
            await kim.press("노트 없이 마치기")
            await kim.is_in_state("ready")

            joined = await house.events(call_id, "agent_joined", "agent_left", "transferred")
            assert [(one["type"], one["agent"]) for one in joined if one["type"] != "transferred"] == [
                ("agent_joined", "kim"),
                ("agent_joined", "lee"),
                ("agent_joined", "lee"),
                ("agent_left", "kim"),
                ("agent_joined", "lee"),
            ]

    run(work())


@pytest.mark.load
def test_the_keyboard_is_enough(house: House, run: Run) -> None:
    async def work() -> None:
        async with house.signing_in("park", shown="박상담") as park, house.caller() as caller:
            press = park.page.keyboard.press
            await park.type_in("park", PASSWORD)
            await press("Alt+q")
            await park.is_in_state("ready")
            await caller.call()
            await caller.wants_a_person()
            await expect(park.offer.get_by_role("button", name="받기")).to_be_focused()
            await looks_well(park.page, "offer")
            await press("Enter")
            await park.phase("통화 중")
            await caller.hears()
            await press("Alt+h")
            await park.phase("보류")
            await press("Alt+h")
            await park.phase("통화 중")
            await press("Alt+m")
            await caller.hears_nothing()
            await press("Alt+t")
            await expect(park.page.get_by_role("dialog")).to_be_visible()
            await press("Escape")
            await expect(park.page.get_by_role("dialog")).to_be_hidden()
            await press("Alt+k")
            await looks_well(park.page)
            await press("Alt+e")
            await park.is_in_state("wrapping")
            await expect(park.page.locator(CODE).first).not_to_have_value("")
            await press("Alt+s")
            await park.is_in_state("ready")
            await press("?")
            await expect(park.page.get_by_role("dialog")).to_contain_text("단축키")
            await looks_well(park.page)
            await press("Escape")
            await park.tab_to("박상담")
            await press("Enter")
            await looks_well(park.page)
            await park.tab_to("로그아웃")
            await press("Enter")
            await expect(park.page.get_by_label("아이디")).to_be_focused()

    run(work())

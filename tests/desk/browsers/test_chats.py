"""A text chat that comes to an agent, and what agents send into the caller's page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.browsers.house import House, Run
from tests.desk.browsers.looks import looks_well

pytestmark = pytest.mark.slow

EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def test_a_chat_with_a_form_and_a_page(house: House, run: Run) -> None:
    async def work() -> None:
        async with house.at_panel("choi", shown="최상담") as choi, house.caller() as caller:
            await choi.ready()
            await caller.chat()
            await caller.wants_a_person()
            await choi.accept()
            await caller.write("주문한 냉장고가 아직도 안 왔는데 언제 배송되나요")
            await expect(choi.lines("caller").last).to_have_text("주문한 냉장고가 아직도 안 왔는데 언제 배송되나요")
            await choi.press("쓰기:")
            box = choi.page.get_by_label("메시지 쓰기")
            await expect(box).not_to_have_value("")
            await box.fill("이틀이면 도착해요.")
            await choi.page.keyboard.press("Enter")
            await expect(caller.captions.last).to_have_text("이틀이면 도착해요.")
            await expect(box).to_have_value("")

            await choi.press("화면 보내기")
            await choi.page.get_by_label("미리 만든 것").select_option("연락처 확인")
            await looks_well(choi.page)
            await choi.press("보내기", within=choi.page.get_by_role("dialog"), exact=True)
            await caller.page.get_by_label("성함").fill("김누리")
            await looks_well(caller.page, "caller")
            await caller.page.keyboard.press("Enter")
            await expect(choi.remarks().filter(has_text="김누리")).to_be_visible()
            await expect(choi.page.locator(".call-aside")).to_contain_text("김누리")

            await choi.press("화면 보내기")
            dialog = choi.page.get_by_role("dialog")
            await dialog.get_by_text("웹 페이지").click()
            await dialog.get_by_label("제목").fill("배송 조회")
            await dialog.get_by_label("주소").fill("javascript:alert(3)")
            await choi.press("보내기", within=dialog, exact=True)
            await expect(dialog).to_contain_text("https://")
            await dialog.get_by_label("주소").fill(f"{house.address}/call")
            await choi.press("보내기", within=dialog, exact=True)
            link = caller.page.locator(".card a").first
            await expect(link).to_have_attribute("href", f"{house.address}/call")
            await looks_well(choi.page, "chat")

            await choi.press("끊기")
            await caller.state("idle")
            await choi.is_in_state("wrapping")

    run(work())


def test_what_callers_write_stays_text(house: House, run: Run) -> None:
    async def work() -> None:
        async with (
            house.at_panel("min", shown=EVIL[:60]) as agent,
            house.at_panel("chief", role="supervisor", shown="한관리") as chief,
            house.caller() as caller,
        ):
            await agent.ready()
            await caller.chat()
            await caller.wants_a_person()
            await agent.accept()
            await caller.write(EVIL)
            await expect(agent.lines("caller").last).to_have_text(EVIL)
            await agent.press("화면 보내기")
            dialog = agent.page.get_by_role("dialog")
            await dialog.get_by_label("제목").fill(EVIL)
            await dialog.get_by_label("입력 칸").fill(EVIL)
            await agent.press("보내기", within=dialog, exact=True)
            await caller.page.locator(".card input").fill(EVIL)
            await caller.page.keyboard.press("Enter")
            await expect(agent.remarks().filter(has_text=EVIL).last).to_be_visible()
            await chief.page.get_by_role("link", name="현황판").click()
            await chief.page.locator(".wall-customer").last.click()
            await expect(chief.page.locator(".wall-lines")).to_contain_text(EVIL)
            await agent.press("끊기")
            await agent.is_in_state("wrapping")
            await agent.page.get_by_label("상담 내용").fill(EVIL)
            await agent.press("저장하고 마치기")
            await agent.is_in_state("ready")
            await chief.page.get_by_role("link", name="통화 기록").click()
            await chief.page.locator(".call-link").first.click()
            await expect(chief.page.locator(".one-side")).to_contain_text(EVIL)
            await expect(chief.page.locator(".script")).to_contain_text(EVIL)
            for page in (agent.page, chief.page, caller.page):
                await expect(page.locator("img[src=x]")).to_have_count(0)
        await house.gone("min")

    run(work())  # dialogs would be complaints

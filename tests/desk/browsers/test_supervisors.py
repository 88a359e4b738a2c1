"""What supervisors do beside a call and after it, and the administrators' page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.browsers.house import House, Run
from tests.desk.browsers.looks import looks_well

pytestmark = pytest.mark.slow


@pytest.mark.load
def test_beside_a_call_in_it_and_after_it(house: House, run: Run) -> None:
    async def work() -> None:
        async with (
            house.at_panel("kang", shown="강상담") as kang,
            house.at_panel("boss", role="supervisor", shown="박관리", path="/desk/wall") as boss,
            house.caller() as caller,
        ):
            await looks_well(boss.page)
            await kang.ready()
            await caller.call()
            await caller.wants_a_person()
            row = boss.page.locator(".wall-calls tbody tr")
            await kang.accept()
            await expect(row).to_contain_text("통화 중")
            await expect(row).to_contain_text("강상담")
            await caller.speak()
            await row.locator(".wall-customer").click()
            await expect(boss.page.locator(".wall-lines")).to_contain_text("냉장고")

            await boss.press("듣기", within=row)
            await boss.hears()
            await looks_well(boss.page, "wall")
            await kang.page.keyboard.press("Alt+m")
            await caller.hears_nothing()  # of a listener
            await caller.page.click("#mute")
            await kang.hears_nothing()
            await boss.press("귓속말", within=row)
            await kang.hears()
            await caller.hears_nothing()  # nor of who whispers

            await boss.press("가로채기", within=row)
            await boss.press("가로채기", within=boss.page.get_by_role("dialog"))
            await caller.hears()
            await kang.is_in_state("wrapping")
            await boss.page.get_by_role("link", name="상담", exact=True).click()
            await boss.phase("통화 중")
            await caller.hang_up()
            await boss.is_in_state("wrapping")
            await boss.press("노트 없이 마치기")

            await boss.page.get_by_role("link", name="통화 기록").click()
            await boss.page.get_by_label("대화 내용 검색").fill("냉장고")
            found = boss.page.locator(".call-link")
            await expect(found.locator("mark").first).to_have_text("냉장고")
            await found.first.click()
            await expect(boss.page.locator(".wave-frame")).to_be_visible()
            line = boss.page.locator(".script li").filter(has_text="냉장고").first
            await line.get_by_role("button").click()
            await expect(line).to_have_attribute("aria-current", "true")
            sound = boss.page.locator("audio")
            assert float(await sound.evaluate("(sound) => sound.currentTime")) > 1
            await boss.press("잠깐 멈춤")
            assert await sound.evaluate("(sound) => sound.paused")
            await looks_well(boss.page, "recorded")

    run(work())


@pytest.mark.load
def test_the_page_of_people_is_for_administrators(house: House, run: Run) -> None:
    async def work() -> None:
        async with house.at_panel("root", role="admin", shown="운영자", path="/desk/people") as admin:
            await looks_well(admin.page, "people")
            await admin.press("구성원 추가")
            dialog = admin.page.get_by_role("dialog")
            await dialog.get_by_label("아이디").fill("new.person")
            await dialog.get_by_label("이름", exact=True).fill("신입 상담사")
            await dialog.get_by_label("담당").fill("일반, 배송")
            await looks_well(admin.page)
            await admin.press("저장", within=dialog)
            await expect(admin.page.locator(".made-password code")).not_to_be_empty()
            await admin.press("닫기", within=admin.page.get_by_role("dialog"))
            await expect(admin.page.locator("tbody")).to_contain_text("신입 상담사")
            await admin.page.get_by_text("활동 기록").click()
            await expect(admin.page.locator("tbody")).to_contain_text("구성원 추가")
            await looks_well(admin.page)
        async with house.at_panel("ahn", path="/desk/people") as ahn:
            await expect(ahn.page.locator("main")).to_contain_text("권한이 없어요")
            await expect(ahn.page.get_by_role("link", name="구성원")).to_have_count(0)

    run(work())

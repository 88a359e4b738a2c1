"""The call button in real Chromium: on a company's own site, and on others."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.responses import Response
from playwright.async_api import expect

from tests.aicc.service.web.fake_calls import serving, until
from tests.aicc.service.web.talking_calls import BOTS_HZ
from tests.aicc.service.web.visiting import HEARD, house, opened, run, serving_house
from tests.servers.chromium import Chromium

pytestmark = pytest.mark.slow


SITE = """<!doctype html><meta charset="utf-8"><title>누리상점</title>
<meta http-equiv="content-security-policy" content="style-src 'none'; script-src http://%s">
<h1>누리상점</h1><aicc-call called="15880000">상담 전화</aicc-call>
<script src="http://%s/call/files/button.js"></script><script src="http://%s/call/files/button.js"></script>"""


def site(voicebot: list[str]) -> FastAPI:
    """Another origin, since on another port; ``voicebot`` has its one place when the page is read."""
    app = FastAPI()

    @app.get("/")
    async def page() -> Response:
        return Response(SITE.replace("%s", voicebot[0]), media_type="text/html; charset=utf-8")

    return app


def test_the_call_button_on_another_site(chromium: Chromium) -> None:
    async def work() -> None:
        voicebot: list[str] = []
        async with serving(site(voicebot)) as elsewhere, chromium.started() as browser:
            of = house(origins=(f"http://{elsewhere}",))
            async with serving_house(of) as place, opened(browser, of, place) as visitor:
                voicebot.append(place)
                page = visitor.page
                await page.goto(f"http://{elsewhere}/")
                await page.click("aicc-call >> button")
                framed = page.frame_locator("aicc-call >> iframe")
                await expect(framed.locator("#phone")).to_have_attribute("data-state", "talking")
                await until(lambda: visitor.calls.tickers)
                assert visitor.calls.offered[0][0] == "15880000"
                assert await page.frames[1].evaluate(HEARD) == pytest.approx(BOTS_HZ, abs=6)
                await page.click("aicc-call >> text=✕")
                await until(lambda: visitor.calls.hung_up and not visitor.calls.up)
                await expect(page.locator("aicc-call >> iframe")).to_have_count(0)
                await page.click("aicc-call >> button")  # and again
                await expect(framed.locator("#phone")).to_have_attribute("data-state", "talking")

    run(work())


def test_no_other_site_shows_the_page(chromium: Chromium) -> None:
    async def work() -> None:
        of = house(origins=("https://www.example.com",))
        async with (
            serving_house(of) as place,
            serving(site([place])) as elsewhere,
            chromium.started() as browser,
        ):
            page = await browser.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            await page.goto(f"http://{elsewhere}/")
            await page.click("aicc-call >> button")
            await until(lambda: any("frame-ancestors" in complaint for complaint in complaints))
            assert not of.calls.offered

    run(work())


def test_a_link_makes_no_call(chromium: Chromium) -> None:
    async def work() -> None:
        of = house()
        async with (
            serving_house(of) as place,
            chromium.started() as browser,
            opened(browser, of, place, "/call?start&called=15880000") as visitor,
        ):
            await visitor.state("idle")
            await visitor.call()
            assert [called for called, _ in of.calls.offered] == ["15880000"]

    run(work())

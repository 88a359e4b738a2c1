"""The desk inside of a company's own page: one element and one script, from another origin."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.desk.browsers.house import PASSWORD, Run, opened
from tests.servers.chromium import Chromium

pytestmark = [pytest.mark.slow, pytest.mark.load]

PAGE = """<!doctype html><html lang="ko"><title>고객 관리</title>
<script src="{desk}desk-embed.js" defer></script><aicc-desk src="{desk}"></aicc-desk>"""


@contextlib.contextmanager
def site(folder: Path) -> Iterator[str]:
    """A company's own pages."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_that_is_listed_has_the_desk_and_another_has_not(
    runner: asyncio.Runner, run: Run, chromium: Chromium, tmp_path: Path
) -> None:
    async def work(listed: str, other: str, pages: Path) -> None:
        origins = {"AICC_DESK__EMBED_ORIGINS": json.dumps([listed])}
        async with opened(chromium, tmp_path, **origins) as house:
            (pages / "crm.html").write_text(PAGE.format(desk=f"{house.address}/desk/"), encoding="utf-8")
            await house.person("kim", shown="김상담")
            page = await house.agents.new_page()
            await page.goto(f"{listed}/crm.html")
            desk = page.frame_locator("aicc-desk iframe")
            await desk.locator("input[name=name]").fill("kim")
            await desk.locator("input[name=password]").fill(PASSWORD)
            await desk.locator("button[type=submit]").click()
            await expect(desk.get_by_text("김상담")).to_be_visible()
            stranger = await house.agents.new_page()
            refused: list[str] = []
            stranger.on("console", lambda message: refused.append(message.text))
            await stranger.goto(f"{other}/crm.html")
            await expect(stranger.locator("aicc-desk")).to_be_visible()
            while not any("frame-ancestors" in text for text in refused):
                await asyncio.sleep(0.05)

    pages = tmp_path / "pages"
    pages.mkdir()
    with site(pages) as listed, site(pages) as other:
        run(work(listed, other, pages))

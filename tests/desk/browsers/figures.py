"""``python -m tests.desk.browsers.figures [--json]``: what the panel takes of a browser, measured in Chromium.

First paint and what is loaded for it, with nothing in the browser's cache; and the page's memory while a log of 20,000
events is played into it, as a long shift does.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Response, WebSocketRoute, expect

from tests.desk.browsers.house import PASSWORD, House, opened
from tests.desk.browsers.people import AtPanel
from tests.servers.chromium import Chromium

VISITS = 7
EVENTS = 20_000
TURN_EVENTS = 5  # partials of a turn and its final: the panel keeps the last 1,500 lines, and has them half way
AT_ONCE = 500
CALL = "019e7000-0000-7000-8000-000000000001"
PAINTED = """async () => {
  for (;;) {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    if (paint) return paint.startTime;
    await new Promise((done) => setTimeout(done, 10));
  }
}"""


async def visit(browser: Browser, address: str) -> tuple[float, int]:
    """A first one: ms to the first paint, and bytes of all that was loaded until the desk stood there, as gzip."""
    context = await browser.new_context(base_url=address)
    loaded: list[Response] = []
    page = await context.new_page()
    page.on("response", lambda response: loaded.append(response) if "/api/" not in response.url else None)
    await page.goto("/desk/")
    paint_ms = float(await page.evaluate(PAINTED))
    person = AtPanel(page, "noh")
    await person.log_in("noh", PASSWORD)
    await person.is_in()
    size = sum([len(gzip.compress(await one.body(), 9)) for one in loaded])
    await context.close()
    return paint_ms, size


class LongShift:
    """Stands in for the service's side of the panel's socket: one chat, and as many events of it as one wants."""

    def __init__(self) -> None:
        self._socket: WebSocketRoute | None = None
        self._seq = 0
        self.followed = asyncio.Event()

    def take(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(lambda text: self.followed.set() if "follow" in str(text) else None)
        agent = {"state": "talking", "since_s": 1}
        call = {"call_id": CALL, "caller": "01012345678", "customer": "", "skill": "일반", "phase": "talking"}
        call |= {"agent": "noh", "began_at": "2026-11-23T09:00:00+09:00", "door": "chat"}
        told = {"type": "desk", "me": agent, "agents": [], "queues": [], "calls": [call | {"alerts": 0}]}
        socket.send(json.dumps(told))

    def tell(self, count: int) -> None:
        assert self._socket is not None
        for _ in range(count):
            self._socket.send(json.dumps({"type": "event", "event": self._event()}))
            self._seq += 1

    def _event(self) -> dict[str, Any]:
        turn, part = divmod(self._seq, TURN_EVENTS)
        text = f"{turn}번째 말씀입니다 배송이 언제 되는지 알고 싶어요"[: 12 + 4 * part]
        side = "agent" if turn % 2 else "caller"
        what = {"call_id": CALL, "seq": self._seq, "at_ms": self._seq * 180, "side": side, "turn": turn}
        spoken = {"spoken": text, "written": text}
        if part < TURN_EVENTS - 1:
            return what | spoken | {"type": "transcript_partial", "stable_chars": 4 * part}
        return what | spoken | {"type": "transcript_final", "words": [], "engine": "bundled"}


async def heap_bytes(page: Page) -> int:
    tools = await page.context.new_cdp_session(page)
    await tools.send("HeapProfiler.collectGarbage")
    used = await tools.send("Runtime.getHeapUsage")
    await tools.detach()
    return int(used["usedSize"])


async def memory(browser: Browser, address: str) -> tuple[int, int]:
    """Of the heap, in bytes, half way and at the end of :data:`EVENTS`."""
    context = await browser.new_context(base_url=address)
    page, shift = await context.new_page(), LongShift()
    await page.route_web_socket("**/api/desk/live", shift.take)
    await page.goto("/desk/")
    person = AtPanel(page, "noh")
    await person.log_in("noh", PASSWORD)
    await asyncio.wait_for(shift.followed.wait(), 30)
    sizes = []
    for _ in range(2):
        for _ in range(EVENTS // 2 // AT_ONCE):
            shift.tell(AT_ONCE)
            last = shift._seq // TURN_EVENTS - 1
            await expect(person.lines().last).to_contain_text(f"{last}번째", timeout=60_000)
        sizes.append(await heap_bytes(page))
    await context.close()
    return sizes[0], sizes[1]


async def figures(house: House) -> dict[str, float]:
    await house.person("noh", shown="노상담")
    visits = [await visit(house.agents, house.address) for _ in range(VISITS)]
    half, whole = await memory(house.agents, house.address)
    return {
        "first_paint_p50_ms": round(statistics.median(paint for paint, _ in visits), 1),
        "first_paint_worst_ms": round(max(paint for paint, _ in visits), 1),
        "loaded_first_gzip_bytes": max(size for _, size in visits),
        "events": EVENTS,
        "heap_half_way_bytes": half,
        "heap_bytes": whole,
        "heap_growth_percent": round(100 * (whole / half - 1), 2),
    }


async def main() -> None:
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Chromium(program), Path(folder)) as house:
            found = await figures(house)
    print(json.dumps(found) if "--json" in sys.argv else "\n".join(f"{name:24} {it}" for name, it in found.items()))


if __name__ == "__main__":
    asyncio.run(main())

"""Pages as they look: judged by axe, light and dark, and photographed for the documents where that is wanted."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

ROOT = Path(__file__).parents[3]
AXE = ROOT / "assist/web/node_modules/axe-core/axe.min.js"
PICTURES = ROOT / "docs/pictures"
SCHEMES = ("light", "dark")

# What moves is brought to where it goes to: a colour half way has no contrast that counts.
STILL = """() => {
  for (const one of document.getAnimations()) {
    try { one.finish(); } catch { /* goes on for ever */ }
  }
}"""
JUDGE = "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"


@functools.cache
def judge() -> str:
    if not AXE.is_file():
        pytest.skip("axe is not installed: make panel")
    return AXE.read_text(encoding="utf-8")


async def looks_well(page: Page, picture: str = "") -> None:
    """No violation of what axe knows, in either scheme. With AICC_PICTURES=1 ``picture`` and ``picture-dark`` are
    made anew."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(judge())
    found: list[str] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.evaluate(STILL)
        found += [f"{scheme}: {_told(one)}" for one in await page.evaluate(JUDGE)]
        if picture and os.environ.get("AICC_PICTURES") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            path = PICTURES / (picture + ("-dark" if scheme == "dark" else "") + ".png")
            await page.screenshot(path=path, animations="disabled", caret="hide")
    await page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


def _told(violation: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:160]} {node.get('failureSummary', '')[:300]}" for node in violation["nodes"][:3]]
    return f"{violation['id']}: {nodes}"

"""Debian's Chromium, driven by playwright, with a microphone that plays a sound file.

``from tests.servers.chromium import chromium`` in a ``conftest.py`` gives tests the fixture ``chromium``. It skips
where the package is not installed.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright


@dataclass(frozen=True, slots=True)
class Chromium:
    program: str

    @contextlib.asynccontextmanager
    async def started(self, microphone: Path | None = None, *options: str) -> AsyncIterator[Browser]:
        """``microphone`` is a WAV that is played again and again; beeps without it. Who asks for it is let.

        ``options`` are Chromium's own, such as ``--deny-permission-prompts``, which lets nobody.
        """
        arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", *options]
        if "--deny-permission-prompts" not in options:
            arguments.append("--use-fake-ui-for-media-stream")
        if microphone:
            arguments.append(f"--use-file-for-fake-audio-capture={microphone}")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=self.program, args=arguments)
            try:
                yield browser
            finally:
                await browser.close()


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    return Chromium(program)

"""A picture of the panel, as somebody who has signed in sees it: Chromium, driven by its own DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import websockets

from aicc.simulation.browser import NoBrowser

SIZE = (1440, 900)
START_S = 20.0
SETTLE_S = 1.5  # what a page takes to load and to settle


class Panel:
    """The page at ``/desk/`` of a service."""

    def __init__(self, devtools: websockets.ClientConnection, session: str) -> None:
        self._devtools, self._session = devtools, session
        self._numbers = itertools.count(1)

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, address: str, name: str, password: str) -> AsyncIterator[Panel]:
        """Signed in, for as long as the block runs; :class:`NoBrowser` where there is none, or it does not start."""
        program = shutil.which("chromium")
        if program is None:
            raise NoBrowser("no Chromium on this machine: apt-get install chromium")
        with tempfile.TemporaryDirectory(prefix="aicc-", ignore_cleanup_errors=True) as profile:
            process = await asyncio.create_subprocess_exec(
                program,
                "--headless=new",
                "--no-sandbox",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                f"--window-size={SIZE[0]},{SIZE[1]}",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                "about:blank",
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                url = await _devtools_of(Path(profile))
                async with websockets.connect(url, max_size=None, proxy=None) as devtools:
                    panel = cls(devtools, "")
                    target = (await panel._do("Target.createTarget", url="about:blank"))["targetId"]
                    attached = await panel._do("Target.attachToTarget", targetId=target, flatten=True)
                    panel._session = attached["sessionId"]
                    await panel._sign_in(address, name, password)
                    yield panel
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def capture(self, path: Path) -> None:
        """As it is now, as a PNG."""
        shown = await self._do("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shown["data"]))

    async def _sign_in(self, address: str, name: str, password: str) -> None:
        width, height = SIZE
        await self._do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        await self._do("Page.navigate", url=f"{address}/desk/")
        await asyncio.sleep(SETTLE_S)
        body = json.dumps({"name": name, "password": password})
        asked = f"""fetch("/api/desk/login", {{method: "POST", headers: {{"content-type": "application/json"}},
                    body: {json.dumps(body)}}}).then(answer => answer.status)"""
        told = await self._do("Runtime.evaluate", expression=asked, awaitPromise=True, returnByValue=True)
        if told["result"].get("value") != 200:
            raise NoBrowser(f"the panel at {address}/desk/ could not be signed in to: see the service's log")
        await self._do("Page.navigate", url=f"{address}/desk/")
        await asyncio.sleep(SETTLE_S)

    async def _do(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        await self._devtools.send(json.dumps({"id": number, "method": method, "params": parameters, **session}))
        async with asyncio.timeout(START_S):
            async for text in self._devtools:
                told = json.loads(text)
                if told.get("id") == number:
                    if "error" in told:
                        raise NoBrowser(f"Chromium refused {method}: {told['error']['message']}")
                    found: dict[str, Any] = told["result"]
                    return found
        raise NoBrowser("Chromium has ended")


async def _devtools_of(profile: Path) -> str:
    """Where it listens, which it writes into its profile."""
    try:
        async with asyncio.timeout(START_S):
            while True:
                with contextlib.suppress(FileNotFoundError, ValueError):
                    port, path = (profile / "DevToolsActivePort").read_text().splitlines()[:2]
                    return f"ws://127.0.0.1:{port}{path}"
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise NoBrowser(f"Chromium did not start within {START_S:.0f} s") from None

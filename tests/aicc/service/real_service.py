"""The real service in processes of its own, with its models, and telephones that a test holds in its hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from aicc.service.calling import TakenCall, call_in, calls_socket
from aicc.simulation.script import Voice
from aicc.simulation.speech import Speech
from aicc.simulation.wire import WavWire
from voicebot.audio import FRAME_MS, Samples
from voicebot.events import CallEnded, Logged
from voicebot.journal import NAME, read_journal

KEY = "a-key-that-is-long-enough"
HEADERS = {"authorization": f"Bearer {KEY}"}
ROOT = Path(__file__).parents[3]
RATE_HZ = 8_000
TICKS_AT_ONCE = 5  # a telephone that was held up says so much of what it missed at once


class RealService:
    """What runs in ``process``, seen from outside."""

    def __init__(self, process: subprocess.Popen[str], data: Path, address: str) -> None:
        self.process, self.data, self.address = process, data, address

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, headers=HEADERS, timeout=10)

    def health(self) -> dict[str, Any]:
        return dict(self.get("/health").json())

    def children(self, of: str) -> set[int]:
        """The processes of the service in whose command line there is ``of``."""
        found = set()
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):  # it is just going
                if any(of in word for word in child.cmdline()):
                    found.add(child.pid)
        return found

    def holder(self, call_id: str) -> int:
        """The media process that has a call: it has the call's journal open."""
        path = str(self.folder(call_id) / NAME)
        [pid] = [
            pid
            for pid in self.children("aicc.service.media_process")
            if path in (file.path for file in psutil.Process(pid).open_files())
        ]
        return pid

    def folder(self, call_id: str) -> Path:
        return self.data / "calls" / call_id

    def journal(self, call_id: str) -> list[Logged]:
        return read_journal(self.folder(call_id) / NAME)

    def is_whole(self, call_id: str) -> bool:
        """The call has ended, in its journal too, and its recording is sealed."""
        with contextlib.suppress(FileNotFoundError):
            ended = any(isinstance(logged.event, CallEnded) for logged in self.journal(call_id))
            return ended and (self.folder(call_id) / "recording.flac").exists()
        return False

    async def hang_up(self, call_id: str) -> None:
        async with httpx.AsyncClient() as http:
            (await http.post(f"{self.address}/api/calls/{call_id}/hang_up", headers=HEADERS)).raise_for_status()

    async def call(self, called: str = "", caller: str = "01023456789") -> Telephone:
        """A call that is taken; :class:`aicc.service.calling.CallNotTaken`."""
        return Telephone(self, await call_in(calls_socket(self.data), caller=caller, called=called))

    @contextlib.asynccontextmanager
    async def events(self, path: str) -> AsyncIterator[list[dict[str, Any]]]:
        """What comes over the WebSocket at ``path``, growing while the block runs and to its end behind it."""
        heard: list[dict[str, Any]] = []
        address = self.address.replace("http", "ws") + path
        async with connect(address, additional_headers=HEADERS) as socket:

            async def read() -> None:
                with contextlib.suppress(ConnectionClosed):
                    async for text in socket:
                        heard.append(json.loads(text))

            reading = asyncio.create_task(read())
            try:
                yield heard
            finally:
                await socket.close()
                await reading


class Telephone:
    """A caller's; it sends a frame every 20 ms, silence where nobody speaks into it."""

    _speech = Speech(RATE_HZ)

    def __init__(self, service: RealService, taken: TakenCall) -> None:
        self.call_id, self.socket = taken.call_id, Path(taken.socket)
        self.wire = WavWire.connect(self.socket, taken.call_id, taken.rate_hz)
        self._service = service
        self._frames: list[Samples] = []
        self._ticking = asyncio.create_task(self._tick())

    async def __aenter__(self) -> Telephone:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.wire.hang_up()
        await self._ticking

    def says(self, text: str) -> None:
        self.plays(self._speech.say(text, Voice()))

    def plays(self, sound: Samples) -> None:
        """8 kHz."""
        self._frames += [sound[at : at + RATE_HZ // 50] for at in range(0, len(sound), RATE_HZ // 50)][:-1]

    async def hears(self, heard: list[dict[str, Any]], limit_s: float = 20.0, **wanted: Any) -> dict[str, Any]:
        """The first event of this call in ``heard`` that has these fields."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            found[:] = [
                event for event in heard if event["call_id"] == self.call_id and wanted.items() <= event.items()
            ]
            return bool(found)

        await until(is_there, limit_s, wanted)
        return found[0]

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        quiet = np.zeros(RATE_HZ // 50, np.int16)
        while not self.wire.is_closed:
            self.wire.receive()
            self.wire.send(self._frames.pop(0) if self._frames else quiet)
            due_s = max(due_s + FRAME_MS / 1000, loop.time() - TICKS_AT_ONCE * FRAME_MS / 1000)
            await asyncio.sleep(due_s - loop.time())


async def until(holds: Callable[[], bool], limit_s: float = 20.0, what: object = "") -> None:
    """What must become so soon."""
    end_s = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end_s, f"not so in {limit_s:.0f} s: {what}"
        await asyncio.sleep(0.02)


@contextlib.contextmanager
def serving(data: Path, config: Path | None = None, **settings: str) -> Iterator[RealService]:
    """A service whose ``settings`` come by environment; it is told to go at the end, if it has not gone yet.

    Without help, unless they want it: the last event of a call is its end.
    """
    options = ["--config", str(config)] if config else []
    command = [sys.executable, "-m", "aicc", *options, "serve", "--http", "127.0.0.1:0", "--data", str(data), "--json"]
    settings = {"ASSIST__ENABLED": "false"} | settings
    chosen: Mapping[str, str] = {f"AICC_{name}": value for name, value in settings.items()}
    process = subprocess.Popen(
        command, env=os.environ | {"AICC_API_KEY": KEY} | chosen, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        yield RealService(process, data, told["address"])
    finally:
        process.terminate()
        process.send_signal(2)  # what still talks is hung up
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()

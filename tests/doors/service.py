"""A service with a telephone, and what is seen of it from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from voicebot.events import CallEnded, Event
from voicebot.journal import NAME, read_journal

ROOT = Path(__file__).parents[2]
KEY = "a-key-that-is-long-enough"
LIGHT = "tests.fakes.media_process"  # without models and sound
REAL = "aicc.service.media_process"
SERVE = """
import asyncio, json, logging, sys
from aicc.service.loop import new_loop
from aicc.service.serving import serve
from aicc.settings import Settings
def ready(serving):
    print(json.dumps({"address": serving.address, "telephones": serving.telephones}), flush=True)
logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
with asyncio.Runner(loop_factory=new_loop) as runner:
    runner.run(serve(Settings.load(), ready, (sys.executable, "-m", sys.argv[1])))
"""


@dataclass(slots=True)
class Service:
    """What runs in ``process``; ``media`` is the module of its media processes, ``port`` where telephones call."""

    process: subprocess.Popen[str]
    media: str
    data: Path
    address: str
    port: int
    log: Path

    @property
    def sip(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def health(self) -> dict[str, Any]:
        return dict(httpx.get(f"{self.address}/health", timeout=10).json())

    def left_behind(self) -> dict[str, int]:
        """What the telephone still knows of calls, and the calls that have a slot: nothing is a dictionary of 0."""
        health = self.health()
        telephone = health["telephone"]
        return {name: telephone[name] for name in ("lines", "legs", "transactions")} | {"calls": health["calls"]}

    def ends_all_calls(self, limit_s: float = 10) -> None:
        """Waits until the last call has given its slot back."""
        until(lambda: not self.left_behind()["calls"] and not self.left_behind()["lines"], limit_s)

    def hang_up(self, call_id: str) -> None:
        url = f"{self.address}/api/calls/{call_id}/hang_up"
        httpx.post(url, headers={"authorization": f"Bearer {KEY}"}, timeout=10).raise_for_status()

    def call_ids(self) -> set[str]:
        """Of all calls that there ever were."""
        calls = self.data / "calls"
        return {path.name for path in calls.iterdir()} if calls.exists() else set()

    def journal(self, call_id: str) -> list[Event]:
        """To its end, which a call that has been hung up reaches in a moment."""
        events: list[Event] = []

        def has_ended() -> bool:
            with contextlib.suppress(FileNotFoundError):
                events[:] = [logged.event for logged in read_journal(self.data / "calls" / call_id / NAME)]
            return bool(events) and isinstance(events[-1], CallEnded)

        until(has_ended, 20)
        return events

    def processes(self) -> list[psutil.Process]:
        """The front, then the media processes."""
        front = psutil.Process(self.process.pid)
        return [front, *(child for child in front.children() if self.media in " ".join(child.cmdline()))]

    def media_processes(self) -> list[psutil.Process]:
        return self.processes()[1:]

    def said(self) -> str:
        return self.log.read_text()


@contextlib.contextmanager
def serving(folder: Path, media: str = LIGHT, **settings: str) -> Iterator[Service]:
    """Takes calls by SIP at all addresses of this machine; ``settings`` come by environment, as ``SIP__WHEN_FULL``."""
    chosen = {"HTTP": "127.0.0.1:0", "DATA": str(folder / "data"), "API_KEY": KEY, "STORE": "null"}
    chosen |= {"ASSIST__ENABLED": "false"}  # a journal's last event is the call's end
    chosen = {"SIP__LISTEN": "0.0.0.0:0", "RTP__PORTS": "30000-39999", "MEDIA_PROCESSES": "2", **chosen, **settings}
    if media == LIGHT:
        chosen = {"SAMPLES": "false"} | chosen
    log = folder / "log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, media],
            env=os.environ | {f"AICC_{name}": value for name, value in chosen.items()},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, f"the service did not start:\n{log.read_text()}"
        told = json.loads(line)
        port = int(told["telephones"][0].rpartition(":")[2])
        yield Service(process, media, folder / "data", told["address"], port, log)
    finally:
        for number in (signal.SIGTERM, signal.SIGTERM):  # the second hangs up what still talks
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            time.sleep(0.05)
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()


def until(holds: Callable[[], bool], limit_s: float = 20) -> None:
    """What must become so soon."""
    end_s = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end_s, f"not so in {limit_s:.0f} s"
        time.sleep(0.05)

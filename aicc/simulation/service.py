"""A running service as recorded callers see it: they call in, and afterwards its journals tell what happened."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from aicc.errors import AiccError
from aicc.service.calling import call_in, calls_socket
from aicc.simulation.report import CallReport
from aicc.simulation.script import Script
from aicc.simulation.wire import WavWire, Wire
from voicebot.events import CallEnded, Logged
from voicebot.journal import NAME, read_journal

START_S = 120.0
STOP_S = 60.0
SEAL_S = 15.0  # what a service takes after a call to make its journal and its recording whole


class ServiceNotStarted(AiccError):
    """The service that was to be tried did not come up."""


@dataclass(slots=True)
class Service:
    """One that runs with the data folder ``data``. ``pid`` and ``address`` are known where it was started here."""

    data: Path
    pid: int | None = None
    address: str | None = None
    key: str | None = None
    call_ids: dict[int, str] = field(default_factory=dict)

    async def connect(self, script: Script, number: int) -> Wire:
        """Calls in as the script says; which call that is can be asked by ``number`` afterwards."""
        taken = await call_in(
            calls_socket(self.data),
            caller=script.written.caller,
            called=script.written.called,
            direction=script.written.direction,
            variables=script.written.variables,
        )
        self.call_ids[number] = taken.call_id
        return WavWire.connect(Path(taken.socket), taken.call_id, taken.rate_hz)

    def folder(self, report: CallReport) -> Path | None:
        """Where the call of a report is kept; None where it was not taken."""
        call_id = self.call_ids.get(report.number)
        return self.data / "calls" / call_id if call_id else None

    async def events(self, report: CallReport) -> list[Logged]:
        """The call's whole log, partials included; nothing where it was not taken."""
        folder = self.folder(report)
        if folder is None:
            return []
        events: list[Logged] = []
        for _ in range(int(SEAL_S / 0.1)):
            with contextlib.suppress(FileNotFoundError):
                events = read_journal(folder / NAME)
            if events and isinstance(events[-1].event, CallEnded):
                break
            await asyncio.sleep(0.1)
        return events

    async def recording(self, report: CallReport) -> Path | None:
        """The sealed recording, when it is there; None where there is none."""
        folder = self.folder(report)
        if folder is None:
            return None
        path = folder / "recording.flac"
        for _ in range(int(SEAL_S / 0.1)):
            if (folder / "recording.sha256").is_file():
                break
            await asyncio.sleep(0.1)
        return path if path.is_file() else None

    async def metrics(self) -> dict[str, float]:
        """What the service counts, by the names of its ``/metrics``, labels included."""
        if self.address is None:
            return {}
        async with httpx.AsyncClient() as http:
            text = (await http.get(f"{self.address}/metrics")).text
        lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


@contextlib.asynccontextmanager
async def started(
    data: Path | None = None, config: Path | None = None, settings: dict[str, str] | None = None
) -> AsyncIterator[Service]:
    """A service of its own for as long as the block runs, in ``data`` or a folder that is thrown away.

    ``settings`` are variables of the environment, such as ``AICC_MEDIA_PROCESSES``. Raises :class:`ServiceNotStarted`.
    """
    key = secrets.token_urlsafe(32)  # one that nobody else has to know
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aicc-")))
        process = await asyncio.create_subprocess_exec(
            *_command(folder, config),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "AICC_API_KEY": key, **(settings or {})},
            start_new_session=True,  # ^C is for the callers, who hang up first
        )
        try:
            yield await _ready(process, folder, key)
        finally:
            await _stop(process)


@contextlib.asynccontextmanager
async def running_or_started(data: Path | None, config: Path | None) -> AsyncIterator[Service]:
    """The service that runs with ``data``, or one of its own."""
    if data is not None and calls_socket(data).exists():
        yield Service(data)
    else:
        async with started(data, config) as service:
            yield service


def _command(folder: Path, config: Path | None) -> Sequence[str]:
    chosen = ["--config", str(config)] if config else []
    code = "from aicc.command import main; main()"
    return [sys.executable, "-c", code, *chosen, "serve", "--http", "127.0.0.1:0", "--data", str(folder), "--json"]


async def _ready(process: asyncio.subprocess.Process, folder: Path, key: str) -> Service:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
    except TimeoutError:
        raise ServiceNotStarted(f"the service was not ready in {START_S:.0f} s: see what it says above") from None
    said = json.loads(line) if line else {"error": "it ended without a word"}
    if "error" in said:
        raise ServiceNotStarted(f"the service did not start: {said['error']}")
    return Service(folder, process.pid, said["address"], key)


async def _stop(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):  # the second hangs up what still talks
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5.0 if number == signal.SIGTERM else STOP_S)

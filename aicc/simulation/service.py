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
from typing import IO

import httpx

from aicc.errors import AiccError
from aicc.service.calling import call_in, calls_socket
from aicc.simulation.report import CallReport
from aicc.simulation.script import Script
from aicc.simulation.wire import WavWire, Wire
from voicebot.events import Logged
from voicebot.journal import NAME, read_journal
from voicebot.log import end_of
from voicebot.sealing import FLAC_NAME

START_S = 120.0
STOP_S = 5.0  # what a service without calls takes to end
HANG_UP_S = 60.0  # what one takes to end its calls, and to seal what is kept of them
SEAL_S = 15.0  # what a service takes after a call to make its journal and its recording whole


_OWN = {"AICC_STORE": "null"}


class ServiceNotStarted(AiccError):
    """The service that was to be tried did not come up."""


class ServiceGone(AiccError):
    """No service runs where one should."""


@dataclass(slots=True)
class Service:
    """One that runs with the data folder ``data``. What follows is known where it was started here.

    ``telephone`` is its SIP address, if it listens; ``call_ids`` are those of callers, by their numbers.
    """

    data: Path
    pid: int | None = None
    address: str | None = None
    key: str | None = None
    telephone: str | None = None
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
            if end_of(events):
                break
            await asyncio.sleep(0.1)
        return events

    async def recording(self, report: CallReport) -> Path | None:
        """The sealed recording, when it is there; None where none was made, or it is encrypted."""
        folder, events = self.folder(report), await self.events(report)
        ended = end_of(events)
        if folder is None or ended is None or ended.recording != FLAC_NAME:
            return None
        for _ in range(int(SEAL_S / 0.1)):
            if (folder / "recording.sha256").is_file():
                break
            await asyncio.sleep(0.1)
        path = folder / FLAC_NAME
        return path if path.is_file() else None

    async def metrics(self) -> dict[str, float]:
        """What the service counts, by the names of its ``/metrics``, labels included; :class:`ServiceGone`."""
        if self.address is None:
            return {}
        try:
            async with httpx.AsyncClient(trust_env=False) as http:
                text = (await http.get(f"{self.address}/metrics")).raise_for_status().text
        except httpx.HTTPError as error:
            raise ServiceGone(f"the service at {self.address} does not answer any more ({error}): see above") from None
        lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


@contextlib.asynccontextmanager
async def started(
    data: Path | None = None,
    config: Path | None = None,
    settings: dict[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> AsyncIterator[Service]:
    """A service of its own for as long as the block runs, in ``data`` or a folder that is thrown away.

    ``settings`` are variables of the environment, such as ``AICC_MEDIA_PROCESSES``. Whatever ``config`` says, the calls
    are kept in a store of their own. What it logs goes to standard error, or to the file ``log``. Raises
    :class:`ServiceNotStarted`.
    """
    key = secrets.token_urlsafe(32)  # one that nobody else has to know
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aicc-")))
        process = await asyncio.create_subprocess_exec(
            *_command(folder, config),
            stdin=asyncio.subprocess.PIPE,  # nothing is ever written: the system closes it when we are gone
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**os.environ, **_OWN, "AICC_API_KEY": key, **(settings or {})},
            start_new_session=True,  # ^C is for the callers, who hang up first
        )
        try:
            yield await _ready(process, folder, key)
        finally:
            await _stop(process)


@contextlib.asynccontextmanager
async def running_or_started(data: Path | None, config: Path | None) -> AsyncIterator[Service]:
    """The service that runs with ``data``, or one of its own where None is named; :class:`ServiceGone`."""
    if data is None:
        async with started(config=config) as service:
            yield service
        return
    try:
        _, writer = await asyncio.open_unix_connection(calls_socket(data))
    except OSError:
        cure = f'start one with "aicc serve --data {data}", or leave --data out'
        raise ServiceGone(f'no service runs with "{data}": {cure}') from None
    writer.close()
    yield Service(data)


def _command(folder: Path, config: Path | None) -> Sequence[str]:
    chosen = ["--config", str(config)] if config else []
    served = [sys.executable, "-m", "aicc.simulation.served"]
    return [*served, *chosen, "serve", "--http", "127.0.0.1:0", "--data", str(folder), "--json"]


async def _ready(process: asyncio.subprocess.Process, folder: Path, key: str) -> Service:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
    except TimeoutError:
        raise ServiceNotStarted(f"the service was not ready in {START_S:.0f} s: see what it says above") from None
    try:
        said = json.loads(line) if line else {"error": "it ended without a word"}
    except ValueError:
        said = {"error": f'it said "{line.decode(errors="replace").strip()[:200]}"'}
    if "error" in said:
        raise ServiceNotStarted(f"the service did not start: {said['error']}")
    telephone = next((one for one in said["telephones"] if one.startswith("sip:")), None)
    return Service(folder, process.pid, said["address"], key, telephone)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """The second order to end hangs up what still talks."""
    for number, wait_s in ((signal.SIGTERM, STOP_S), (signal.SIGTERM, HANG_UP_S), (signal.SIGKILL, None)):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), wait_s)

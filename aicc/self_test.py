"""``aicc doctor --self-test``: the product tries itself out, as a caller and as an agent's browser would.

A service starts on loopback with the sample company and with settings and a data folder of its own: the installation's
are only read, to see whether what they choose can be loaded. Nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urljoin

import httpx
import yaml

import audio_fixtures
from aicc.doctor import examine
from aicc.environment import PREFIX
from aicc.errors import AiccError
from aicc.settings import Settings
from aicc.simulation.expect import caller_turns, judge
from aicc.simulation.pool import run_callers
from aicc.simulation.report import CallReport
from aicc.simulation.script import Script
from aicc.simulation.script_file import read_scripts
from aicc.simulation.service import Service, ServiceNotStarted, started
from aicc.simulation.sip_callers import SipCallers, Telephones
from aicc.simulation.speech import Speech
from voicebot.sealing import SHA256_NAME

CALLER = "good_line"
HELPERS_START_S = 60.0
_ASSETS = re.compile(r"""(?:src|href)="([^"]+\.(?:js|css))\"""")
# what is left out is as it comes: the bundled recognizer, one voice, SQLite
_SETTINGS = {"media_processes": 1, "samples": True, "device": "cpu", "sip": {"listen": "127.0.0.1:0"}}


@dataclass(frozen=True, slots=True)
class Tried:
    """One check; ``told`` is what was found, or what is wrong and what to do."""

    name: str
    passed: bool
    told: str


class NotRight(AiccError):
    """What a check has found wrong."""


async def self_test(settings: Settings | AiccError, log: IO[bytes]) -> AsyncIterator[Tried]:
    """Every check as it is through; where the service does not start those that need it are left out.

    What the service says meanwhile goes to the file ``log``.
    """
    report = await asyncio.to_thread(examine, settings)
    parts = "libraries, recognizer and voice load" if report.can_talk else report.next_steps[0]
    yield Tried("parts", report.can_talk, parts)
    began_s = time.monotonic()
    try:
        async with _own_service(log) as service:
            yield Tried("service", True, f"started in {time.monotonic() - began_s:.0f} s at {service.address}")
            async with httpx.AsyncClient(base_url=service.address or "", trust_env=False) as http:
                yield await _tried("caller's page", served_page(http, "/call"))
                yield await _tried("agents' panel", served_page(http, "/desk"))
                script, report_of_call = await _call(service)
                yield await _tried("call", _judged(service, script, report_of_call))
                yield await _tried("recording", _recording(service, report_of_call))
                yield await _tried("helpers", _helpers(http))
    except ServiceNotStarted as error:
        yield Tried("service", False, str(error).replace("above", "below"))


async def _tried(name: str, check: Awaitable[str]) -> Tried:
    try:
        return Tried(name, True, await check)
    except (NotRight, httpx.HTTPError) as wrong:
        return Tried(name, False, str(wrong) or type(wrong).__name__)


@contextlib.asynccontextmanager
async def _own_service(log: IO[bytes]) -> AsyncIterator[Service]:
    # empty variables choose nothing
    without_the_sites = {name: "" for name in os.environ if name.startswith(PREFIX) and name != "AICC_API_KEY"}
    with tempfile.TemporaryDirectory(prefix="aicc-") as folder:
        config = Path(folder) / "aicc.yaml"
        config.write_text(yaml.safe_dump(_SETTINGS), encoding="utf-8")
        async with started(Path(folder) / "data", config, without_the_sites, log=log) as service:
            yield service


async def served_page(http: httpx.AsyncClient, path: str) -> str:
    """Asks for a page and for its scripts and styles as a browser does; :class:`NotRight`."""
    page = await http.get(path, follow_redirects=True)
    if page.status_code != 200:
        raise NotRight(f"{path} answers {page.status_code}: {_first_line(page.text)}")
    assets = _ASSETS.findall(page.text)
    if not any(asset.endswith(".js") for asset in assets):
        raise NotRight(f"{path} is a page without a script: build it anew")
    for asset in assets:
        answer = await http.get(urljoin(str(page.url), asset))
        kind = answer.headers.get("content-type", "nothing")
        if answer.status_code != 200 or ("javascript" if asset.endswith(".js") else "css") not in kind:
            raise NotRight(f"{path} wants {asset}, which answers {answer.status_code} with {kind}")
    return f"{path} is served, with {len(assets)} files"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]


async def _call(service: Service) -> tuple[Script, CallReport]:
    """One recorded caller dials."""
    folder = Path(audio_fixtures.__file__).parent / "callers"
    (script,) = read_scripts([folder / f"{CALLER}.yaml"])
    telephones = Telephones()
    async with SipCallers(service.telephone or "", telephones, service.call_ids) as callers:
        (report,) = await run_callers([script], 1, callers.connect, speech=Speech(telephones.rate_hz))
    return script, report


async def _judged(service: Service, script: Script, report: CallReport) -> str:
    events = [logged.as_json() for logged in await service.events(report)]
    wrong = [*report.failures, *judge(script.written.expect, events)]
    if wrong:
        raise NotRight("; ".join(wrong))
    (answer,) = (event["text"] for event in events if event["type"] == "bot_started" and "에코백" in event["text"])
    return f'a caller said "{caller_turns(events)[0]}" and heard "{answer}"'


async def _recording(service: Service, report: CallReport) -> str:
    sealed = await service.recording(report)
    if sealed is None:
        raise NotRight("the call has no recording: see what the service says below")
    told = (sealed.parent / SHA256_NAME).read_text(encoding="ascii").split()[0]
    if hashlib.sha256(sealed.read_bytes()).hexdigest() != told:
        raise NotRight(f"the recording is not what {SHA256_NAME} says")
    return f"sealed, {sealed.stat().st_size // 1024} kB, and its sum is right"


async def _helpers(http: httpx.AsyncClient) -> str:
    due_s = time.monotonic() + HELPERS_START_S
    while (state := (await http.get("/health")).json()["assist"]) == "starting" and time.monotonic() < due_s:
        await asyncio.sleep(0.5)
    if state != "ready":
        raise NotRight(f"the assist process is {state}: see what the service says below")
    return "suggestions, addresses, voices and notes are ready"

"""A whole service as people meet it: callers with the public page, those at the desk with their panel, in Chromium."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soundfile
from playwright.async_api import Browser, expect

from aicc.simulation.browser import MICROPHONE_HZ
from aicc.simulation.service import Service, started
from tests.desk.browsers.people import AtPanel, Caller
from tests.servers.chromium import Chromium
from voicebot.audio import resample

FIXTURES = Path(__file__).parents[3] / "audio_fixtures"
CALLER_SAYS, AGENT_SAYS = "delivery", "agent_check"
PAUSE_S = 1.2
PASSWORD = "correct horse battery"
SETTINGS = {"AICC_SLOTS": "20", "AICC_DESK__ANNOUNCE_EVERY_SECONDS": "120", "AICC_DESK__WRAPUP_SECONDS": "300"}
KOREAN: dict[str, Any] = {"locale": "ko-KR", "timezone_id": "Asia/Seoul"}
PATIENCE_MS = 30_000  # on a machine that is busy

expect.set_options(timeout=PATIENCE_MS)

Run = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(slots=True)
class House:
    """``callers`` and ``agents`` are browsers, since each has one microphone for all of its pages."""

    service: Service
    callers: Browser
    agents: Browser
    http: httpx.AsyncClient
    _known: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        assert self.service.address
        return self.service.address

    async def person(self, name: str, role: str = "agent", skills: Sequence[str] = ("일반",), shown: str = "") -> None:
        """Somebody who may sign in with :data:`PASSWORD`."""
        if name in self._known:
            return
        wanted = {"name": name, "shown_name": shown or name, "role": role, "skills": list(skills)}
        answer = await self.http.post("/api/desk/people", json=wanted | {"password": PASSWORD})
        assert answer.status_code < 300, answer.text
        self._known.add(name)

    async def gone(self, name: str) -> None:
        """They do not work here any more."""
        (await self.http.delete(f"/api/desk/people/{name}")).raise_for_status()

    @contextlib.asynccontextmanager
    async def signing_in(
        self, name: str, *, role: str = "agent", shown: str = "", browser: Browser | None = None, path: str = "/desk/"
    ) -> AsyncIterator[AtPanel]:
        """Before the login, in a browser of their own; in the end it has not complained."""
        await self.person(name, role, shown=shown)
        context = await (browser or self.agents).new_context(base_url=self.address, **KOREAN)
        person = await AtPanel.at(context, name)
        try:
            await person.open(path)
            yield person
            await person.page.goto("about:blank")
        finally:
            await context.close()
        assert not person.complaints, person.complaints

    @contextlib.asynccontextmanager
    async def at_panel(self, name: str, **wanted: Any) -> AsyncIterator[AtPanel]:
        """Signed in."""
        async with self.signing_in(name, **wanted) as person:
            await person.log_in(name, PASSWORD)
            await person.is_in()
            yield person

    @contextlib.asynccontextmanager
    async def caller(self) -> AsyncIterator[Caller]:
        """On the public page."""
        context = await self.callers.new_context(base_url=self.address, **KOREAN)
        caller = await Caller.at(context)
        try:
            await caller.open()
            yield caller
        finally:
            await context.close()
        assert not caller.complaints, caller.complaints

    async def get(self, path: str) -> Any:
        """With the key of an integration."""
        return (await self.http.get(path)).raise_for_status().json()

    async def events(self, call_id: str, *types: str) -> list[dict[str, Any]]:
        wanted = f"?types={','.join(types)}" if types else ""
        return list((await self.get(f"/api/calls/{call_id}/events{wanted}"))["events"])


@contextlib.asynccontextmanager
async def opened(chromium: Chromium, folder: Path, **settings: str) -> AsyncIterator[House]:
    microphones = [await asyncio.to_thread(microphone, folder, name) for name in (CALLER_SAYS, AGENT_SAYS)]
    async with (
        started(settings=SETTINGS | settings) as service,
        chromium.started(microphones[0]) as callers,
        chromium.started(microphones[1]) as agents,
    ):
        assert service.address
        key = {"authorization": f"Bearer {service.key}"}
        async with httpx.AsyncClient(base_url=service.address, headers=key, trust_env=False) as http:
            yield House(service, callers, agents, http)


def microphone(folder: Path, name: str) -> Path:
    """A recorded sentence and a pause, to be played again and again."""
    sound, rate_hz = soundfile.read(FIXTURES / f"{name}.flac", dtype="int16")
    whole = resample(sound, rate_hz, MICROPHONE_HZ)
    path = folder / f"{name}.wav"
    soundfile.write(path, np.concatenate([whole, np.zeros(int(PAUSE_S * MICROPHONE_HZ), np.int16)]), MICROPHONE_HZ)
    return path

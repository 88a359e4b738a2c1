"""A real service with people at its desk, and what each of them hears."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from aicc.simulation.at_desk import BROWSER, AtDesk, panel_of
from aicc.simulation.bridged import FLOW_HEADER, level_of, tone
from aicc.simulation.browser import MICROPHONE_HZ
from aicc.simulation.rtp_wire import RtpWire
from aicc.simulation.service import Service
from aicc.simulation.sip_callers import SipCallers
from aicc.simulation.web_peers import WebPeer
from tests.doors import service as real
from voicebot.audio import FRAME_MS, Samples
from voicebot.dialogue.conversation import DESK_FLOW
from voicebot.events import Logged
from voicebot.journal import NAME, read_journal

PATIENCE_S = 30.0
FLOW, SKILL = "상담사 연결", "일반"
WIRE_HZ = 8_000
LEVEL = 2_000  # of the tones' 8,000, behind a telephone's codec; music and what leaks stay below
LATELY = 10  # frames
CATCH_UP_FRAMES = 5


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[Service, real.Service]]:
    """With two media processes, a telephone and everything that helps agents; callers name the flow they want."""
    settings = {
        "ASSIST__ENABLED": "true",
        "SIP__LISTEN": "127.0.0.1:0",
        "SIP__HEADERS": json.dumps({FLOW_HEADER: DESK_FLOW}),
        "WEB__ENABLED": "true",
    }
    with real.serving(folder, real.REAL, **settings) as running:
        yield (
            Service(running.data, running.process.pid, running.address, real.KEY, f"sip:127.0.0.1:{running.port}"),
            running,
        )


async def until(holds: Callable[[], Any], what: str) -> Any:
    """What must become so; what it is then."""
    end_s = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        assert time.monotonic() < end_s, f"not within {PATIENCE_S:.0f} s: {what}"
        await asyncio.sleep(0.02)
    return found


async def comes(asked: Callable[[], Awaitable[Any]], is_it: Callable[[Any], Any], what: str) -> Any:
    """The same of something that is asked for again and again."""
    end_s = time.monotonic() + PATIENCE_S
    while not is_it(found := await asked()):
        assert time.monotonic() < end_s, f"not within {PATIENCE_S:.0f} s: {what}: {found}"
        await asyncio.sleep(0.1)
    return found


def journal(service: Service, call_id: str) -> list[Logged]:
    with contextlib.suppress(FileNotFoundError):
        return read_journal(service.data / "calls" / call_id / NAME)
    return []


@contextlib.asynccontextmanager
async def at_desk(service: Service, name: str, skills: list[str], **more: Any) -> AsyncIterator[AtDesk]:
    """Somebody new, who goes home behind the block: a telephone of theirs would go on ringing."""
    async with AtDesk.signed_in(service, name, skills, **more) as person:
        try:
            yield person
        finally:
            with contextlib.suppress(httpx.HTTPError):
                await person._http.put("/api/desk/state", json={"state": "away"})


def cookies_of(person: AtDesk) -> dict[str, str]:
    return dict(person._http.cookies)


@contextlib.asynccontextmanager
async def line_lost(person: AtDesk) -> AsyncIterator[None]:
    """The panel's line, without a word, for as long as the block runs; what was told before is forgotten."""
    person._socket.transport.abort()
    yield
    person.messages.clear()
    person._socket = await person.panel()
    person.reads_again = asyncio.create_task(person._read())  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def still_signed_in(service: Service, name: str, cookies: dict[str, str]) -> AsyncIterator[AtDesk]:
    """Somebody who signed in before the service was started anew."""
    headers = {"user-agent": BROWSER}
    async with httpx.AsyncClient(
        base_url=service.address or "", trust_env=False, headers=headers, cookies=cookies
    ) as http:
        http.headers["x-csrf-token"] = (await http.get("/api/desk/me")).raise_for_status().json()["csrf"]
        async with panel_of(http) as socket:
            person = AtDesk(name, "", http, socket)
            reading = asyncio.create_task(person._read())
            try:
                yield person
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


class Ear:
    """What somebody has heard lately, a frame every 20 ms."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self.frames: deque[Samples] = deque(maxlen=LATELY)

    def hears(self, *tones_hz: int, of: tuple[int, ...]) -> bool:
        """These of all of ``of``, and none of the others, in everything that was heard lately."""
        if len(self.frames) < LATELY:
            return False
        sound = np.concatenate(list(self.frames)).astype(np.float64)
        return {hz for hz in of if level_of(sound, hz, self._rate_hz) > LEVEL} == set(tones_hz)


class Browser(WebPeer):
    """A caller's or an agent's, who sounds a tone."""

    def __init__(self, tone_hz: int) -> None:
        super().__init__(tone(tone_hz, MICROPHONE_HZ))
        self.ear = Ear(MICROPHONE_HZ)

    def heard(self, frame: Any) -> None:
        self.ear.frames.append(frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)])


class Phone:
    """At the end of a wire; says ``sound`` again and again, and with ``is_cut_off`` its network is gone."""

    def __init__(self, wire: RtpWire, sound: Samples) -> None:
        self.wire, self.sound = wire, sound
        self.ear = Ear(WIRE_HZ)
        self.said = 0
        self.is_cut_off = False
        self.arrived: list[tuple[float, Samples]] = []  # ms and frames, where somebody wants them

    def say(self, sound: Samples) -> None:
        self.sound, self.said = sound, 0

    def tick(self) -> None:
        arrived = self.wire.receive()
        size = WIRE_HZ * FRAME_MS // 1_000
        start = self.said % (len(self.sound) // size) * size
        self.said += 1
        if self.is_cut_off:
            self.ear.frames.clear()
            return
        self.ear.frames.extend(one.frame for one in arrived)
        self.arrived += [(one.at_ms, one.frame) for one in arrived]
        self.wire.send(self.sound[start : start + size])


class Street:
    """Everybody at a telephone, ticked together, and callers who dial."""

    def __init__(self, service: Service, callers: SipCallers) -> None:
        self._service, self._callers = service, callers
        self.phones: list[Phone] = []
        self._number = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, service: Service) -> AsyncIterator[Street]:
        assert service.telephone
        async with SipCallers(service.telephone) as callers:
            street = cls(service, callers)
            ticking = asyncio.create_task(street._tick())
            try:
                yield street
            finally:
                ticking.cancel()
                await asyncio.gather(ticking, return_exceptions=True)
                for phone in street.phones:
                    phone.wire.hang_up()

    def at(self, wire: RtpWire, sound: Samples) -> Phone:
        phone = Phone(wire, sound)
        self.phones.append(phone)
        return phone

    async def dials(self, caller: str, sound: Samples, flow: str = FLOW) -> tuple[str, Phone]:
        """Somebody who wants a person: the call's id, and their telephone."""
        self._number += 1
        wire = await self._callers.dial(self._number, caller, headers={FLOW_HEADER: flow})
        return self._callers.call_ids[self._number], self.at(wire, sound)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            for phone in self.phones:
                phone.tick()
            due_s += FRAME_MS / 1_000
            if loop.time() - due_s > CATCH_UP_FRAMES * FRAME_MS / 1_000:
                due_s = loop.time()
            await asyncio.sleep(max(0.0, due_s - loop.time()))


@contextlib.asynccontextmanager
async def web_caller(
    service: Service, tone_hz: int
) -> AsyncIterator[tuple[str, Browser, Callable[[str], Awaitable[Any]]]]:
    """The call's id, the browser, and a way to type what is usually said."""
    async with httpx.AsyncClient(base_url=service.address or "", trust_env=False) as http:
        browser = Browser(tone_hz)
        told = await browser.call(http)

        async def types(text: str) -> None:
            (await http.post(f"/call/calls/{told['token']}/text", json={"text": text})).raise_for_status()

        try:
            yield told["call_id"], browser, types
        finally:
            await browser.hang_up()

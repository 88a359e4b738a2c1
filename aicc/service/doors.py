"""The front's side of all doors: telephones, pages, AudioSocket. Calls come in here and hear of their end here."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path

from aicc.door_settings import AudioSocket, host_and_port
from aicc.errors import AiccError
from aicc.service.api.service import CallLog
from aicc.service.front import Front
from aicc.service.scenarios import Scenarios
from aicc.service.sip.opening import telephone_opened
from aicc.service.sip.telephone import NobodyToCall, Telephone
from aicc.service.web.call_limit import CallLimit
from aicc.service.web.ice import check_ice, ice_servers
from aicc.service.web.routes import Pages
from aicc.service.web.web_calls import WebCalls
from aicc.settings import Settings
from voicebot.doors.audiosocket_listener import AudioSocketListener
from voicebot.doors.handing_over import hand_over
from voicebot.doors.sip.referring import Outcome
from voicebot.events import Logged
from voicebot.link import Accepted, CallCommand, HangUp, Refused, Reply

log = logging.getLogger(__name__)

STARTING = "the service is starting"


class DoorUnusable(AiccError):
    """A door cannot be opened as the settings say."""


class Doors:
    """Made before the front, which tells it what happens; open while :meth:`opened` runs."""

    def __init__(self, settings: Settings, scenarios: Scenarios) -> None:
        self._settings = settings
        self._scenarios = scenarios
        self._front: Front | None = None
        self._telephone: Telephone | None = None
        self._web = WebCalls(self, lambda delay_s, work: asyncio.get_running_loop().call_later(delay_s, work))
        self._limit = CallLimit(settings.web.calls_a_minute)

    @contextlib.asynccontextmanager
    async def opened(self, front: Front) -> AsyncIterator[list[str]]:
        """Where callers may come in, for people. Raises :class:`AiccError` with the setting that is wrong."""
        self._front = front
        settings = self._settings
        if settings.web.enabled:
            check_ice(settings.web.ice)
        async with contextlib.AsyncExitStack() as stack:
            addresses: list[str] = []
            if settings.sip.listen:
                opening = telephone_opened(settings.sip, front, self._scenarios.answering)
                self._telephone, listening = await stack.enter_async_context(opening)
                addresses += listening
            if settings.audiosocket.listen:
                addresses.append(await stack.enter_async_context(self._audiosocket(settings.audiosocket)))
            try:
                yield addresses
            finally:
                self._telephone = None

    # ---- what the front tells

    def heard(self, logged: Logged) -> None:
        self._web.heard(logged)
        if self._telephone:
            self._telephone.heard(logged)

    def left(self, call_id: str) -> None:
        self._web.left(call_id)
        if self._telephone:
            self._telephone.left(call_id)

    # ---- telephones

    async def place(self, number: str, scenario: str, variables: Mapping[str, str]) -> str:
        """:class:`NobodyToCall`."""
        if self._front is None:
            raise NobodyToCall(f"{STARTING}: try again in a few seconds")
        if self._telephone is None:
            raise NobodyToCall("this service has no telephone: write sip.listen and sip.outbound into aicc.yaml")
        return await self._telephone.place(number, scenario, variables)

    async def send_keys(self, call_id: str, keys: str) -> bool:
        """Towards a telephone; False where the call is none, or not up."""
        return self._telephone is not None and await self._telephone.send_keys(call_id, keys)

    async def transfer(self, call_id: str, to: str) -> Outcome | None:
        """See :meth:`Telephone.transfer`."""
        return await self._telephone.transfer(call_id, to) if self._telephone else None

    @property
    def telephone(self) -> Telephone | None:
        """None where there is none, and while it is not open."""
        return self._telephone

    def status(self) -> Mapping[str, object]:
        return self._telephone.status() if self._telephone else {}

    # ---- pages

    def pages(self, log: Callable[[str], CallLog | None]) -> Pages | None:
        """What the routes of the pages need, with the log of a call; None where there are to be no pages."""
        settings = self._settings
        if not settings.web.enabled:
            return None
        return Pages(
            self._web,
            log,
            company=lambda: self._scenarios.loaded[0].scenario.company,
            synthetic_voices_only=settings.recognizer == "bundled",
            ice=partial(ice_servers, settings.web.ice),
            let_in=self._limit.lets_in,
            origins=settings.web.origins,
            proxies=settings.web.proxies,
        )

    async def take_page(self, called: str, sdp: str) -> Accepted | Refused:
        if self._front is None:  # the page is there before there is anybody to call
            return Refused(STARTING)
        return await self._of.offer("webrtc", "", called, "in", self._scenarios.answering(called), {}, sdp)

    async def take_chat(self, called: str) -> Accepted | Refused:
        if self._front is None:
            return Refused(STARTING)
        return await self._of.offer("chat", "", called, "in", self._scenarios.answering(called), {})

    async def ask(self, call_id: str, command: CallCommand) -> Reply:
        return await self._of.ask(call_id, command)

    async def hang_up(self, call_id: str) -> bool:
        """Of the page's own accord."""
        return await self._of.hang_up(call_id, "caller", "hung_up")

    # ---- AudioSocket

    @contextlib.asynccontextmanager
    async def _audiosocket(self, settings: AudioSocket) -> AsyncIterator[str]:
        assert settings.listen
        networks = [ipaddress.ip_network(network) for network in settings.networks]

        def is_listed(address: str) -> bool:
            return any(ipaddress.ip_address(address) in network for network in networks)

        listener = AudioSocketListener(*host_and_port(settings.listen), self._take_audiosocket, is_listed)
        try:
            port = await listener.start()
        except OSError as error:
            reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
            raise DoorUnusable(
                f"nothing can listen at {settings.listen}: {reason}: check audiosocket.listen in aicc.yaml"
            ) from None
        try:
            yield f"audiosocket://{settings.listen.rpartition(':')[0]}:{port}"
        finally:
            await listener.close()

    async def _take_audiosocket(self, uuid: str, sock: socket.socket, address: str, first: bytes) -> None:
        """Asterisk tells no numbers here: the UUID is what a scenario may know the caller by."""
        answer = await self._of.offer("audiosocket", "", "", "in", self._scenarios.answering(""), {"audiosocket": uuid})
        if isinstance(answer, Refused):
            log.warning("an AudioSocket call from %s is not taken: %s", address, answer.reason)
            return
        try:
            hand_over(Path(answer.socket), answer.call_id, sock, first)
        except OSError as error:
            log.error("an AudioSocket call from %s could not be handed over: %s", address, error)
            await self._of.ask(answer.call_id, HangUp(answer.call_id, "service", "not_handed_over"))

    @property
    def _of(self) -> Front:
        assert self._front, "the doors are not open"
        return self._front

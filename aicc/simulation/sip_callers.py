"""Recorded callers who dial: SIP from one user agent for all of them, G.711 or Opus from a wire each."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from sipmessage import URI

from aicc.errors import AiccError
from aicc.service.sip.telephone import CALL_HEADER
from aicc.simulation.impairment import Impairment
from aicc.simulation.pool import Connect
from aicc.simulation.rtp_wire import RtpWire
from aicc.simulation.script import Script
from aicc.simulation.service import Service
from aicc.simulation.wire import Wire, WireUnavailable
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.codecs import open_codec
from voicebot.doors.rtp.formats import CODECS, CodecName
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.outbound import OutboundLeg
from voicebot.doors.sip.resolving import Unresolved, resolve
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import By, LegWatcher

SIP_HERE = {"AICC_SIP__LISTEN": "127.0.0.1:0"}  # the setting of a service that telephones on this machine call
ANSWER_S = 32.0  # RFC 3261, timer B: so long an INVITE is repeated


class NoSipAddress(AiccError):
    """Callers were told to dial something else."""

    def __init__(self, target: str) -> None:
        super().__init__(f'"{target}" is no SIP address: write sip:HOST:PORT or sip:NUMBER@HOST')


class NoSuchCodec(AiccError):
    """Callers were told to speak what their telephones do not know."""


@dataclass(frozen=True, slots=True)
class Telephones:
    """What all callers have in common. ``codec`` is the only one that they know."""

    codec: CodecName = "PCMU"
    impairment: Impairment = field(default_factory=Impairment)

    @property
    def rate_hz(self) -> int:
        """At which its callers' sound is to be made."""
        return open_codec(self.codec).rate_hz

    @classmethod
    def of(cls, codec: str, loss: float, jitter_ms: float) -> Telephones:
        """:class:`NoSuchCodec` for one that is not spoken here."""
        if codec not in CODECS:
            raise NoSuchCodec(f'no codec "{codec}": write {", ".join(CODECS)}')
        return cls(cast(CodecName, codec), Impairment(loss, jitter_ms))


@dataclass(frozen=True, slots=True)
class Dialling:
    """Whom callers dial, and with what."""

    target: str
    telephones: Telephones


class SipCallers:
    """Calls ``target``, a SIP URI, for every script; what is rung is its user, the script's number where it has none.

    Use it as an asynchronous context manager: leaving it hangs up what still talks. By the callers' numbers,
    ``setup_ms`` are the times from INVITE to 200, ``call_ids`` what the service calls the calls.
    """

    def __init__(
        self, target: str, telephones: Telephones | None = None, call_ids: dict[int, str] | None = None
    ) -> None:
        """:class:`NoSipAddress` where ``target`` is none."""
        try:
            self._target = URI.parse(target)
        except ValueError:
            raise NoSipAddress(target) from None
        if self._target.scheme not in ("sip", "sips"):
            raise NoSipAddress(target)
        self._telephones = telephones or Telephones()
        self._agent: UserAgent | None = None
        self._host = ""
        self.setup_ms: dict[int, float] = {}
        self.call_ids = {} if call_ids is None else call_ids

    async def __aenter__(self) -> SipCallers:
        """Raises :class:`WireUnavailable` where the target is nowhere."""
        try:
            hop = (await resolve(self._target))[0]
        except Unresolved as error:
            raise WireUnavailable(str(error)) from None
        agent = self._agent = UserAgent(_Nobody())
        any_host = "::" if ":" in hop.host else "0.0.0.0"
        for protocol in ("udp", "tcp"):
            await agent.listen(protocol, any_host, 0)
        self._host = agent.transports.local(hop)[0]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._agent:
            await self._agent.close()

    async def connect(self, script: Script, number: int) -> Wire:
        """Returns when somebody has picked up. Raises :class:`WireUnavailable` with what was answered instead."""
        return await self.dial(number, script.written.caller, script.written.called)

    async def dial(
        self, number: int, caller: str, called: str = "", headers: Mapping[str, str] | None = None
    ) -> RtpWire:
        """As ``connect``, without a script; ``headers`` are the INVITE's own."""
        assert self._agent
        call = _Call(self._host, self._telephones, number)
        host = f"[{self._host}]" if ":" in self._host else self._host
        target = self._target if self._target.user else _with_user(self._target, called or "bot")
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        from_ = f"<sip:{caller or 'anonymous'}@{host}>"
        call.leg = self._agent.call(target, sdp=call.wire.offer(), from_=from_, watcher=call, headers=headers)
        try:
            async with asyncio.timeout(ANSWER_S):
                await call.picked_up
        except BaseException as error:
            call.leg.bye()  # nothing, where it was refused
            call.wire.closed()
            if isinstance(error, TimeoutError):
                raise WireUnavailable(f"{target} did not answer within {ANSWER_S:.0f} s: check that it runs") from None
            raise
        self.setup_ms[number] = (loop.time() - began_s) * 1000
        if call.leg.answer and (call_id := call.leg.answer.headers.get(CALL_HEADER)):
            self.call_ids[number] = call_id
        return call.wire


@contextlib.asynccontextmanager
async def connecting(service: Service, telephones: Telephones | None) -> AsyncIterator[Connect]:
    """How callers reach a service that was started with :data:`SIP_HERE`; without ``telephones`` over its own wire."""
    if telephones is None:
        yield service.connect
        return
    assert service.telephone
    async with SipCallers(service.telephone, telephones, service.call_ids) as callers:
        yield callers.connect


class _Call(LegWatcher):
    """One call: the signalling's news for its wire."""

    def __init__(self, host: str, telephones: Telephones, number: int) -> None:
        self.wire = RtpWire(host, telephones.codec, self._hung_up, telephones.impairment, number)
        self.picked_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.leg: OutboundLeg | None = None

    def answered(self, sdp: str) -> None:
        try:
            self.wire.answered(sdp)
        except NotAcceptable as error:
            self._failed(f"the answer does not fit: {error}")
            if self.leg:
                self.leg.bye()
            return
        if not self.picked_up.done():
            self.picked_up.set_result(None)

    async def reoffered(self, sdp: str) -> str:
        return self.wire.reoffered(sdp) if sdp else self.wire.offer()

    def reanswered(self, sdp: str) -> None:
        self.wire.answered(sdp)

    def ended(self, by: By, reason: str, code: int) -> None:
        why = f"{reason} ({code})" if code else reason
        self._failed(f"the call was not taken: {why}")
        self.wire.closed("" if by != "network" else why)

    def _failed(self, why: str) -> None:
        if not self.picked_up.done():
            self.wire.closed(why)
            self.picked_up.set_exception(WireUnavailable(why))

    def _hung_up(self) -> None:
        if self.leg:
            self.leg.bye()


class _Nobody:
    """Who is at home where callers live."""

    is_open = False

    def invited(self, leg: InboundLeg) -> None:
        leg.refuse(486)


def _with_user(uri: URI, user: str) -> URI:
    return URI(scheme=uri.scheme, host=uri.host, user=user, port=uri.port, parameters=uri.parameters)

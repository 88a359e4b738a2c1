"""SIP as the settings say it: where it listens, who is let in, where it registers, how calls leave."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sipmessage import URI

from aicc.door_settings import Outbound, Registration, Sip, host_and_port
from aicc.errors import AiccError
from aicc.service.front import Front
from aicc.service.sip.dialling import Way
from aicc.service.sip.telephone import House, Telephone
from voicebot.doors.sip.asking import Asker
from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.gate import Gate
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.registration import Registration as Binding
from voicebot.doors.sip.resolving import Unresolved, resolve
from voicebot.doors.sip.tls import TlsUnusable, server_tls, valid_until
from voicebot.doors.sip.user_agent import Desk, UserAgent
from voicebot.doors.sip.wire import UserAgentSettings

log = logging.getLogger(__name__)

EXPIRY_TOLD = timedelta(days=14)  # before it comes to that
MOST_TRIES = 20  # for a port that the setting leaves open
ANYWHERE = "192.0.2.1", 5_060  # TEST-NET-1 (RFC 5737): nothing is sent there, only the routes are asked
RING_S = 60.0  # whom callers ask for by REFER, where nothing is said of calls that go out
ACCEPT_S = 30.0  # a caller waits so long for a slot; processes answer within seconds


class SipUnusable(AiccError):
    """SIP cannot be opened as the settings say."""


@contextlib.asynccontextmanager
async def telephone_opened(
    settings: Sip, front: Front, answering: Callable[[str], str]
) -> AsyncIterator[tuple[Telephone, list[str]]]:
    """The desk and where it listens, for as long as the block runs; :class:`SipUnusable`.

    ``answering`` names the scenario for a called number.
    """
    agents: list[UserAgent] = []
    gate = _gate(settings)

    def agent(desk: Desk) -> UserAgent:
        chosen = UserAgentSettings(
            session_s=settings.session_seconds,
            accept_s=ACCEPT_S,
            ring_s=settings.outbound.ring_seconds if settings.outbound else RING_S,
            variables=settings.headers,
            own_users=frozenset(one.user for one in settings.registrations),
        )
        agents.append(UserAgent(desk, chosen, gate=gate))
        return agents[0]

    house = House(
        answering,
        resolve,
        _way(settings.outbound) if settings.outbound else None,
        settings.overflow,
        settings.when_full,
        settings.handoff,
        gate.trusts,
        gate.know,
    )
    telephone = Telephone(front, house, agent)
    [user_agent] = agents
    try:
        # it takes seconds where no DNS answers: now, while nobody can call yet; who is nowhere is told of below
        asked = (resolve(URI.parse(wanted.registrar)) for wanted in settings.registrations)
        await asyncio.gather(*asked, return_exceptions=True)
        listening = await _listen(user_agent, settings)
        for wanted in settings.registrations:
            binding = await _binding(user_agent, wanted)
            binding.start()
            telephone.registrations[f"{wanted.user} at {wanted.registrar}"] = binding
        yield telephone, listening
    finally:
        await asyncio.gather(*(binding.stop() for binding in telephone.registrations.values()))
        await telephone.close()
        await user_agent.close()


async def _listen(agent: UserAgent, settings: Sip) -> list[str]:
    """What was opened, as addresses for people."""
    assert settings.listen
    host, port = host_and_port(settings.listen)
    shown = settings.address or ""
    with _usable(settings.listen, "choose another --sip, or end who has it"):
        port = await agent.listen("udp", host, port or _free_port(host), advertised=shown)
        await agent.listen("tcp", host, port, advertised=shown)
    listening = [f"sip:{_bracketed(host)}:{port}"]
    if settings.tls:
        host, port = host_and_port(settings.tls.listen)
        try:
            context = server_tls(settings.tls.certificate, settings.tls.key)
            _warn_of_expiry(settings.tls.certificate)
        except TlsUnusable as error:
            raise SipUnusable(f"{error}: check sip.tls in aicc.yaml") from None
        with _usable(settings.tls.listen, "choose another address for sip.tls in aicc.yaml, or end who has it"):
            port = await agent.listen("tls", host, port, context, advertised=shown)
        listening.append(f"sips:{_bracketed(host)}:{port}")
    return listening


def _warn_of_expiry(certificate: Path) -> None:
    """Whoever checks it hangs up without a word to us."""
    until = valid_until(certificate)
    left = until - datetime.now(UTC)
    if left < timedelta():
        log.error("%s has expired on %s: no SIP over TLS comes in until it is renewed", certificate, until.date())
    elif left < EXPIRY_TOLD:
        log.warning("%s expires on %s: renew it, and start the service anew", certificate, until.date())


@contextlib.contextmanager
def _usable(address: str, cure: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
        raise SipUnusable(f"nothing can listen for SIP at {address}: {reason}: {cure}") from None


def _free_port(host: str) -> int:
    """One that is free for UDP and TCP alike; OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(MOST_TRIES):
        with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.socket(family, socket.SOCK_STREAM) as tcp:
            udp.bind((host, 0))
            port: int = udp.getsockname()[1]
            with contextlib.suppress(OSError):
                tcp.bind((host, port))
                return port
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _gate(settings: Sip) -> Gate:
    passwords = {user: _secret(variable, f"sip.users.{user}") for user, variable in settings.users.items()}
    return Gate(settings.trunks, Challenger(settings.realm, algorithms=settings.digest), passwords.get)


def _way(outbound: Outbound) -> Way:
    credentials = None
    if outbound.user or outbound.password_from:
        credentials = outbound.user or outbound.caller, _secret(outbound.password_from, "sip.outbound.password_from")
    return Way(URI.parse(outbound.proxy), outbound.caller, credentials)


async def _binding(agent: UserAgent, wanted: Registration) -> Binding:
    registrar = URI.parse(wanted.registrar)
    try:
        hop = (await resolve(registrar))[0]
    except Unresolved as error:  # it may come back: the registration goes on trying, with our address to the world
        log.warning("%s: check sip.registrations in aicc.yaml", error)
        hop = Hop("udp", *ANYWHERE)
    host, port = agent.transports.local(hop)
    transport = "" if hop.protocol == "udp" else f";transport={hop.protocol}"
    return Binding(
        registrar=wanted.registrar,
        address=f"sip:{wanted.user}@{registrar.host}",
        contact=f"sip:{wanted.user}@{_bracketed(host)}:{port}{transport}",
        username=wanted.user,
        password=_secret(wanted.password_from, f"the password of {wanted.user} at {registrar.host}"),
        ask=Asker(agent.transactions, resolve),
        expires_s=wanted.expires_seconds,
    )


def _secret(variable: str | None, what: str) -> str:
    if not variable:
        raise SipUnusable(f"nobody knows {what}: write into aicc.yaml which variable holds it")
    if not (secret := os.environ.get(variable)):
        raise SipUnusable(f"{variable} holds no password ({what}): set it")
    return secret


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

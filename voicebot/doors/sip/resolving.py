"""Where a SIP URI is: RFC 3263, with SRV and addresses, without NAPTR."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import sipmessage
from dns.rdtypes.IN.SRV import SRV

from voicebot.doors.sip.hop import DEFAULT_PORTS, Hop, Protocol
from voicebot.doors.sip.transport import family_of

RESOLVE_S = 3.0
SRV_S = 2.0  # then the name's own addresses are asked for in what is left
MOST_REMEMBERED = 1_000
ADDRESS_TTL_S = 30.0  # the system tells none
FAILURE_TTL_S = 10.0
LONGEST_TTL_S = 300.0
THREADS = 4
MOST_HOPS = 16

_SERVICES: dict[Protocol, str] = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
_PROTOCOLS: dict[str, Protocol] = {"udp": "udp", "tcp": "tcp", "tls": "tls"}


class Unresolved(Exception):
    """Nobody can say where a URI is; one line."""


@dataclass(frozen=True, slots=True)
class _Known:
    until_s: float
    hops: tuple[Hop, ...]
    problem: str


class Resolver:
    """Looks hosts up off the loop and remembers what it found, ``MOST_REMEMBERED`` names, the oldest forgotten first.

    Names that were not found are remembered for ``FAILURE_TTL_S``. Questions for one name that come at once are one.
    Addresses are asked of the system (its hosts file counts), in ``THREADS`` threads that a silent server may hold up:
    who waits longer than ``RESOLVE_S`` is refused.
    """

    def __init__(
        self,
        dns_resolver: dns.asyncresolver.Resolver | None = None,
        addresses: Callable[[str], list[str]] | None = None,
    ) -> None:
        """``dns_resolver`` answers SRV, the system's servers where it is None; ``addresses`` may block."""
        self._dns = dns_resolver
        self._addresses = addresses or system_addresses
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolving")
        self._known: OrderedDict[tuple[str, int | None, Protocol | None], _Known] = OrderedDict()
        self._asked: dict[tuple[str, int | None, Protocol | None], asyncio.Task[_Known]] = {}

    async def resolve(self, uri: sipmessage.URI) -> list[Hop]:
        """The hops to try for a sip or sips URI, the best first, :data:`MOST_HOPS` at most. Raises Unresolved.

        The transport parameter is honoured; without one, and for a name without a port, UDP, TCP and TLS are looked for
        by SRV in this order. A sips URI is TLS only. ``maddr`` is not followed.
        """
        protocol = protocol_of(uri)
        host = uri.host.strip("[]").lower().rstrip(".")
        if family_of(host) is not None:
            protocol = protocol or "udp"
            return [Hop(protocol, host, uri.port or DEFAULT_PORTS[protocol])]
        key = (host, uri.port, protocol)
        loop = asyncio.get_running_loop()
        known = self._known.get(key)
        if known is None or known.until_s <= loop.time():
            task = self._asked.get(key)
            if task is None or task.get_loop() is not loop:
                task = self._asked[key] = loop.create_task(self._look_up(key))
                task.add_done_callback(lambda _: self._asked.pop(key, None))
            known = await asyncio.shield(task)
        if known.problem:
            raise Unresolved(known.problem)
        return list(known.hops)

    async def _look_up(self, key: tuple[str, int | None, Protocol | None]) -> _Known:
        host, port, protocol = key
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(RESOLVE_S):
                hops, ttl_s = await self._find(host, port, protocol)
            problem = "" if hops else f"{host} has no address"
        except TimeoutError:
            hops, ttl_s, problem = [], 0.0, f"no answer about {host} within {RESOLVE_S:.0f} s: is the DNS server there?"
        except (OSError, ValueError) as error:
            hops, ttl_s, problem = [], 0.0, f"{host} is not found: {getattr(error, 'strerror', None) or error}"
        known = _Known(loop.time() + (FAILURE_TTL_S if problem else ttl_s), tuple(hops[:MOST_HOPS]), problem)
        self._known[key] = known
        self._known.move_to_end(key)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return known

    async def _find(self, host: str, port: int | None, protocol: Protocol | None) -> tuple[list[Hop], float]:
        if port is None:
            wanted: list[Protocol] = [protocol] if protocol else ["udp", "tcp", "tls"]
            answers = await asyncio.gather(*(self._services(host, one) for one in wanted))
            for one, (targets, ttl_s) in zip(wanted, answers, strict=True):
                if targets:
                    return await self._hops_of(one, targets, host), ttl_s
        protocol = protocol or "udp"
        target = [(host, port or DEFAULT_PORTS[protocol])]
        return await self._hops_of(protocol, target, host), ADDRESS_TTL_S

    async def _services(self, host: str, protocol: Protocol) -> tuple[list[tuple[str, int]], float]:
        """Targets and ports in the order of RFC 2782, and for how long; none where DNS has none or does not answer."""
        try:
            if self._dns is None:
                self._dns = dns.asyncresolver.Resolver()
            answer = await self._dns.resolve(
                f"{_SERVICES[protocol]}.{host}.", dns.rdatatype.SRV, lifetime=SRV_S, search=False
            )
        except (dns.exception.DNSException, OSError, ValueError):
            return [], 0.0
        records = [cast(SRV, record) for record in answer if record.rdtype == dns.rdatatype.SRV]
        ordered = [(str(record.target).rstrip("."), record.port) for record in in_order(records)]
        ttl_s = float(answer.rrset.ttl) if answer.rrset is not None else 0.0
        return [target for target in ordered if target[0]], min(ttl_s, LONGEST_TTL_S)

    async def _hops_of(self, protocol: Protocol, targets: list[tuple[str, int]], domain: str) -> list[Hop]:
        """Each target's addresses; a target that is not found is passed over unless all are."""
        loop = asyncio.get_running_loop()
        names = list(dict.fromkeys(name for name, _ in targets[:MOST_HOPS]))
        found = await asyncio.gather(
            *(loop.run_in_executor(self._threads, self._addresses, name) for name in names), return_exceptions=True
        )
        of_name = dict(zip(names, found, strict=True))
        hops: list[Hop] = []
        for name, port in targets[:MOST_HOPS]:
            addresses = of_name[name]
            if not isinstance(addresses, BaseException):
                hops += [Hop(protocol, host, port, domain if protocol == "tls" else "") for host in addresses]
        if not hops and isinstance(found[0], OSError | ValueError):
            raise found[0]
        return hops


def protocol_of(uri: sipmessage.URI) -> Protocol | None:
    """What the URI itself asks for, None where it leaves it open. Raises Unresolved for what we do not speak."""
    if uri.scheme not in ("sip", "sips"):
        raise Unresolved(f"a {uri.scheme} URI says not where it is: give a sip URI")
    name = next((value for key, value in uri.parameters.items() if key.lower() == "transport"), None)
    if name is not None and name.lower() not in _PROTOCOLS:
        raise Unresolved(f"transport {name} is not spoken here: udp, tcp and tls are")
    if uri.scheme == "sips":
        return "tls"
    return _PROTOCOLS[name.lower()] if name else None


def in_order(records: list[SRV]) -> list[SRV]:
    """Lower priorities first, within one by chance according to the weights (RFC 2782)."""
    ordered: list[SRV] = []
    for priority in sorted({record.priority for record in records}):
        left = [record for record in records if record.priority == priority]
        while left:
            chosen = random.choices(left, [record.weight + 0.001 for record in left])[0]
            ordered.append(chosen)
            left.remove(chosen)
    return ordered


def system_addresses(host: str) -> list[str]:
    """IPv4 and IPv6 addresses in the system's order. Blocks. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


_resolver = Resolver()


async def resolve(uri: sipmessage.URI) -> list[Hop]:
    """:meth:`Resolver.resolve` of this process."""
    return await _resolver.resolve(uri)

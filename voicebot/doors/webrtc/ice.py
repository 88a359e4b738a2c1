"""The way to one browser through whatever lies between: ICE (RFC 8445), with STUN and TURN, by aioice.

All that we touch of aioice's inside is in this file: it has no hook for a datagram that has arrived, none for sending
without a coroutine, a fixed limit of gathering, and it reads hostile STUN attributes with exceptions.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import random
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aioice import Candidate, Connection, TransportPolicy
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol, relayed_candidate, server_reflexive_candidate
from aioice.stun import Message
from aioice.turn import TurnTransport
from aiortc.rtcconfiguration import RTCIceServer
from aiortc.rtcicetransport import connection_kwargs

from voicebot.doors.webrtc.ice_server import IceServer

log = logging.getLogger(__name__)

GATHER_S = 1.5  # a STUN or TURN server that has not answered by then is done without
MOST_CANDIDATES = 32  # of the browser's, told or found out: further ones are passed over
MOST_PORTS_TRIED = 100
# A permission of TURN lasts 300 s, refreshed with its channel (RFC 8656 sections 9 and 12); aioice would wait 500 s.
CHANNEL_REFRESH_S = 240

EXPEDITED = 46 << 2  # the DSCP of voice (RFC 8837 section 5)
COMPONENT = 1  # RTP and RTCP share it (RFC 5761)
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Network:
    """Where this side may be reached.

    ``addresses`` of this machine that are used; all but loopback where none are given, loopback where there is no
    other. ``ports`` that are tried, from a random one on; any free one where none are given. ``is_relayed``: by TURN
    and nothing else.
    """

    servers: tuple[IceServer, ...] = ()
    addresses: tuple[str, ...] = ()
    ports: range = range(0)
    is_relayed: bool = False

    def __post_init__(self) -> None:
        for server in self.servers:
            try:
                connection_kwargs([_server(server)])
            except ValueError as error:
                raise ValueError(f'"{server.uri}" is no ICE server: write stun:HOST:PORT or turn:HOST:PORT') from error


@dataclass(frozen=True, slots=True)
class Credentials:
    """``a=ice-ufrag`` and ``a=ice-pwd`` of one side; others than before mean a restart (RFC 8445 section 9)."""

    username: str
    password: str


def read_candidate(text: str) -> Candidate | None:
    """A candidate as a browser tells it, with or without ``candidate:``; None for what cannot be used.

    That is TCP, and names ending in .local: who hides an address is found by its own checks, as a peer-reflexive
    candidate (RFC 8445 section 7.3.1.3).
    """
    try:
        candidate = Candidate.from_sdp(text.strip().removeprefix("a=").removeprefix("candidate:"))
        address = ipaddress.ip_address(candidate.host)
    except (ValueError, IndexError):
        return None
    is_reachable = 0 < candidate.port < 65_536 and not (address.is_multicast or address.is_unspecified)
    is_known = candidate.component == COMPONENT and candidate.type in ("host", "srflx", "relay")
    is_udp = candidate.transport.lower() == "udp" and "%" not in candidate.host  # a scope would be looked up
    return candidate if is_reachable and is_known and is_udp else None


class Ice(Connection):
    """One ICE connection to a browser that has offered: this side is controlled, and tells all its candidates at once.

    ``lost`` is told when it closes: from here, or since the browser has not agreed to be sent to for about 30 s
    (RFC 7675). ``arrived`` gets every datagram that is no STUN: RTP from anybody, all else from candidates only.
    """

    arrived: Callable[[bytes], None]

    def __init__(self, network: Network, remote: Credentials, lost: Callable[[Ice], None]) -> None:
        servers = connection_kwargs([_server(server) for server in network.servers])
        policy = TransportPolicy.RELAY if network.is_relayed else TransportPolicy.ALL
        super().__init__(ice_controlling=False, transport_policy=policy, **servers)
        self.remote = remote
        self.remote_username, self.remote_password = remote.username, remote.password
        self.arrived = lambda datagram: None
        self._lost = lost
        self._network = network

    @property
    def local(self) -> Credentials:
        return Credentials(self.local_username, self.local_password)

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Further candidates of the browser, at any time."""
        for candidate in candidates:
            if len(self._remote_candidates) < MOST_CANDIDATES and not self._closing:
                self._add_remote_candidate(candidate, candidate.host)

    def send_now(self, data: bytes) -> None:
        """A datagram to the browser, without waiting; dropped where there is no way to it."""
        pair = self._nominated.get(COMPONENT)
        if pair is None:
            return
        transport: Any = pair.protocol.transport
        if isinstance(transport, TurnTransport):
            self._relay(transport, data, pair.remote_addr)
        elif not transport.is_closing():
            transport.sendto(data, pair.remote_addr)

    def _relay(self, transport: TurnTransport, data: bytes, address: tuple[str, int]) -> None:
        """aioice sends each datagram from a task of its own; that is needed once in some minutes, for the channel."""
        inner = _inner(transport)
        channel = inner.peer_to_channel.get(address)
        if channel is None or time.time() > inner.channel_refresh_at[channel]:
            transport.sendto(data, address)
        elif not inner.transport.is_closing():
            inner._send(struct.pack("!HH", channel, len(data)) + data)

    # ---- what aioice calls

    async def close(self) -> None:
        self._lost(self)
        await super().close()

    def check_incoming(self, message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        if "PRIORITY" not in message.attributes:
            return
        if len(self._remote_candidates) < MOST_CANDIDATES or self.is_candidate(addr):
            super().check_incoming(message, addr, protocol)

    def is_candidate(self, address: tuple[str, int]) -> bool:
        return any((known._network_host, known.port) == address for known in self._remote_candidates)

    async def get_component_candidates(self, component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        """As aioice does it, with a shorter limit, ports of our choice and :class:`Wire` as the protocol."""
        wires = [wire for host in self._hosts(addresses) if (wire := await self._open(host)) is not None]
        self._protocols += wires
        candidates = [wire.local_candidate for wire in wires]
        asked: list[asyncio.Task[tuple[Candidate, StunProtocol | None]]] = []
        if self.stun_server is not None:
            v4 = [wire for wire in wires if ipaddress.ip_address(wire.local_candidate.host).version == 4]
            asked += [asyncio.create_task(server_reflexive_candidate(wire, self.stun_server)) for wire in v4]
        if self.turn_server is not None:
            asked.append(asyncio.create_task(self._allocate()))
        if not asked:
            return candidates
        try:
            answered, silent = await asyncio.wait(asked, timeout=GATHER_S)
        except asyncio.CancelledError:
            for task in asked:
                task.cancel()
            raise
        for task in silent:
            task.cancel()
        for task in answered:
            if (error := task.exception()) is not None:
                log.warning("an ICE server gave no candidate: %s", error or type(error).__name__)
                continue
            candidate, relayed = task.result()
            candidates.append(candidate)
            if relayed is not None:
                _inner(relayed.transport).channel_refresh_time = CHANNEL_REFRESH_S
                self._protocols.append(relayed)
        if silent:
            log.warning("%d ICE servers have not answered within %.1f s", len(silent), GATHER_S)
        return candidates

    def new_wire(self) -> Wire:
        return Wire(self)

    def _hosts(self, addresses: Sequence[str]) -> Sequence[str]:
        return () if self._network.is_relayed else self._network.addresses or addresses or (LOOPBACK,)

    async def _open(self, host: str) -> Wire | None:
        """A socket at the address ``host``; None where there is no free port or no such address."""
        loop = asyncio.get_running_loop()
        ports = self._network.ports
        first = random.randrange(len(ports)) if ports else 0
        turned = [*ports[first:], *ports[:first]][:MOST_PORTS_TRIED] or [0]
        for port in turned:
            with contextlib.suppress(OSError):
                transport, wire = await loop.create_datagram_endpoint(self.new_wire, local_addr=(host, port))
                _expedite(transport.get_extra_info("socket"))
                bound = transport.get_extra_info("sockname")
                wire.local_candidate = Candidate(
                    foundation=candidate_foundation("host", "udp", bound[0]),
                    component=COMPONENT,
                    transport="udp",
                    priority=candidate_priority(COMPONENT, "host"),
                    host=bound[0],
                    port=bound[1],
                    type="host",
                )
                return wire
        log.warning("no socket for a browser at %s: no such address or no free port", host)
        return None

    async def _allocate(self) -> tuple[Candidate, StunProtocol | None]:
        assert self.turn_server is not None
        return await relayed_candidate(
            component=COMPONENT,
            hide_related_address=self._network.is_relayed,
            protocol_factory=self.new_wire,
            turn_server=self.turn_server,
            turn_username=self.turn_username,
            turn_password=self.turn_password,
            turn_ssl=self.turn_ssl,
            turn_transport=self.turn_transport,
        )


class Wire(StunProtocol):
    """One socket of a connection: tells STUN from the rest by the first byte (RFC 7983)."""

    receiver: Ice

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        if not isinstance(data, bytes) or not data:
            return
        if 127 < data[0] < 192:
            self.receiver.arrived(data)
        elif data[0] > 3:
            if self.receiver.is_candidate((addr[0], addr[1])):
                self.receiver.arrived(data)
        else:
            # struct.error, KeyError and others for attributes that are too short or missing
            with contextlib.suppress(Exception):
                super().datagram_received(data, addr)


def _expedite(sock: socket.socket) -> None:
    """Marks what is sent as voice; a network, or a container, may not let it."""
    with contextlib.suppress(OSError):
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)


def _server(server: IceServer) -> RTCIceServer:
    return RTCIceServer(server.uri, server.username or None, server.credential or None)


def _inner(transport: Any) -> Any:
    """aioice's client of the TURN server, behind what it shows as a transport."""
    return transport._TurnTransport__inner_protocol

"""Messages to and from other elements over UDP, TCP and TLS (RFC 3261, section 18)."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from voicebot.doors.sip.datagrams import DatagramSocket
from voicebot.doors.sip.framing import StreamBroken
from voicebot.doors.sip.hop import DEFAULT_PORTS, Hop, Protocol, response_hop, stamp
from voicebot.doors.sip.listener import Listener
from voicebot.doors.sip.message import Message, MessageInvalid, Request, read
from voicebot.doors.sip.stream import Stream
from voicebot.doors.sip.streams import Streams

__all__ = ["DEFAULT_PORTS", "Hop", "Protocol", "Transports", "response_hop", "stamp"]

log = logging.getLogger(__name__)

MOST_REMEMBERED = 10_000  # peers of which is known by which of several UDP sockets they talk to us


class Transports:
    """All sockets of the signalling. Belongs to the loop that it is made on.

    ``received`` gets every message with the hop that it came from; requests are stamped (see :func:`stamp`).
    ``invalid`` gets what is none: where its ``request`` is set, answer that with
    ``send(to_bytes(response_to(invalid.request, invalid.code, invalid.reason)), response_hop(invalid.request, hop))``;
    a stream that cannot be read on is closed when that is written. ``failed`` is called once, and never from within
    :meth:`send`, for a datagram or a connection that failed, with why; the connection is gone then. What the three
    raise is logged and goes no further.
    """

    def __init__(
        self,
        received: Callable[[Message, Hop], None],
        invalid: Callable[[MessageInvalid, Hop], None],
        failed: Callable[[Hop, str], None],
        *,
        client_tls: ssl.SSLContext | None = None,
    ) -> None:
        """``client_tls`` is for connections of ours; without one, certificates are verified against the system's."""
        self._received = received
        self._invalid = invalid
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._streams = Streams(self._stream_arrived, self._stream_broken, self._fail, client_tls)
        self._datagrams: list[DatagramSocket] = []
        self._listeners: list[tuple[Protocol, Listener]] = []
        self._advertised: dict[DatagramSocket | Listener, str] = {}
        self._heard_by: OrderedDict[tuple[str, int], DatagramSocket] = OrderedDict()
        self._is_closed = False
        self.lets_in: Callable[[str], bool] = lambda host: True
        """Asked for every message before it is read, by the address that it is from: a flood is dropped cheaply."""

    async def listen(
        self, protocol: Protocol, host: str, port: int, tls: ssl.SSLContext | None = None, *, advertised: str = ""
    ) -> int:
        """Listens, and tells the port, which is chosen where ``port`` is 0.

        ``host`` is an address of this machine, 0.0.0.0 for all of IPv4, :: for all of IPv6 and nothing else.
        ``advertised`` is the address by which peers of other machines see this one, behind a translating router.
        Raises OSError where that cannot be, ValueError for TLS without a context.
        """
        if (protocol == "tls") != (tls is not None):
            raise ValueError("tls needs a certificate and its key, and nothing else does")
        kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
        family, _, _, _, address = (await self._loop.getaddrinfo(host, port, type=kind))[0]
        sock = socket.socket(family, kind)
        try:
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if protocol != "udp":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
        except OSError:
            sock.close()
            raise
        own: DatagramSocket | Listener
        if protocol == "udp":
            own = self._listen_to_datagrams(sock)
        else:
            own = Listener(sock, lambda sock, host, port: self._streams.accept(sock, Hop(protocol, host, port), tls))
            self._listeners.append((protocol, own))
        if advertised:
            self._advertised[own] = advertised
        return own.port

    def send(self, data: bytes, hop: Hop) -> None:
        """Never raises and never waits: what cannot be sent is told to ``failed`` a moment later."""
        if self._is_closed:
            return
        if family_of(hop.host) is None:
            self._fail(hop, "not an IP address")
        elif hop.is_reliable:
            self._streams.send(data, hop)
        elif (own := self._socket_for(hop)) is None:
            self._fail(hop, "no UDP socket of that kind of address: listen on one")
        elif why := own.send(data, hop.host, hop.port):
            self._fail(hop, why)

    def is_open(self, hop: Hop) -> bool:
        """Whether a message to ``hop`` needs no new connection."""
        return not hop.is_reliable or self._streams.find(hop) is not None

    @property
    def connections(self) -> int:
        """TCP and TLS, those that are being made too."""
        return len(self._streams)

    def local(self, hop: Hop) -> tuple[str, int]:
        """The address by which the peer reaches us: for Via, Contact and, as to the host, SDP.

        The port is that on which we listen for the hop's protocol, its default where we do not.
        """
        own: DatagramSocket | Listener | None
        if hop.is_reliable:
            family = family_of(hop.host)
            own = next(
                (it for protocol, it in self._listeners if (protocol, it.family) == (hop.protocol, family)), None
            )
            stream = self._streams.find(hop)
            host = (stream.local_host if stream else None) or route(hop.host)
        else:
            own = self._socket_for(hop)
            host = route(hop.host) if own is None or own.is_wildcard else own.host
        if own is not None and own in self._advertised and not is_loopback(hop.host):
            host = self._advertised[own]
        return host, own.port if own else DEFAULT_PORTS[hop.protocol]

    def close(self) -> None:
        """Nothing is received or sent from now on; what connections have been given is still flushed."""
        if self._is_closed:
            return
        self._is_closed = True
        for own in self._datagrams:
            own.close()
        for _, listener in self._listeners:
            listener.close()
        self._streams.close()

    def _listen_to_datagrams(self, sock: socket.socket) -> DatagramSocket:
        def arrived(data: bytes, host: str, port: int) -> None:
            if len(self._datagrams) > 1:
                self._remember((host, port), own)
            self._take(data, Hop("udp", host, port))

        own = DatagramSocket(sock, arrived)
        self._datagrams.append(own)
        return own

    def _remember(self, peer: tuple[str, int], own: DatagramSocket) -> None:
        """Answers leave by the socket that was asked; the peer not heard for longest is forgotten first."""
        self._heard_by[peer] = own
        self._heard_by.move_to_end(peer)
        if len(self._heard_by) > MOST_REMEMBERED:
            self._heard_by.popitem(last=False)

    def _socket_for(self, hop: Hop) -> DatagramSocket | None:
        family = family_of(hop.host)
        fitting = [own for own in self._datagrams if own.family == family]
        if len(fitting) < 2:
            return fitting[0] if fitting else None
        heard_by = self._heard_by.get((hop.host, hop.port))
        if heard_by is not None:
            return heard_by
        host = route(hop.host)
        return max(fitting, key=lambda own: (own.host == host, own.is_wildcard))

    def _stream_arrived(self, stream: Stream, data: bytes) -> None:
        message = self._take(data, stream.hop)
        if not isinstance(message, Request) or (stream.hop.protocol == "tls" and not stream.has_certificate):
            return
        via = message.via[0]
        if "alias" in via.parameters:  # never for another address than its own
            port = via.port or DEFAULT_PORTS[stream.hop.protocol]
            self._streams.alias(Hop(stream.hop.protocol, stream.hop.host, port), stream)

    def _stream_broken(self, stream: Stream, broken: StreamBroken) -> None:
        request: Request | None = None
        try:
            message = read(broken.head)
            if isinstance(message, Request) and message.method != "ACK":
                request = message
        except MessageInvalid as invalid:
            request = invalid.request
        self._take_invalid(MessageInvalid(broken.code, broken.reason, request), stream.hop)

    def _take(self, data: bytes, source: Hop) -> Message | None:
        if not self.lets_in(source.host):
            return None
        try:
            message = read(data)
        except MessageInvalid as invalid:
            self._take_invalid(invalid, source)
            return None
        if isinstance(message, Request):
            stamp(message, source)
        try:
            self._received(message, source)
        except Exception:
            log.exception("a message of %s is not worked on: a fault of ours", source)
        return message

    def _take_invalid(self, invalid: MessageInvalid, source: Hop) -> None:
        try:
            if invalid.request is not None:
                stamp(invalid.request, source)
            self._invalid(invalid, source)
        except Exception:
            log.exception("an invalid message of %s is not answered: a fault of ours", source)

    def _fail(self, hop: Hop, why: str) -> None:
        self._loop.call_soon(self._tell_failure, hop, why)

    def _tell_failure(self, hop: Hop, why: str) -> None:
        if self._is_closed:
            return
        log.info("SIP to %s failed: %s", hop, why)
        try:
            self._failed(hop, why)
        except Exception:
            log.exception("the failure of %s is not worked on: a fault of ours", hop)


@lru_cache(4_096)
def family_of(host: str) -> socket.AddressFamily | None:
    """None for what is no IP address."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return family
    return None


def is_loopback(host: str) -> bool:
    return host.startswith("127.") or host == "::1"


def route(host: str) -> str:
    """The address of this machine by which it reaches ``host``, by asking the kernel: nothing is sent."""
    family = family_of(host) or socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((host, 5060))
        except OSError:  # no way there
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return str(sock.getsockname()[0])

"""The TCP and TLS connections of the signalling, by their hops (RFC 3261, 18; RFC 5923)."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine

from voicebot.doors.sip.framing import StreamBroken
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.stream import Stream
from voicebot.doors.sip.tls import client_tls

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 2_000
MOST_PER_ADDRESS = 100
CONNECT_S = 5.0  # with the TLS handshake
HANDSHAKE_S = 5.0
IDLE_S = 600.0
SWEEP_S = 30.0
COMPLAINT_S = 60.0


class Streams:
    """Connections by hop, ``MOST_CONNECTIONS`` in all and ``MOST_PER_ADDRESS`` to and from one address.

    One more from outside is closed at once, one more of ours is told to ``failed``. Handshakes count. A connection
    that was silent for ``IDLE_S`` is closed. ``failed`` is called once for each connection that goes without us.
    """

    def __init__(
        self,
        arrived: Callable[[Stream, bytes], None],
        broken: Callable[[Stream, StreamBroken], None],
        failed: Callable[[Hop, str], None],
        client_tls: ssl.SSLContext | None,
    ) -> None:
        self.refused_connections = 0
        self._arrived = arrived
        self._broken = broken
        self._failed = failed
        self._client_tls = client_tls
        self._loop = asyncio.get_running_loop()
        self._streams: dict[Hop, Stream] = {}
        self._aliases: dict[Hop, Stream] = {}
        self._per_address: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._complained_at_s = -COMPLAINT_S
        self._is_closed = False
        self._sweep_timer = self._loop.call_later(SWEEP_S, self._sweep)

    def __len__(self) -> int:
        return len(self._streams)

    def find(self, hop: Hop) -> Stream | None:
        return self._streams.get(hop) or self._aliases.get(hop)

    def send(self, data: bytes, hop: Hop) -> None:
        """Over the connection to ``hop``, which is opened in the background where there is none."""
        stream = self.find(hop)
        if stream is None:
            if not self._has_room(hop.host):
                self._failed(hop, "too many connections")
                return
            stream = self._new(hop)
            self._start(self._connect(stream))
        stream.write(data)

    def accept(self, sock: socket.socket, hop: Hop, tls: ssl.SSLContext | None) -> None:
        """Takes a connection of a peer over."""
        if not self._has_room(hop.host):
            self.refused_connections += 1
            sock.close()
            if self._loop.time() - self._complained_at_s >= COMPLAINT_S:
                self._complained_at_s = self._loop.time()
                log.warning("%d SIP connections refused: too many, the last of %s", self.refused_connections, hop.host)
            return
        self._start(self._shake_hands(self._new(hop), sock, tls))

    def alias(self, hop: Hop, stream: Stream) -> None:
        """Requests to ``hop`` go over ``stream`` from now on, unless there is a connection to it (RFC 5923)."""
        if self.find(hop) is None:
            if stream.alias is not None:
                self._aliases.pop(stream.alias, None)
            stream.alias = hop
            self._aliases[hop] = stream

    def close(self) -> None:
        """What is written is still sent, as far as the loop goes on for a moment."""
        self._is_closed = True
        self._sweep_timer.cancel()
        for task in self._tasks:
            task.cancel()
        for stream in list(self._streams.values()):
            stream.close()

    def _has_room(self, host: str) -> bool:
        return (
            not self._is_closed and len(self._streams) < MOST_CONNECTIONS and self._per_address[host] < MOST_PER_ADDRESS
        )

    def _new(self, hop: Hop) -> Stream:
        stream = self._streams[hop] = Stream(hop, self._arrived, self._broken, self._lost)
        self._per_address[hop.host] += 1
        return stream

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, stream: Stream) -> None:
        hop = stream.hop
        tls: ssl.SSLContext | None = None
        try:
            async with asyncio.timeout(CONNECT_S):
                if hop.protocol == "tls":
                    tls = self._client_tls = self._client_tls or client_tls()
                await self._loop.create_connection(
                    lambda: stream, hop.host, hop.port, ssl=tls, server_hostname=(hop.name or hop.host) if tls else None
                )
        except TimeoutError:
            stream.fail(f"no connection within {CONNECT_S:.0f} s")
        except (OSError, ValueError) as error:
            log.warning("no SIP connection to %s: %s", hop, said(error))
            stream.fail(said(error))

    async def _shake_hands(self, stream: Stream, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            await self._loop.connect_accepted_socket(
                lambda: stream, sock, ssl=tls, ssl_handshake_timeout=HANDSHAKE_S if tls else None
            )
        except (OSError, ValueError) as error:
            log.info("no SIP connection with %s: %s", stream.hop, said(error))
            sock.close()
            stream.close()

    def _lost(self, stream: Stream, why: str) -> None:
        hop = stream.hop
        if self._streams.get(hop) is stream:
            del self._streams[hop]
        if stream.alias is not None and self._aliases.get(stream.alias) is stream:
            del self._aliases[stream.alias]
        self._per_address[hop.host] -= 1
        if not self._per_address[hop.host]:
            del self._per_address[hop.host]
        if why:
            self._failed(hop, why)

    def _sweep(self) -> None:
        self._sweep_timer = self._loop.call_later(SWEEP_S, self._sweep)
        for stream in list(self._streams.values()):
            if self._loop.time() - stream.used_at_s >= IDLE_S:
                stream.close()


def said(error: Exception) -> str:
    """An error of a connection in one line for an operator."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {(error.reason or str(error)).lower().replace('_', ' ')}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__

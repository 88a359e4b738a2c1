"""One UDP socket of the signalling."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time
from collections.abc import Callable

MOST_IN_A_BURST = 64
BURST_S = 0.003  # what other callbacks of the loop wait at most
LARGEST_BYTES = 65_535
LEAST_BYTES = 16  # shorter ones are keep-alives: line ends, zeros
WANTED_BUFFER_BYTES = 2_097_152  # of the kernel, which gives what it is allowed to give


class DatagramSocket:
    """Datagrams are read in bursts, at most ``MOST_IN_A_BURST`` or ``BURST_S`` seconds a wake-up.

    What the kernel's buffers do not hold is lost, as UDP is: ``dropped_datagrams`` counts those that we could not send.
    Datagrams of more than 1,300 bytes are sent like others, in fragments (RFC 3261, 18.1.1, would have them go over
    TCP, which few trunks of this field listen on).
    """

    def __init__(self, sock: socket.socket, arrived: Callable[[bytes, str, int], None]) -> None:
        """Reads on the running loop; ``arrived`` gets the datagram and the host and port that it is from."""
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED_BUFFER_BYTES)
        self.family = sock.family
        self.host: str = sock.getsockname()[0]
        self.port: int = sock.getsockname()[1]
        self.dropped_datagrams = 0
        self._socket = sock
        self._arrived = arrived
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._read)

    @property
    def is_wildcard(self) -> bool:
        return self.host in ("0.0.0.0", "::")

    def send(self, data: bytes, host: str, port: int) -> str:
        """What went wrong that is not going to be better in a moment, or nothing. ``host`` is an IP address."""
        try:
            self._socket.sendto(data, (host, port))
        except BlockingIOError:
            self.dropped_datagrams += 1
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOBUFS:
                self.dropped_datagrams += 1
            else:
                return getattr(error, "strerror", None) or str(error)
        return ""

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        until = time.monotonic() + BURST_S
        for _ in range(MOST_IN_A_BURST):
            try:
                data, address = self._socket.recvfrom(LARGEST_BYTES)
            except (
                OSError
            ):  # nothing more; or a router's word about an earlier datagram: the rest comes with the next wake-up
                return
            if len(data) >= LEAST_BYTES:
                self._arrived(data, address[0], address[1])
            if self._socket.fileno() < 0 or time.monotonic() > until:
                return

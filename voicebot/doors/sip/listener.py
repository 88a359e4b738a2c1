"""A listening TCP socket of the signalling."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

log = logging.getLogger(__name__)

BACKLOG = 512
MOST_IN_A_BURST = 32


class Listener:
    """Hands accepted sockets, with the host and port of the peer, to ``accepted``."""

    def __init__(self, sock: socket.socket, accepted: Callable[[socket.socket, str, int], None]) -> None:
        sock.setblocking(False)
        sock.listen(BACKLOG)
        self.family = sock.family
        self.port: int = sock.getsockname()[1]
        self._socket = sock
        self._accepted = accepted
        self._loop = asyncio.get_running_loop()
        self._is_closed = False
        self._listen()

    def close(self) -> None:
        self._is_closed = True
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _listen(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._socket, self._accept)

    def _accept(self) -> None:
        for _ in range(MOST_IN_A_BURST):
            try:
                sock, address = self._socket.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no file descriptors left: the peer goes on waiting, and the loop would spin
                log.error("SIP connections are not let in for a second: %s", error.strerror)
                self._loop.remove_reader(self._socket)
                self._loop.call_later(1.0, self._listen)
                return
            sock.setblocking(False)
            self._accepted(sock, address[0], address[1])

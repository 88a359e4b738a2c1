"""How the API is served: uvicorn, with its settings where they keep strangers and stopped readers from doing harm."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

MAX_MESSAGE_BYTES = 16 * 1024  # of a WebSocket: a key is all that clients send
MAX_CONNECTIONS = 2_000
STOPPED_READER_MS = 30_000


def listen(host: str, port: int, stopped_reader_ms: int = STOPPED_READER_MS) -> socket.socket:
    """A listening TCP socket; port 0 takes a free one. Raises OSError.

    Its connections die when what was sent is not taken for ``stopped_reader_ms`` (TCP_USER_TIMEOUT, RFC 5482): a reader
    that stopped reading would otherwise hold its connection for as long as it likes, since closing waits for it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=512)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, stopped_reader_ms)
    # asyncio does so itself only for sockets that were made with their protocol's number, and create_server's are not:
    # every answer would wait 40 ms for the acknowledgement of its first half
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class Server(uvicorn.Server):
    """Serves until ``should_exit`` is set; signals are the front's, which lets calls end first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(app: FastAPI) -> Server:
    """For ``await server.serve(sockets=[listen(...)])``.

    It logs no requests: they are many, and what matters is in the metrics.
    """
    return Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # whoever is on the wire is who counts
            server_header=False,
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,  # time and memory for each reader, to save bytes of a local network
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=5,
        )
    )

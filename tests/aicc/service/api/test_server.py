import asyncio
import contextlib
import signal
import socket

import httpx
import pytest
from fastapi import FastAPI

from aicc.service.api.server import listen, server


def test_it_serves_on_a_free_port_and_leaves_signals_to_the_front(app: FastAPI) -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def serve() -> None:
        with listen("127.0.0.1", 0) as listening:
            serves = server(app)
            task = asyncio.create_task(serves.serve(sockets=[listening]))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as anybody:
                answer = await anybody.get("/health")
                assert answer.status_code == 200
                assert "server" not in answer.headers
                assert signal.getsignal(signal.SIGTERM) is before
                forwarded = await anybody.get("/health", headers={"x-forwarded-for": "127.0.0.1"})
                assert forwarded.status_code == 403
                assert (await anybody.get("/api/calls")).status_code == 401
            serves.should_exit = True
            await task

    asyncio.run(serve())


def test_a_refused_upload_does_not_become_the_next_request(app: FastAPI, key: str) -> None:
    """What is left of a body behind an early answer must not be read as a request of its own."""

    async def serve() -> bytes:
        with listen("127.0.0.1", 0) as listening:
            serves = server(app)
            task = asyncio.create_task(serves.serve(sockets=[listening]))
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            inner = f"GET /api/calls HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n"
            head = f"POST /api/keys HTTP/1.1\r\nhost: x\r\ncontent-length: {len(inner)}\r\n\r\n"
            writer.write((head + inner).encode())
            async with asyncio.timeout(5):
                answer = await reader.read(100_000)
            writer.close()
            serves.should_exit = True
            await task
            return answer

    answer = asyncio.run(serve())
    assert answer.startswith(b"HTTP/1.1 401")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_port_in_use_is_the_systems_error() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", first.getsockname()[1])


def test_ipv6_too() -> None:
    with contextlib.suppress(OSError), listen("::1", 0) as listening:
        assert listening.family is socket.AF_INET6


def test_connections_send_at_once_and_do_not_wait_for_ever() -> None:
    with (
        listen("127.0.0.1", 0, stopped_reader_ms=1_234) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 1_234

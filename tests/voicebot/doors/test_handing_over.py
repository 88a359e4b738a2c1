import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aicc.simulation.wire import WavWire
from tests.fakes.audiosocket import AudioSocketCaller, eventually, introduction, packet, sound
from voicebot.doors.audiosocket import AudioSocketDoor
from voicebot.doors.audiosocket_listener import AudioSocketListener
from voicebot.doors.door import Door
from voicebot.doors.handing_over import hand_over, receive
from voicebot.doors.wav import WavListener

FRAME = np.full(320, 9, np.int16)


@pytest.fixture
def ends() -> tuple[socket.socket, socket.socket]:
    """What is sent at the one comes at the other."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        return near, server.accept()[0]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# ---- from one process to the other


def test_a_caller_of_the_front_is_a_call_of_the_media_process(tmp_path: Path) -> None:
    """The whole way: TCP to the front, the socket to the media process, sound and keys to its door and back."""

    async def story() -> None:
        came: asyncio.Queue[tuple[str, Door]] = asyncio.Queue()
        media = WavListener(tmp_path / "calls", lambda token, door: came.put_nowait((token, door)))
        media.start()

        async def taken(call: str, sock: socket.socket, address: str, first: bytes) -> None:
            media.expect(call)
            hand_over(tmp_path / "calls", call, sock, first)

        front = AudioSocketListener("127.0.0.1", 0, taken)
        caller = AudioSocketCaller(await front.start())
        caller.send(introduction(), sound(FRAME, 16_000), packet(0x03, b"1"))
        token, door = await came.get()
        assert (token, door.name, door.rate_hz) == ("0193c2f4-7d3b-7b1e-9a51-4f2f6d5e8c01", "audiosocket", 16_000)
        assert isinstance(door, AudioSocketDoor)
        eventually(lambda: door.receive().any())
        assert door.take_keys() == "1"
        await front.close()  # who holds the call has the only end of its socket
        door.send(FRAME)
        assert caller.read() == (0x12, FRAME.tobytes())
        door.hang_up()
        assert [caller.read(), caller.read()] == [(0x00, b""), None]
        media.close()

    asyncio.run(story())


def test_nobody_to_hand_over_to(tmp_path: Path) -> None:
    near, far = tcp_pair()
    with pytest.raises(OSError, match="No such file"):
        hand_over(tmp_path / "calls", "a", far, b"")
    near.close()
    far.close()


# ---- what must not be


def refused(tmp_path: Path, send: Callable[[socket.socket], object]) -> str | None:
    """Why a first packet is refused, and that no file stays open for it."""

    async def story() -> str | None:
        listener = WavListener(tmp_path / "calls", lambda token, door: pytest.fail("let in"))
        listener.start()
        listener.expect("a")
        before = open_files()
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        peer.connect(str(tmp_path / "calls"))
        send(peer)
        wire = WavWire(peer, 8_000)
        while not wire.is_closed:
            wire.receive()
            await asyncio.sleep(0.001)
        assert open_files() == before
        listener.close()
        return wire.why_closed

    return asyncio.run(story())


def said(**more: object) -> bytes:
    return json.dumps({"call": "a", **more}).encode()


@pytest.mark.parametrize(
    ("packet_of", "why"),
    [
        (said(door="audiosocket"), "a caller at the door audiosocket brings a TCP socket"),
        (said(door="sip"), 'the first packet is not {"call": TOKEN}'),
    ],
)
def test_a_packet_without_a_socket(tmp_path: Path, packet_of: bytes, why: str) -> None:
    assert refused(tmp_path, lambda peer: peer.send(packet_of)) == why


@pytest.mark.parametrize(
    ("packet_of", "why"),
    [
        (said(), "a caller at the door wav brings no TCP socket"),
        (said(call="b", door="audiosocket"), "no call has this token"),
        (b"hello", 'the first packet is not {"call": TOKEN}'),
    ],
)
def test_a_socket_that_nobody_wants_is_closed(tmp_path: Path, packet_of: bytes, why: str) -> None:
    near, far = tcp_pair()
    assert refused(tmp_path, lambda peer: socket.send_fds(peer, [packet_of], [far.fileno()])) == why
    far.close()
    assert near.recv(1) == b""
    near.close()


def test_what_is_no_tcp_socket_is_closed(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    with tempfile.TemporaryFile() as file:
        before = open_files()
        for descriptor in (file.fileno(), near.fileno()):
            socket.send_fds(near, [b"x"], [descriptor])
            assert receive(far, 10) == (b"x", None)
        assert open_files() == before
    near.close()
    far.close()


def test_of_several_sockets_one_is_taken(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    caller, taken = tcp_pair()
    before = open_files()
    socket.send_fds(near, [b"x"], [taken.fileno()] * 5)
    _, brought = receive(far, 10)
    assert brought is not None
    assert open_files() == before + 1
    assert not os.get_inheritable(brought.fileno())
    for sock in (near, far, caller, taken, brought):
        sock.close()

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aicc.simulation.wire import WavWire, WireUnavailable
from voicebot.audio import Samples
from voicebot.doors import wav
from voicebot.doors.wav import WavDoor, WavListener, introduction
from voicebot.turns.keys import MOST_WAITING


def frame(value: int, rate_hz: int = 8_000) -> Samples:
    return np.full(rate_hz // 50, value, np.int16)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, WavDoor]]:
    """A peer's bare socket, and the door at its other end."""
    peer, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    door = WavDoor(other, 8_000)
    yield peer, door
    door.hang_up()
    peer.close()


# ---- the door


def test_frames_and_keys_come_in_and_frames_go_out(ends: tuple[socket.socket, WavDoor]) -> None:
    peer, door = ends
    assert not door.receive().any()
    peer.send(b"A" + frame(7).tobytes())
    peer.send(b"K12#")
    assert door.receive().tolist() == [7] * 160
    assert (door.take_keys(), door.take_keys()) == ("12#", "")
    door.send(frame(-5))
    packet = peer.recv(1_000)
    assert (packet[:1], np.frombuffer(packet[1:], np.int16).tolist()) == (b"A", [-5] * 160)
    assert not door.is_closed


@pytest.mark.parametrize("packet", [b"A", b"A" + bytes(319), b"A" + bytes(640), b"?" + bytes(320), b"Kx\xff", b"\x00"])
def test_what_is_no_packet_is_passed_over(ends: tuple[socket.socket, WavDoor], packet: bytes) -> None:
    peer, door = ends
    peer.send(packet)
    peer.send(b"A" + frame(3).tobytes())
    assert door.receive()[0] == 3
    assert (door.take_keys(), door.is_closed) == ("", False)


def test_a_peer_that_floods_does_not_hold_up_the_call(ends: tuple[socket.socket, WavDoor]) -> None:
    peer, door = ends
    for _ in range(wav.MOST_PACKETS_A_TICK + 10):
        peer.send(b"K0")
    door.receive()
    assert len(door.take_keys()) == MOST_WAITING
    door.receive()
    assert len(door.take_keys()) == 10


def test_a_caller_who_does_not_read_costs_frames_and_not_time(ends: tuple[socket.socket, WavDoor]) -> None:
    _, door = ends
    for _ in range(2_000):
        door.send(frame(1))
    assert door.dropped_frames > 0
    assert not door.is_closed


@pytest.mark.parametrize("how", ["says so", "is gone", "is gone, and has not read"])
def test_a_caller_hangs_up_and_what_was_said_before_is_heard(ends: tuple[socket.socket, WavDoor], how: str) -> None:
    peer, door = ends
    if how == "is gone, and has not read":
        door.send(frame(1))
    peer.send(b"A" + frame(4).tobytes())
    if how == "says so":
        peer.send(b"H")
    else:
        peer.close()
    assert door.receive()[0] == 4
    assert door.is_closed
    door.send(frame(1))
    assert not door.receive().any()


def test_hanging_up_twice_is_hanging_up(ends: tuple[socket.socket, WavDoor]) -> None:
    peer, door = ends
    door.hang_up()
    door.hang_up()
    assert door.is_closed
    assert peer.recv(10) == b"H"
    assert peer.recv(10) == b""


def test_a_wire_hears_the_bots_last_words_though_the_bot_had_not_read_all() -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wire, door = WavWire(near, 16_000), WavDoor(far, 16_000)
    wire.send(frame(1, 16_000))
    door.send(frame(8, 16_000))
    door.hang_up()
    [arrived] = wire.receive()
    assert arrived.frame.tolist() == [8] * 320
    assert wire.is_closed
    wire.hang_up()


# ---- letting callers in


async def until_closed(wire: WavWire) -> None:
    for _ in range(1_000):
        wire.receive()
        if wire.is_closed:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the wire stayed open")


def test_a_caller_with_a_token_is_let_in_once(tmp_path: Path) -> None:
    async def talk() -> None:
        came: asyncio.Queue[tuple[str, WavDoor]] = asyncio.Queue()
        listener = WavListener(tmp_path / "calls", lambda token, door: came.put_nowait((token, door)))
        listener.start()
        listener.expect("secret")
        wire = WavWire.connect(tmp_path / "calls", "secret", 16_000)
        wire.send(frame(6, 16_000))
        token, door = await came.get()
        assert (token, door.rate_hz, door.name) == ("secret", 16_000, "wav")
        assert door.receive()[0] == 6
        again = WavWire.connect(tmp_path / "calls", "secret", 16_000)
        await until_closed(again)
        assert again.why_closed == "no call has this token"
        listener.close()
        assert not (tmp_path / "calls").exists()
        door.send(frame(2, 16_000))  # who is in stays
        [arrived] = wire.receive()
        assert arrived.frame[0] == 2
        wire.hang_up()
        door.hang_up()

    asyncio.run(talk())


@pytest.mark.parametrize(
    "first", [b"hello", b"[]", b"{}", b'{"call": 3}', b'{"call": "a", "rate_hz": 44100}', bytes(9_000)]
)
def test_a_first_packet_that_is_none_is_refused(tmp_path: Path, first: bytes) -> None:
    async def talk() -> None:
        listener = WavListener(tmp_path / "calls", lambda token, door: pytest.fail("let in"))
        listener.start()
        listener.expect("a")
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        peer.connect(str(tmp_path / "calls"))
        peer.send(first)
        wire = WavWire(peer, 8_000)
        await until_closed(wire)
        assert wire.why_closed == 'the first packet is not {"call": TOKEN}'
        listener.close()

    asyncio.run(talk())


def test_who_says_nothing_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        listener = WavListener(tmp_path / "calls", lambda token, door: pytest.fail("let in"))
        listener.start()
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        peer.connect(str(tmp_path / "calls"))
        wire = WavWire(peer, 8_000)
        await until_closed(wire)
        assert wire.why_closed == "no first packet"
        listener.close()

    monkeypatch.setattr(wav, "FIRST_PACKET_S", 0.05)
    asyncio.run(talk())


def test_strangers_are_not_let_in_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        listener = WavListener(tmp_path / "calls", lambda token, door: None)
        listener.start()
        peers = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(3)]
        for peer in peers:
            peer.connect(str(tmp_path / "calls"))
        wire = WavWire(peers[2], 8_000)
        await until_closed(wire)
        assert wire.why_closed == "too many callers at once"
        listener.close()
        for peer in peers:
            peer.close()

    monkeypatch.setattr(wav, "MOST_STRANGERS", 2)
    asyncio.run(talk())


def test_the_socket_of_a_killed_process_is_no_hindrance_and_another_file_is(tmp_path: Path) -> None:
    async def start(path: Path) -> None:
        listener = WavListener(path, lambda token, door: None)
        listener.start()
        listener.close()

    dead = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    dead.bind(str(tmp_path / "calls"))
    dead.close()
    asyncio.run(start(tmp_path / "calls"))
    (tmp_path / "notes").write_text("keep me")
    with pytest.raises(OSError, match="in use"):
        asyncio.run(start(tmp_path / "notes"))
    assert (tmp_path / "notes").read_text() == "keep me"
    with pytest.raises(OSError, match="107 bytes"):
        asyncio.run(start(tmp_path / ("x" * 120)))


def test_a_caller_without_a_service_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(WireUnavailable, match="check that the service is running"):
        WavWire.connect(tmp_path / "nobody", "a")


def test_introductions() -> None:
    assert introduction(json.dumps({"call": "a"}).encode()) == ("a", 8_000, "wav")
    assert introduction(json.dumps({"call": "a", "rate_hz": 16_000, "more": 1}).encode()) == ("a", 16_000, "wav")
    assert introduction(b'{"call": "a", "door": "audiosocket"}') == ("a", 8_000, "audiosocket")
    assert introduction(b'{"call": "a", "door": "sip"}') is None
    assert introduction(b'{"call": "a", "door": ["wav"]}') is None
    assert introduction(b"[" * 1_000) is None
    assert introduction(b'{"call": ""}') is None
    assert introduction(b'{"call": "a", "rate_hz": true}') is None

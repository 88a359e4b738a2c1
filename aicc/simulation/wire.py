"""A caller's end of the wire to the bot: what a telephone is to a person."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.wav import FRAME, HANG_UP, KEYS, MOST_PACKETS_A_TICK, close

# Linux, asm-generic/socket.h: the kernel notes when each packet arrived, so that a busy caller measures the bot's
# lateness and not its own. Python 3.11 has no name for it.
_SO_TIMESTAMPNS = 35


class WireUnavailable(ConnectionError):
    """Nobody answers at the other end; the message says what to do."""


class Arrived(NamedTuple):
    """A frame of the bot, and when it came by the caller's monotonic clock."""

    frame: Samples
    at_ms: float


class Wire(Protocol):
    """The caller's side of a ``Door``: int16 frames of ``rate_hz // 50`` samples. Nothing blocks."""

    @property
    def rate_hz(self) -> int: ...

    def receive(self) -> list[Arrived]:
        """The bot's frames that came since this was last asked."""

    def send(self, frame: Samples) -> None:
        """A frame of the caller; dropped where the wire is full or gone."""

    def press(self, keys: str) -> None: ...

    @property
    def is_closed(self) -> bool:
        """Whether the bot has hung up or is gone."""

    def hang_up(self) -> None:
        """A second time does nothing."""


class WavWire:
    """The other end of ``voicebot.doors.wav``. ``why_closed`` is what a service that refused the caller said."""

    def __init__(self, sock: socket.socket, rate_hz: int) -> None:
        sock.setblocking(False)
        note_arrivals(sock)
        self.rate_hz = rate_hz
        self.why_closed = ""
        self._socket: socket.socket | None = sock
        self._frame_bytes = 2 * rate_hz * FRAME_MS // 1000
        self._is_closed = False
        self._asked_ms = time.monotonic_ns() / 1e6

    @classmethod
    def connect(cls, path: Path, token: str, rate_hz: int = 8_000) -> WavWire:
        """Raises :class:`WireUnavailable`. Does not block: a Unix socket answers at once or not at all."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            sock.connect(str(path))
            sock.send(json.dumps({"call": token, "rate_hz": rate_hz}).encode())
        except OSError as error:
            sock.close()
            reason = os.strerror(error.errno or 0).lower()
            raise WireUnavailable(f"no calls at {path} ({reason}): check that the service is running") from None
        return cls(sock, rate_hz)

    def receive(self) -> list[Arrived]:
        arrived: list[Arrived] = []
        since_ms, self._asked_ms = self._asked_ms, time.monotonic_ns() / 1e6
        for _ in range(MOST_PACKETS_A_TICK):
            if self._socket is None:
                break
            try:
                packet, notes, _, _ = self._socket.recvmsg(self._frame_bytes + 256, 64)
            except BlockingIOError:
                break
            except ConnectionResetError:  # the bot hung up before it had read all; what it said is still there
                self._is_closed = True
                continue
            except OSError:
                packet, notes = b"", []
            kind = packet[:1]
            if kind == FRAME and len(packet) == self._frame_bytes + 1:
                at_ms = arrival_ms(notes, since_ms, self._asked_ms)
                arrived.append(Arrived(np.frombuffer(packet[1:], np.int16), at_ms))
            elif kind in (HANG_UP, b""):
                self.why_closed = self.why_closed or packet[1:].decode("utf-8", "replace")
                self._is_closed = True
                self._socket.close()
                self._socket = None
        return arrived

    def send(self, frame: Samples) -> None:
        self._post(FRAME + frame.tobytes())

    def press(self, keys: str) -> None:
        self._post(KEYS + keys.encode("ascii"))

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def hang_up(self) -> None:
        self._is_closed = True
        if self._socket is not None:
            close(self._socket)
            self._socket = None

    def _post(self, packet: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(packet)
        except BlockingIOError:  # the bot has not read for seconds
            pass
        except OSError:
            self._is_closed = True


def note_arrivals(sock: socket.socket) -> None:
    """Has the kernel note when each packet arrives, for :func:`arrival_ms`."""
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def arrival_ms(notes: list[tuple[int, int, bytes]], since_ms: float, now_ms: float) -> float:
    """When a packet arrived by the monotonic clock, from what ``recvmsg`` gave beside it: between the two times."""
    if not notes:
        return now_ms
    seconds, nanoseconds = struct.unpack("qq", notes[0][2][:16])
    ahead_ns = time.time_ns() - time.monotonic_ns()  # the kernel's stamps are of the day's clock, which may jump
    at_ms: float = (seconds * 1_000_000_000 + nanoseconds - ahead_ns) / 1e6
    return min(max(at_ms, since_ms), now_ms)

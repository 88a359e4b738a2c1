"""An Asterisk that calls over AudioSocket: a TCP client that says packets as Asterisk does, or worse."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from uuid import UUID

from voicebot.audio import Samples

SOUND = {8_000: 0x10, 12_000: 0x11, 16_000: 0x12, 24_000: 0x13, 44_100: 0x15, 48_000: 0x16, 192_000: 0x18}
CALL = UUID("0193c2f4-7d3b-7b1e-9a51-4f2f6d5e8c01")
PATIENCE_S = 5.0


def packet(kind: int, payload: bytes = b"") -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def introduction(call: UUID = CALL) -> bytes:
    return packet(0x01, call.bytes)


def sound(samples: Samples, rate_hz: int = 8_000) -> bytes:
    return packet(SOUND[rate_hz], samples.astype("<i2").tobytes())


class AudioSocketCaller:
    """Reads with patience, in the thread that asks. ``port`` is of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)

    def send(self, *packets: bytes) -> None:
        self.socket.sendall(b"".join(packets))

    def read(self) -> tuple[int, bytes] | None:
        """The next packet; None where the other side is gone."""
        header = self._read(3)
        return None if len(header) < 3 else (header[0], self._read(int.from_bytes(header[1:], "big")))

    def _read(self, count: int) -> bytes:
        came = b""
        while len(came) < count:
            try:
                more = self.socket.recv(count - len(came))
            except ConnectionResetError:
                more = b""
            if not more:
                return came
            came += more
        return came

    def close(self) -> None:
        self.socket.close()


def eventually(holds: Callable[[], object]) -> None:
    """What is on its way between two sockets of one machine comes in a moment."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s, "it has not come"
        time.sleep(0.001)

"""The door of callers behind an Asterisk or FreeSWITCH that speaks AudioSocket: TCP, and small packets in both ways.

A packet is one byte that says of which kind it is, two that say how long (big-endian), and so many of payload; see
https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket/. The first one names the call by a UUID. Asterisk
takes nothing but sound and the end: no other packet is sent there.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Literal

import numpy as np
import soxr

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.jitter_queue import JitterQueue
from voicebot.turns.keys import with_pressed

HANG_UP, CALL, KEY, ERROR = 0x00, 0x01, 0x03, 0xFF
RATES_HZ = {
    0x10: 8_000, 0x11: 12_000, 0x12: 16_000, 0x13: 24_000, 0x14: 32_000, 0x15: 44_100, 0x16: 48_000, 0x17: 96_000,
    0x18: 192_000,
}  # fmt: skip
"""Of sound, by its kind: int16, little-endian, mono. An Asterisk of before the end of 2025 knows 0x10 alone."""
KINDS = {8_000: 0x10, 16_000: 0x12}

HEADER = struct.Struct(">BH")
LARGEST_PACKET_BYTES = HEADER.size + 0xFFFF

MOST_PACKETS_A_TICK = 64  # a peer that floods the socket does not hold up the call
MOST_READ_BYTES = 32_768  # in a tick: sound at 192 kHz has 7,683
SEND_BUFFER_BYTES = 16_384  # about half a second: what waits longer than that is heard too late
UNHEARD_MS = 10_000  # what nobody acknowledges for so long is sent to nobody
MUTE_TICKS = 5_000 // FRAME_MS  # without sound from the beginning: the dialplan did not answer the channel
LOST_TICKS = 60_000 // FRAME_MS  # without any packet: a channel on hold may send none, but not for ever


def packet(kind: int, payload: bytes = b"") -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def take_packet(received: bytearray) -> tuple[int, bytes] | None:
    """Kind and payload of the first packet, which is taken out; None while it is not whole."""
    if len(received) < HEADER.size:
        return None
    kind, length = HEADER.unpack_from(received)
    end = HEADER.size + length
    if len(received) < end:
        return None
    payload = bytes(received[HEADER.size : end])
    del received[:end]
    return kind, payload


def rate_of(first: bytes) -> int:
    """The rate in Hz for a call whose caller's first packet begins like this: 8,000 or 16,000; nothing yet is 8,000."""
    return 16_000 if first and RATES_HZ.get(first[0], 0) >= 16_000 else 8_000


class AudioSocketDoor:
    """See ``Door``. The socket is read within :meth:`receive`: no callback of the loop, no task.

    Sound of another rate than the door's is resampled, whatever its packets hold is cut into frames of 20 ms, and of
    what comes too fast the newest 200 ms are kept. ``dropped_frames`` counts those of the bot that the wire did not
    take.
    """

    name: Literal["audiosocket"] = "audiosocket"
    is_held = False

    def __init__(self, sock: socket.socket, rate_hz: int) -> None:
        """``rate_hz`` is one of ``KINDS``; the packet with the UUID may have been read before."""
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # of a socket that is not TCP, or gone
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.rate_hz = rate_hz
        self.dropped_frames = 0
        self._socket: socket.socket | None = sock
        self._received = bytearray()
        self._unsent = b""  # the rest of a packet: nothing may come between
        self._sound = bytearray()  # at the door's rate, less than a frame of it
        self._frame_bytes = 2 * rate_hz * FRAME_MS // 1000
        self._queue = JitterQueue(rate_hz)
        self._resampler: tuple[int, soxr.ResampleStream] | None = None
        self._keys = ""
        self._complaint: str | None = None
        self._ticks_without_packet = 0
        self._is_mute = True  # no sound has come yet
        self._is_closed = self._is_lost = False

    def receive(self) -> Samples:
        self._ticks_without_packet += 1
        if self._socket is not None and len(self._received) < LARGEST_PACKET_BYTES:
            self._read(self._socket)
        for _ in range(MOST_PACKETS_A_TICK):
            whole = take_packet(self._received)
            if whole is None:
                break
            self._take(*whole)
        if self._is_mute and self._ticks_without_packet == MUTE_TICKS:
            self._complaint = f"no sound in the first {MUTE_TICKS * FRAME_MS // 1000} s: have the dialplan answer first"
        return self._queue.take()

    def send(self, frame: Samples) -> None:
        if self._unsent:
            self._unsent = self._unsent[self._write(self._unsent) :]
        if self._unsent:
            self.dropped_frames += 1
            return
        whole = packet(KINDS[self.rate_hz], frame.tobytes())
        sent = self._write(whole)
        if sent:
            self._unsent = whole[sent:]
        else:
            self.dropped_frames += 1

    def take_keys(self) -> str:
        keys, self._keys = self._keys, ""
        return keys

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def is_lost(self) -> bool:
        return self._is_lost or self._ticks_without_packet >= LOST_TICKS

    def take_complaint(self) -> str | None:
        complaint, self._complaint = self._complaint, None
        return complaint

    def measured(self) -> None:
        return None

    def hang_up(self) -> None:
        self._is_closed = True
        if self._socket is not None:
            self._write(self._unsent + packet(HANG_UP))
            self._close()

    # ----

    def _read(self, sock: socket.socket) -> None:
        try:
            came = sock.recv(MOST_READ_BYTES)
        except BlockingIOError:
            return
        except TimeoutError:
            self._is_lost = True
            came = b""
        except OSError:
            came = b""
        if came:
            self._received += came
        else:
            self._close()

    def _write(self, data: bytes) -> int:
        """How many bytes the wire took."""
        if self._socket is None:
            return 0
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except TimeoutError:
            self._is_lost = True
        except OSError:  # gone; what it sent before is still to be read
            self._is_closed = True
        return 0

    def _close(self) -> None:
        self._is_closed = True
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _take(self, kind: int, payload: bytes) -> None:
        """What is no packet of this protocol is passed over."""
        self._ticks_without_packet = 0
        if kind in RATES_HZ:
            self._is_mute = False
            self._hear(RATES_HZ[kind], payload[: len(payload) // 2 * 2])
        elif kind == KEY:
            self._keys = with_pressed(self._keys, payload[:1].decode("ascii", "ignore"))
        elif kind == HANG_UP:
            self._close()
        elif kind == ERROR:
            self._complaint = f"the far side reports the error {payload[:4].hex() or 'without a number'}"

    def _hear(self, rate_hz: int, sound: bytes) -> None:
        if rate_hz != self.rate_hz:
            if self._resampler is None or self._resampler[0] != rate_hz:
                self._resampler = rate_hz, soxr.ResampleStream(rate_hz, self.rate_hz, 1, dtype="int16", quality="LQ")
            sound = self._resampler[1].resample_chunk(np.frombuffer(sound, np.int16)).tobytes()
        self._sound += sound
        whole = len(self._sound) // self._frame_bytes * self._frame_bytes
        for start in range(0, whole, self._frame_bytes):
            self._queue.put(np.frombuffer(bytes(self._sound[start : start + self._frame_bytes]), np.int16))
        del self._sound[:whole]

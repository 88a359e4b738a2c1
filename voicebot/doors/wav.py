"""The door of recorded callers: an AF_UNIX SOCK_SEQPACKET socket, one packet for every 20 ms frame.

A packet is one byte and what belongs to it: ``A`` and int16 little-endian PCM, ``K`` and keys that were pressed, ``H``
for hanging up (behind it, perhaps, why). A caller's first packet is JSON: ``{"call": TOKEN, "rate_hz": 8000}``. With
``"door": "audiosocket"`` it brings the TCP socket of somebody else, whose call it is (``handing_over.py``).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors import handing_over
from voicebot.doors.audiosocket import AudioSocketDoor
from voicebot.doors.jitter_queue import JitterQueue
from voicebot.turns.keys import with_pressed

log = logging.getLogger(__name__)

FRAME, KEYS, HANG_UP = b"A", b"K", b"H"
RATES_HZ = (8_000, 16_000)

FIRST_PACKET_S = 2.0  # who connects and says nothing for so long is sent away
LARGEST_FIRST_PACKET_BYTES = 1_000
MOST_STRANGERS = 64  # that have connected and not said yet which call they are

MOST_PACKETS_A_TICK = 64  # a peer that floods the socket does not hold up the call


class WavDoor:
    """See ``Door``. The socket is read within :meth:`receive`: no callback of the loop, no task.

    ``dropped_frames`` counts those of the bot that the wire did not take: its buffer holds about three seconds.
    """

    name: Literal["wav"] = "wav"
    is_held = False
    is_lost = False

    def __init__(self, sock: socket.socket, rate_hz: int) -> None:
        sock.setblocking(False)
        self.rate_hz = rate_hz
        self.dropped_frames = 0
        self._socket: socket.socket | None = sock
        self._frame_bytes = 2 * rate_hz * FRAME_MS // 1000
        self._queue = JitterQueue(rate_hz)
        self._keys = ""
        self._is_closed = False

    def receive(self) -> Samples:
        if self._socket is not None:
            self._drain(self._socket)
        return self._queue.take()

    def send(self, frame: Samples) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(FRAME + frame.tobytes())
        except BlockingIOError:
            self.dropped_frames += 1
        except OSError:  # gone; what it sent before is still to be read
            self._is_closed = True

    def take_keys(self) -> str:
        keys, self._keys = self._keys, ""
        return keys

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def take_complaint(self) -> None:
        return None

    def measured(self) -> None:
        return None

    def hang_up(self) -> None:
        self._is_closed = True
        if self._socket is not None:
            close(self._socket)
            self._socket = None

    def _drain(self, sock: socket.socket) -> None:
        for _ in range(MOST_PACKETS_A_TICK):
            try:
                packet = sock.recv(self._frame_bytes + 2)
            except BlockingIOError:
                return
            except ConnectionResetError:  # it closed without reading all of ours; what it sent is still there
                self._is_closed = True
                continue
            except OSError:
                packet = b""
            if packet[:1] in (HANG_UP, b""):
                self._is_closed = True
                sock.close()
                self._socket = None
                return
            self._take(packet)

    def _take(self, packet: bytes) -> None:
        """What is no packet of this protocol is passed over."""
        kind = packet[:1]
        if kind == FRAME and len(packet) == self._frame_bytes + 1:
            self._queue.put(np.frombuffer(packet[1:], np.int16))
        elif kind == KEYS:
            self._keys = with_pressed(self._keys, packet[1:].decode("ascii", "ignore"))


def close(sock: socket.socket, why: str = "") -> None:
    """Hangs up, as far as the other side is still there to hear it."""
    with contextlib.suppress(OSError):
        sock.send(HANG_UP + why.encode())
    sock.close()


class WavListener:
    """Lets callers in at the socket file ``path``; the door of whose token is expected is handed to ``arrived``.

    A token lets one caller in. Unknown tokens, first packets that are none and peers that say nothing are refused.
    """

    def __init__(self, path: Path, arrived: Callable[[str, WavDoor | AudioSocketDoor], None]) -> None:
        self._path = path
        self._arrived = arrived
        self._expected: set[str] = set()
        self._socket: socket.socket | None = None
        self._strangers: dict[socket.socket, asyncio.TimerHandle] = {}

    def expect(self, token: str) -> None:
        self._expected.add(token)

    def forget(self, token: str) -> None:
        """A caller who did not come; a token that is not expected does nothing."""
        self._expected.discard(token)

    def start(self) -> None:
        """Listens on the running loop. Raises OSError where the path cannot be used."""
        if len(os.fsencode(self._path)) > 107:
            raise OSError(errno.ENAMETOOLONG, "a socket's path has at most 107 bytes", str(self._path))
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(self._path.stat().st_mode):
                self._path.unlink()  # of a process that was killed
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            sock.bind(str(self._path))
            self._path.chmod(0o600)
            sock.listen(128)
        except OSError:
            sock.close()
            raise
        self._socket = sock
        asyncio.get_running_loop().add_reader(sock, self._accept)

    def close(self) -> None:
        """No more callers; those who are in stay."""
        for stranger in list(self._strangers):
            self._refuse(stranger, "no more calls")
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
            self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        assert self._socket is not None
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, _ = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as error:  # no file descriptors left: the peer goes on waiting, and the loop would spin
                log.error("recorded callers are not let in for a second: %s", error.strerror)
                loop.remove_reader(self._socket)
                loop.call_later(1.0, self._listen_again)
                return
            peer.setblocking(False)
            if len(self._strangers) >= MOST_STRANGERS:
                close(peer, "too many callers at once")
                continue
            too_late = loop.call_later(FIRST_PACKET_S, self._refuse, peer, "no first packet")
            self._strangers[peer] = too_late
            loop.add_reader(peer, self._meet, peer)

    def _listen_again(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def _meet(self, peer: socket.socket) -> None:
        packet, brought = b"", None
        try:
            packet, brought = handing_over.receive(peer, LARGEST_FIRST_PACKET_BYTES + 1)
        except BlockingIOError:
            return
        except OSError:
            pass
        introduced = introduction(packet)
        if introduced is None:
            self._refuse(peer, 'the first packet is not {"call": TOKEN}', brought)
        elif (introduced.door == "audiosocket") != (brought is not None):
            self._refuse(
                peer, f"a caller at the door {introduced.door} brings {'no' if brought else 'a'} TCP socket", brought
            )
        elif introduced.token not in self._expected:
            self._refuse(peer, "no call has this token", brought)
        else:
            self._expected.discard(introduced.token)
            self._part(peer)
            if brought is None:
                self._arrived(introduced.token, WavDoor(peer, introduced.rate_hz))
            else:
                peer.close()
                self._arrived(introduced.token, AudioSocketDoor(brought, introduced.rate_hz))

    def _refuse(self, peer: socket.socket, why: str, brought: socket.socket | None = None) -> None:
        log.warning("a caller was refused: %s", why)
        self._part(peer)
        close(peer, why)
        if brought is not None:
            brought.close()

    def _part(self, peer: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(peer)
        self._strangers.pop(peer).cancel()


class Introduction(NamedTuple):
    """What a first packet says."""

    token: str
    rate_hz: int = RATES_HZ[0]
    door: Literal["wav", "audiosocket"] = "wav"


def introduction(packet: bytes) -> Introduction | None:
    """None for anything else."""
    try:
        said = json.loads(packet)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    token, rate_hz, door = said.get("call"), said.get("rate_hz", RATES_HZ[0]), said.get("door", "wav")
    if not isinstance(token, str) or not token or type(rate_hz) is not int or rate_hz not in RATES_HZ:
        return None
    return Introduction(token, rate_hz, door) if door in ("wav", "audiosocket") else None

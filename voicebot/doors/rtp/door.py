"""The door of telephone callers: RTP over two UDP ports, agreed on by session descriptions that SIP carries."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable
from typing import Literal

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.negotiation import Agreed, CodecName, Encryption, Means, Negotiation
from voicebot.doors.rtp.ports import open_pair
from voicebot.doors.rtp.remote import NOWHERE, Address, Remote
from voicebot.doors.rtp.reports import Reception
from voicebot.doors.rtp.srtp import SrtpSession
from voicebot.doors.rtp.stream import LARGEST_PACKET_BYTES, RtpStream
from voicebot.doors.rtp.watch import Watch
from voicebot.events import LineMeasured

MOST_PACKETS_A_TICK = 64  # a peer that floods the socket does not hold up the call
RTCP_TICKS = 10  # reports are not urgent
LOST_AFTER_S = 60.0

# Linux, asm-generic/socket.h: the kernel notes when each packet arrived. Python 3.11 has no name for it.
_SO_TIMESTAMPNS = 35
_EXPEDITED = 46 << 2  # the DSCP of voice (RFC 4594, section 4.1)


class RtpDoor:
    """See ``NegotiableDoor``. The sockets are read within :meth:`receive`: no callback of the loop, no task.

    ``host`` is the address that packets come to, ``shown_host`` the one that descriptions show where that is another.
    ``rate_hz`` is that of the codec that is agreed on first, and stays. Raises :class:`NoPorts`.
    ``strangers`` counts packets from others than the caller, ``unreadable`` those that are repeated or not encrypted as
    agreed, ``unsent`` those of ours that the network did not take.
    """

    name: Literal["sip"] = "sip"

    def __init__(
        self,
        host: str,
        first_port: int,
        last_port: int,
        *,
        codecs: tuple[CodecName, ...] = ("opus", "PCMU", "PCMA"),
        srtp: Encryption = "optional",
        shown_host: str | None = None,
        lost_after_s: float = LOST_AFTER_S,
        clock_ms: Callable[[], float] = lambda: time.monotonic_ns() / 1e6,
    ) -> None:
        self.rate_hz = 8_000
        self.strangers = 0
        self.unreadable = 0
        self.unsent = 0
        self._clock_ms = clock_ms
        self._lost_after_ms = lost_after_s * 1000
        self._rtp, self._rtcp = open_pair(host, first_port, last_port)
        for sock in (self._rtp, self._rtcp):
            _prepare(sock)
        ports = self._rtp.getsockname()[1], self._rtcp.getsockname()[1]
        self._negotiation = Negotiation(Means(shown_host or host, *ports, codecs, srtp))
        self._agreed: Agreed | None = None
        self._stream: RtpStream | None = None
        self._remote: Remote | None = None
        self._srtp: SrtpSession | None = None
        self._watch = Watch()
        self._tick = 0
        self._drained_ms = 0.0
        self._rtp_heard_ms: float | None = None  # or when it began to be waited for
        self._heard_ms: float | None = None  # RTP or RTCP
        self._is_closed = False

    # ---- agreeing

    async def answer(self, sdp: str) -> str:
        self._still_open()
        described = self._negotiation.answer(sdp)
        self._agree()
        return described

    async def offer(self) -> str:
        self._still_open()
        return self._negotiation.offer()

    async def take_answer(self, sdp: str) -> None:
        self._still_open()
        self._negotiation.take_answer(sdp)
        self._agree()

    def _still_open(self) -> None:
        if self._is_closed:
            raise NotAcceptable("the call is over")

    def _agree(self) -> None:
        agreed = self._agreed = self._negotiation.agreed
        assert agreed is not None
        keys = agreed.local_srtp, agreed.remote_srtp
        if keys[0] is None or keys[1] is None:
            self._srtp = None
        elif self._srtp is None:
            self._srtp = SrtpSession(keys[0], keys[1])
        else:
            self._srtp.change(keys[0], keys[1])
        is_certain, now_ms = self._srtp is not None, self._clock_ms()
        if self._stream is None or self._remote is None:
            self.rate_hz = 16_000 if agreed.codec == "opus" else 8_000
            self._stream = RtpStream(agreed, self.rate_hz, self._clock_ms)
            self._remote = Remote(agreed.remote, agreed.remote_rtcp, is_certain=is_certain)
        else:
            self._stream.change(agreed)
            self._remote.change(agreed.remote, agreed.remote_rtcp, now_ms, is_certain=is_certain)

    # ---- the tick

    def receive(self) -> Samples:
        if self._stream is None or self._is_closed:
            return np.zeros(self.rate_hz * FRAME_MS // 1000, np.int16)
        now_ms = self._clock_ms()
        if self._heard_ms is None or self._rtp_heard_ms is None:  # the call begins
            self._heard_ms = self._rtp_heard_ms = now_ms
        self._drain(self._rtp, now_ms)
        if self._tick % RTCP_TICKS == 0:
            self._drain(self._rtcp, now_ms)
        self._tick += 1
        frame = self._stream.receive()
        if not self._may_come:
            self._heard_ms = self._rtp_heard_ms = now_ms
        self._watch.silence(now_ms - self._rtp_heard_ms)
        if self._watch.is_due(now_ms):
            self._watch.look(now_ms, self._stream.figures, self.strangers, self.unreadable)
        return np.zeros_like(frame) if self.is_held else frame

    def send(self, frame: Samples) -> None:
        if self._stream is None or self._remote is None or self._is_closed:
            return
        for packet in self._stream.send(frame):
            self._post(self._rtp, packet, self._remote.address)
        report = self._stream.report()
        if report is not None:
            self._post_report(report, self._remote)

    def take_keys(self) -> str:
        return "" if self._stream is None else self._stream.take_keys()

    def press(self, keys: str) -> bool:
        """Presses keys at the far side; False where it takes none in its sound."""
        if self._stream is None or self._agreed is None or self._agreed.event_payload_type is None:
            return False
        self._stream.press(keys)
        return True

    # ---- how it is

    @property
    def is_closed(self) -> bool:
        """Only by :meth:`hang_up`: it is the signalling that says when the far side has hung up."""
        return self._is_closed

    @property
    def is_held(self) -> bool:
        return self._agreed is not None and self._agreed.is_held

    @property
    def is_lost(self) -> bool:
        return self._heard_ms is not None and self._clock_ms() - self._heard_ms > self._lost_after_ms

    @property
    def figures(self) -> Reception:
        return Reception() if self._stream is None else self._stream.figures

    def take_complaint(self) -> str | None:
        return self._watch.take()

    def measured(self) -> LineMeasured | None:
        return None if self._stream is None else self._stream.figures.measured

    def hang_up(self) -> None:
        if self._is_closed:
            return
        if self._stream is not None and self._remote is not None:
            self._post_report(self._stream.bye(), self._remote)
        self._is_closed = True
        self._rtp.close()
        self._rtcp.close()

    @property
    def _may_come(self) -> bool:
        """Whether the far side should send: it does not while it holds the call, or is held itself."""
        return self._agreed is not None and self._agreed.direction == "sendrecv"

    # ---- packets

    def _drain(self, sock: socket.socket, now_ms: float) -> None:
        wall_ns, most_ms = time.time_ns(), max(now_ms - self._drained_ms, float(FRAME_MS))
        for _ in range(MOST_PACKETS_A_TICK):
            try:
                packet, notes, _, source = sock.recvmsg(LARGEST_PACKET_BYTES + 256, 64)
            except OSError:  # there is none; what a network says of our own packets is no matter
                break
            # the kernel's stamps are of the day's clock, which may jump
            age_ms = min(max((wall_ns - _stamp_ns(notes)) / 1e6, 0.0), most_ms) if notes else 0.0
            self._take(packet, source[:2], now_ms - age_ms, now_ms)
        else:
            return  # more is waiting, older than this tick
        if sock is self._rtp:
            self._drained_ms = now_ms

    def _take(self, packet: bytes, source: Address, at_ms: float, now_ms: float) -> None:
        stream, remote, srtp = self._stream, self._remote, self._srtp
        assert stream is not None and remote is not None
        if len(packet) > 1 and 192 <= packet[1] <= 223:  # RFC 5761, section 4
            if not remote.takes_rtcp(source):
                self.strangers += 1
            elif (clear := srtp.unprotect_rtcp(packet) if srtp else packet) is None:
                self.unreadable += 1
            elif stream.arrived_rtcp(clear):
                remote.heard_rtcp(source)
                self._heard_ms = now_ms
        elif not remote.takes(source, now_ms):
            self.strangers += 1
        elif (clear := srtp.unprotect(packet) if srtp else packet) is None:
            self.unreadable += 1
        elif stream.arrived(clear, at_ms):
            remote.heard(source, now_ms)
            self._heard_ms = self._rtp_heard_ms = now_ms
            self._watch.sound()

    def _post_report(self, report: bytes, remote: Remote) -> None:
        self._post(self._rtp if remote.is_muxed else self._rtcp, report, remote.rtcp_address, is_rtcp=True)

    def _post(self, sock: socket.socket, packet: bytes, address: Address, *, is_rtcp: bool = False) -> None:
        """Dropped and counted where it cannot be sent: the network is gone, its buffer is full, a firewall forbids."""
        if address[0] in NOWHERE:
            return
        try:
            if self._srtp is not None:
                packet = self._srtp.protect_rtcp(packet) if is_rtcp else self._srtp.protect(packet)
            sock.sendto(packet, address)
        except (OSError, ValueError):
            self.unsent += 1


def _prepare(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    with contextlib.suppress(OSError):  # a container may forbid it: the call is as good without
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _EXPEDITED)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED)


def _stamp_ns(notes: list[tuple[int, int, bytes]]) -> int:
    seconds, nanoseconds = struct.unpack_from("qq", notes[0][2])
    return int(seconds) * 1_000_000_000 + int(nanoseconds)

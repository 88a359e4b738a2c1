"""RTCP: what each side tells the other of what it hears (RFC 3550, sections 6.2 to 6.6)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from struct import error as StructError

from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    clamp_packets_lost,
)

from voicebot.doors.rtp.sender import Sender
from voicebot.doors.rtp.source import Source
from voicebot.events import LineMeasured

EVERY_MS = 5_000
NTP_BEGAN_S = 2_208_988_800  # 1900, seen from 1970
_CNAME = 1


@dataclass(frozen=True, slots=True)
class Reception:
    """How well both sides hear each other: counts are of the whole call.

    ``lost`` never came, ``late`` came when their turn was over, ``repeated`` came again, ``dropped`` were malformed,
    too large or of no payload type that was agreed on. ``delay_ms`` is what the jitter buffer adds. ``their_loss`` (0
    to 1) and ``their_jitter_ms`` are what the peer last told of our packets, ``round_trip_ms`` what followed from it.
    """

    packets: int = 0
    lost: int = 0
    late: int = 0
    repeated: int = 0
    dropped: int = 0
    streams: int = 0
    jitter_ms: float = 0.0
    delay_ms: float = 0.0
    their_loss: float | None = None
    their_jitter_ms: float | None = None
    round_trip_ms: float | None = None
    has_left: bool = False

    @property
    def measured(self) -> LineMeasured:
        """What of it is kept in the log of a call."""
        return LineMeasured(
            self.packets,
            self.lost,
            self.late,
            round(self.jitter_ms, 1),
            round(self.delay_ms, 1),
            self.their_loss,
            self.round_trip_ms,
        )


class Reports:
    """Writes the reports of this side, and reads the other's. ``wall_s`` is the day's clock, in s since 1970."""

    def __init__(
        self,
        source: Source,
        sender: Sender,
        clock_ms: Callable[[], float],
        wall_s: Callable[[], float],
        chance: random.Random,
    ) -> None:
        self._source, self._sender = source, sender
        self._clock_ms, self._wall_s = clock_ms, wall_s
        self._chance = chance
        self._cname = f"{chance.getrandbits(96):024x}".encode()  # RFC 7022: tells nothing
        self._due_ms = clock_ms() + self._interval_ms() / 2
        self._reported_ssrc: int | None = None
        self._reported_expected = 0
        self._reported_received = 0
        self._sent_packets = -1  # when the last report was written
        self._their_report = 0  # middle of its NTP timestamp
        self._their_report_ms: float | None = None
        self._their_loss: float | None = None
        self._their_jitter_ms: float | None = None
        self._round_trip_ms: float | None = None
        self._has_left = False

    def reception(self, dropped: int, delay_ms: float) -> Reception:
        source = self._source
        return Reception(
            packets=source.packets,
            lost=source.lost,
            late=source.late,
            repeated=source.repeated,
            dropped=dropped,
            streams=source.streams,
            jitter_ms=round(source.jitter_ms, 2),
            delay_ms=round(delay_ms, 1),
            their_loss=self._their_loss,
            their_jitter_ms=self._their_jitter_ms,
            round_trip_ms=self._round_trip_ms,
            has_left=self._has_left,
        )

    def due(self) -> bytes | None:
        """A compound packet of report and name, every 2.5 to 7.5 s (section 6.3.1)."""
        if self._clock_ms() < self._due_ms:
            return None
        self._due_ms = self._clock_ms() + self._interval_ms()
        return self._compound()

    def bye(self) -> bytes:
        return self._compound() + bytes(RtcpByePacket([self._sender.ssrc]))

    def take(self, data: bytes) -> bool:
        """The other side's compound packet; False where it is none."""
        try:
            packets = RtcpPacket.parse(data)
        except (ValueError, StructError, IndexError):
            return False
        for packet in packets:
            if isinstance(packet, RtcpSrPacket | RtcpRrPacket):
                if isinstance(packet, RtcpSrPacket):
                    self._their_report = packet.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF
                    self._their_report_ms = self._clock_ms()
                for report in packet.reports:
                    if report.ssrc == self._sender.ssrc:
                        self._hear(report)
            elif isinstance(packet, RtcpByePacket):
                self._has_left = self._has_left or self._source.ssrc in packet.sources
        return bool(packets)

    def _interval_ms(self) -> float:
        return EVERY_MS * self._chance.uniform(0.5, 1.5)

    def _compound(self) -> bytes:
        sender = self._sender
        reports = [] if self._source.ssrc is None else [self._report(self._source, self._source.ssrc)]
        first: RtcpSrPacket | RtcpRrPacket
        if sender.sent_packets != self._sent_packets and sender.sent_packets:
            self._sent_packets = sender.sent_packets
            info = RtcpSenderInfo(
                ntp_timestamp=self._ntp(),
                rtp_timestamp=sender.timestamp(self._clock_ms()),
                packet_count=sender.sent_packets & 0xFFFFFFFF,
                octet_count=sender.sent_bytes & 0xFFFFFFFF,
            )
            first = RtcpSrPacket(sender.ssrc, info, reports)
        else:
            first = RtcpRrPacket(sender.ssrc, reports)
        return bytes(first) + bytes(RtcpSdesPacket([RtcpSourceInfo(sender.ssrc, [(_CNAME, self._cname)])]))

    def _report(self, source: Source, ssrc: int) -> RtcpReceiverInfo:
        """Losses by appendix A.3: repetitions make up for them, in the fraction they are not less than none."""
        if self._reported_ssrc != ssrc or source.expected < self._reported_expected:
            self._reported_ssrc, self._reported_expected, self._reported_received = ssrc, 0, 0
        expected = source.expected - self._reported_expected
        lost = expected - (source.received - self._reported_received)
        self._reported_expected, self._reported_received = source.expected, source.received
        since_ms = None if self._their_report_ms is None else self._clock_ms() - self._their_report_ms
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=min(255, (lost << 8) // expected) if expected > 0 and lost > 0 else 0,
            packets_lost=clamp_packets_lost(source.expected - source.received),
            highest_sequence=source.highest - 0x10000 & 0xFFFFFFFF,
            jitter=source.jitter,
            lsr=0 if since_ms is None else self._their_report,
            dlsr=0 if since_ms is None else min(round(since_ms * 65.536), 0xFFFFFFFF),
        )

    def _hear(self, report: RtcpReceiverInfo) -> None:
        self._their_loss = report.fraction_lost / 256
        self._their_jitter_ms = round(report.jitter * 1000 / self._sender.clock_hz, 2)
        if report.lsr:
            passed = (self._ntp() >> 16) - report.lsr - report.dlsr & 0xFFFFFFFF
            if passed < 0x80000000:
                self._round_trip_ms = round(passed / 65.536, 1)

    def _ntp(self) -> int:
        return int((self._wall_s() + NTP_BEGAN_S) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF

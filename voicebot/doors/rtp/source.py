"""Who is heard: which packets are of the stream, and what became of them (RFC 3550, appendices A.1, A.3 and A.8)."""

from __future__ import annotations

from dataclasses import dataclass

MOST_DROPOUT = 3_000  # packets: a minute. What is further ahead is another beginning
MOST_MISORDER = 100
REMEMBERED = 128  # newest sequence numbers, in which repetitions are known


@dataclass(frozen=True, slots=True)
class Admitted:
    """``sequence`` counts on where the 16 bits of the wire wrap around."""

    sequence: int
    is_new_stream: bool


class Source:
    """The sender that is heard. Another SSRC, or a jump of sequence numbers, is believed with its second packet."""

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self.packets = 0  # of the whole call, without repetitions
        self.repeated = 0
        self.late = 0  # that came when their turn was over
        self.streams = 0
        self._lost_before = 0  # of the streams before this one
        self._candidate: tuple[int, int] | None = None  # SSRC, sequence
        self._begin(0, 0)

    def _begin(self, ssrc: int, sequence: int) -> None:
        self._first = self.highest = 0x10000 + sequence
        self.received = 0  # of this stream, repetitions included, as reports count
        self._distinct = 0
        self._seen = 0  # bit n: whether ``highest - n`` has come
        self._jitter = 0.0  # in timestamp units
        self._transit: float | None = None
        self._clock_hz = 0
        self._candidate = None

    def admit(self, ssrc: int, sequence: int) -> Admitted | None:
        """Counts a packet; None for one that is to be dropped: it was there before, or is not believed yet."""
        if self.ssrc is None:
            self._restart(ssrc, sequence)
            return Admitted(self._count(self.highest), True)
        ahead = (sequence - self.highest + 0x8000 & 0xFFFF) - 0x8000
        if ssrc != self.ssrc or not -MOST_MISORDER < ahead < MOST_DROPOUT:
            if not self._is_believed(ssrc, sequence):
                return None
            self._restart(ssrc, sequence)
            return Admitted(self._count(self.highest), True)
        extended = self.highest + ahead
        if ahead > 0:
            self._candidate = None  # who is heard is not gone
            self._seen <<= ahead
            self._seen &= (1 << REMEMBERED) - 1
            self.highest = extended
        elif self._seen >> -ahead & 1:
            self.received += 1
            self.repeated += 1
            return None
        return Admitted(self._count(extended), False)

    def timed(self, timestamp: int, clock_hz: int, at_ms: float) -> None:
        """The arrival of a packet of sound, for the jitter (A.8)."""
        transit = at_ms * clock_hz / 1000 - timestamp
        if self._transit is not None and clock_hz == self._clock_hz:
            difference = abs((transit - self._transit + 0x80000000) % 0x100000000 - 0x80000000)
            if difference < clock_hz:  # else the timestamps begin anew
                self._jitter += (difference - self._jitter) / 16
        self._transit, self._clock_hz = transit, clock_hz

    @property
    def expected(self) -> int:
        return self.highest - self._first + 1 if self.ssrc is not None else 0

    @property
    def lost(self) -> int:
        """Of the whole call, with those that came too late not among them."""
        return self._lost_before + max(0, self.expected - self._distinct)

    @property
    def jitter(self) -> int:
        """In units of the timestamp."""
        return min(round(self._jitter), 0xFFFFFFFF)

    @property
    def jitter_ms(self) -> float:
        return self._jitter * 1000 / self._clock_hz if self._clock_hz else 0.0

    def _is_believed(self, ssrc: int, sequence: int) -> bool:
        candidate, self._candidate = self._candidate, (ssrc, sequence)
        return candidate is not None and candidate[0] == ssrc and 0 < (sequence - candidate[1] & 0xFFFF) <= 3

    def _restart(self, ssrc: int, sequence: int) -> None:
        self._lost_before = self.lost
        self._begin(ssrc, sequence)
        self.ssrc = ssrc
        self.streams += 1

    def _count(self, extended: int) -> int:
        self._seen |= 1 << (self.highest - extended)
        self.packets += 1
        self.received += 1
        self._distinct += 1
        if extended < self._first:
            self._first = extended
        return extended

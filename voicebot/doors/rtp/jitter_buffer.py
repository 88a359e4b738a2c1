"""Packets between their arrival and their turn: put in order, on one line of time whatever their timestamps do."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from voicebot.audio import FRAME_MS
from voicebot.doors.rtp.codecs import CodecName
from voicebot.doors.rtp.delays import Delays

Kind = CodecName | Literal["CN"]  # comfort noise

MOST_DELAY_MS = 1_000  # what is older than the newest by more is dropped
MOST_PACKETS = 128
MOST_SPREAD_MS = 200  # who is later than that as a rule is not waited for
JUMP_MS = 1_000  # a timestamp that differs so much from what the clock says means another beginning
PAUSE_MS = 60  # after so long without a packet what comes next is a beginning: nothing joins on to anything
MARGIN_MS = 2  # beyond what is expected
UNEVEN_MS = 5  # timestamps that differ by less from where the last packet ended mean no gap

_sequence_of = attrgetter("sequence")


@dataclass(frozen=True, slots=True)
class Packet:
    """``sequence`` counts on beyond 65,535; ``position_ms`` is where its sound begins on the line of time.

    In place of a packet that has not come there may be its copy: ``payload`` is of the next one then, which carries
    the last ``copy_ms`` of it.
    """

    sequence: int
    kind: Kind
    payload: bytes
    position_ms: float
    copy_ms: int = 0


class JitterBuffer:
    """Gives each packet when its turn has come, so that as little delay is held as the wire's jitter lets.

    Nothing is held back at first. A packet that comes after its turn is played all the same, and delays all that follow
    it: from then on there is that much reserve. Only one whose successor has been played is too late. Where one is
    missing before others that have come, it is waited for as long as packets were late in the last ten seconds. A copy
    of it in the next packet is as good as itself, so where packets are lost again and again there is reserve for that.
    Whoever plays may shorten the sound where there is time to spare.

    Holds 128 packets and a second at most: when it is full the oldest are dropped.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forgets everything: another sender is heard from now on."""
        self.delays = Delays()
        self._packets: list[Packet] = []
        self._next_sequence: int | None = None  # behind the last packet that was played
        self._cursor_ms = 0.0  # on the line of time: up to where everything was played or skipped
        self._paused_ms = float(PAUSE_MS)  # since the last packet's sound ended
        self._timestamp = 0
        self._clock_hz = 0
        self._position_ms = 0.0  # of ``_timestamp``

    def __len__(self) -> int:
        return len(self._packets)

    def put(
        self, sequence: int, timestamp: int, clock_hz: int, kind: Kind, payload: bytes, at_ms: float, copy_ms: int = 0
    ) -> bool:
        """Takes a packet that arrived at ``at_ms``; False where it is too late, or is there already.

        ``copy_ms``: how much it carries of the sound before it.
        """
        position_ms = self._place(timestamp, clock_hz, at_ms)
        self.delays.add(position_ms, at_ms)
        if not self._insert(Packet(sequence, kind, payload, position_ms)):
            return False
        if copy_ms and self._next_sequence is not None:
            copy = Packet(sequence - 1, kind, payload, position_ms - copy_ms, copy_ms)
            if self._insert(copy):
                self.delays.add(copy.position_ms, at_ms)
        packets = self._packets
        while len(packets) > MOST_PACKETS or packets[-1].position_ms - packets[0].position_ms > MOST_DELAY_MS:
            self._next_sequence = packets.pop(0).sequence + 1
            self._paused_ms = PAUSE_MS
        return True

    def _insert(self, packet: Packet) -> bool:
        packets = self._packets
        if self._next_sequence is not None and packet.sequence < self._next_sequence:
            return False
        index = len(packets)
        if packets and packet.sequence <= packets[-1].sequence:
            index = bisect_left(packets, packet.sequence, key=_sequence_of)
            there = packets[index]
            if there.sequence == packet.sequence:
                if packet.copy_ms or not there.copy_ms:
                    return False
                packets[index] = packet
                return True
        packets.insert(index, packet)
        return True

    def due(self, now_ms: float) -> Packet | None:
        """The packet whose turn it is, or was; None where none has come."""
        if not self._packets:
            return None
        packet = self._packets[0]
        if self._paused_ms >= PAUSE_MS:
            is_due = self._age_ms(packet, now_ms) >= self._spread_ms
        elif packet.sequence == self._next_sequence:
            is_due = packet.position_ms - self._cursor_ms < UNEVEN_MS
        else:  # something is missing before it
            is_due = packet.position_ms - self._cursor_ms < 1 and self._age_ms(packet, now_ms) >= self._spread_ms
        if not is_due:
            return None
        del self._packets[0]
        self._next_sequence = packet.sequence + 1
        return packet

    def played(self, packet: Packet, sound_ms: float) -> None:
        """How long the sound of the packet was that :meth:`due` gave; one without any leaves its place empty."""
        if sound_ms:
            self._cursor_ms = packet.position_ms + sound_ms
            self._paused_ms = 0.0

    def skip(self, most_ms: float) -> float:
        """Goes on without a packet: how much of ``most_ms`` something else must fill before it is asked again."""
        skipped_ms = most_ms
        if self._packets and self._paused_ms < PAUSE_MS:
            gap_ms = self._packets[0].position_ms - self._cursor_ms
            if gap_ms < 1:  # it could be played, but what is missing before it may still come
                self._paused_ms += most_ms
                return most_ms
            skipped_ms = min(gap_ms, most_ms)
        self._cursor_ms += skipped_ms
        self._paused_ms += skipped_ms
        return skipped_ms

    @property
    def is_paused(self) -> bool:
        """Whether there has been no packet to play for so long that nothing joins on to what was."""
        return self._paused_ms >= PAUSE_MS

    def delay_ms(self, now_ms: float, waiting_ms: float = 0.0) -> float:
        """How much later sound is played than would be possible if all packets were as fast as the fastest.

        ``waiting_ms`` is the length of what was taken from here and not played yet.
        """
        return now_ms - self.delays.base_ms - self._cursor_ms + waiting_ms if self.delays else 0.0

    def spare_ms(self, now_ms: float, waiting_ms: float) -> float:
        """By how much later the next packet could come than the jitter lets expect, and would still not be late."""
        whole_frames_ms = waiting_ms // FRAME_MS * FRAME_MS  # until it is needed
        return now_ms + whole_frames_ms - self.delays.base_ms - self._cursor_ms - self._spread_ms - MARGIN_MS

    @property
    def _spread_ms(self) -> float:
        return min(self.delays.spread_ms, MOST_SPREAD_MS)

    def _age_ms(self, packet: Packet, now_ms: float) -> float:
        return now_ms - self.delays.base_ms - packet.position_ms

    def _place(self, timestamp: int, clock_hz: int, at_ms: float) -> float:
        """Where a packet's sound begins: where its timestamp says, unless that is at odds with the clock."""
        passed = (timestamp - self._timestamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        position_ms = self._position_ms + passed * 1000 / clock_hz
        if not self.delays:
            position_ms = 0.0
        elif clock_hz != self._clock_hz or abs(at_ms - self.delays.base_ms - position_ms) > JUMP_MS:
            position_ms = at_ms - self.delays.base_ms
            self.delays = Delays()  # what was known compares with nothing that comes
        self._timestamp, self._clock_hz, self._position_ms = timestamp, clock_hz, position_ms
        return position_ms

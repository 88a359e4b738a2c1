"""Keys of the keypad as RTP carries them beside the voice (RFC 4733)."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass

from voicebot.audio import FRAME_MS

KEYS = "0123456789*#"  # by their event code (section 3.2); A to D and the flash are on no caller's keypad

TONE_MS = 100  # long enough for every gateway that turns it back into a tone
GAP_MS = 60
END_PACKETS = 3  # as the end of a key is what must not be lost (section 2.5.1.4)
VOLUME_DBM0 = -10

MOST_KEYS_WAITING = 64
MOST_EVENTS_A_PACKET = 8
PRESSES_REMEMBERED = 16

# Some gateways move the timestamp on with every packet of one key. No finger presses twice in so short a time.
MOVED_MS = 60
MOVED_A_PACKET_MS = 30

END_BIT = 0x80
LONGEST_DURATION = 0xFFFF  # in ticks of the clock; what is held for longer goes on in a new segment (section 2.5.1.3)
_EVENT = struct.Struct("!BBH")


@dataclass(frozen=True, slots=True)
class EventPacket:
    """What goes into one RTP packet of the event's payload type; ``timestamp`` is the beginning of the key."""

    payload: bytes
    marker: bool
    timestamp: int


class KeysHeard:
    """Tells each key once, with the first of its packets that comes, however many are lost, repeated or late.

    Remembers the newest 16 presses; a packet of an older one would be heard as a press of its own. ``clock_hz`` is that
    of the timestamps.
    """

    def __init__(self, clock_hz: int) -> None:
        self.clock_hz = clock_hz
        self._presses: deque[tuple[int, int]] = deque(maxlen=PRESSES_REMEMBERED)  # start, event
        self._newest: tuple[int, int] | None = None
        self._newest_sequence = 0
        self._newest_duration = 0
        self._has_newest_ended = False

    def take(self, payload: bytes, timestamp: int, marker: bool, sequence: int) -> str:
        """The keys that this packet is the first to tell; "" for all others, for A to D, for what is no event.

        ``sequence`` counts on beyond 65,535.
        """
        keys = ""
        start = timestamp
        for offset in range(0, min(len(payload) // _EVENT.size, MOST_EVENTS_A_PACKET) * _EVENT.size, _EVENT.size):
            event, flags, duration = _EVENT.unpack_from(payload, offset)
            if event < len(KEYS):
                keys += self._hear((start, event), sequence, duration, bool(flags & END_BIT), marker)
            start = start + duration & 0xFFFFFFFF  # events of one packet follow each other (section 2.5.1.5)
        return keys

    def _hear(self, press: tuple[int, int], sequence: int, duration: int, is_end: bool, marker: bool) -> str:
        is_new = False
        if press not in self._presses:
            has_moved = not marker and self._has_moved(press, sequence, is_end)
            is_new = marker or not (has_moved or self._goes_on(press))
            self._presses.append(press)
            if has_moved and sequence < self._newest_sequence:
                return ""
            self._has_newest_ended &= has_moved
            self._newest, self._newest_duration = press, 0
        if press == self._newest:
            self._newest_sequence = max(self._newest_sequence, sequence)
            self._newest_duration = max(self._newest_duration, duration)
            self._has_newest_ended |= is_end
        return KEYS[press[1]] if is_new else ""

    def _goes_on(self, press: tuple[int, int]) -> bool:
        """Whether the newest key is still down, and this is its next segment (section 2.5.1.3)."""
        if self._newest is None or self._has_newest_ended or press[1] != self._newest[1]:
            return False
        passed = press[0] - self._newest[0] & 0xFFFFFFFF
        return passed == LONGEST_DURATION or passed == self._newest_duration > 0

    def _has_moved(self, press: tuple[int, int], sequence: int, is_end: bool) -> bool:
        """Whether this is of the newest key, by a peer that moves the timestamp on with every packet.

        What comes behind an end is of that key only if it is an end itself.
        """
        packets = sequence - self._newest_sequence
        if self._newest is None or press[1] != self._newest[1] or packets == 0:
            return False
        if packets > 0 and self._has_newest_ended and not is_end:
            return False
        passed = (press[0] - self._newest[0] + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        passed_ms = passed * 1000 / self.clock_hz * (1 if packets > 0 else -1)
        return 0 < passed_ms <= min(MOVED_A_PACKET_MS * abs(packets), MOVED_MS)


class KeyPlayer:
    """Presses keys at the far side, one after the other: 100 ms each, 60 ms apart, a packet every 20 ms."""

    def __init__(self, clock_hz: int) -> None:
        self._packet_ticks = clock_hz * FRAME_MS // 1000
        self._waiting: deque[int] = deque()
        self._event: int | None = None
        self._start = 0
        self._packets = 0  # since the newest key began

    def press(self, keys: str) -> None:
        """Other characters than 0-9, * and # are left out, and so is what exceeds 64 keys that wait."""
        wanted = [KEYS.index(key) for key in keys if key in KEYS]
        self._waiting.extend(wanted[: MOST_KEYS_WAITING - len(self._waiting)])

    @property
    def waiting(self) -> str:
        """The keys that have not begun."""
        return "".join(KEYS[event] for event in self._waiting)

    def packet_due(self, timestamp: int) -> EventPacket | None:
        """Asked every 20 ms with the time in ticks of the event's clock: what is sent in place of the voice."""
        self._packets += 1
        if self._event is not None and self._packets * FRAME_MS > TONE_MS + GAP_MS:
            self._event = None
        if self._event is None:
            if not self._waiting:
                return None
            self._event, self._start, self._packets = self._waiting.popleft(), timestamp, 1
        tone_packets = TONE_MS // FRAME_MS
        if self._packets >= tone_packets + END_PACKETS:
            return None
        is_end = self._packets >= tone_packets
        payload = _EVENT.pack(
            self._event, END_BIT * is_end | -VOLUME_DBM0, min(self._packets, tone_packets) * self._packet_ticks
        )
        return EventPacket(payload, self._packets == 1, self._start)

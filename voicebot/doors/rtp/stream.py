"""One stream of RTP both ways (RFC 3550, RFC 3551), and its RTCP, without a socket."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from struct import error as StructError

from aiortc.rtp import RtpPacket

from voicebot.audio import Samples
from voicebot.doors.rtp.jitter_buffer import Kind
from voicebot.doors.rtp.negotiation import Agreed
from voicebot.doors.rtp.playout import Playout, clock_hz
from voicebot.doors.rtp.reports import Reception, Reports
from voicebot.doors.rtp.sender import Sender
from voicebot.doors.rtp.source import Source
from voicebot.doors.rtp.telephone_events import KeysHeard

LARGEST_PACKET_BYTES = 1_500  # what an Ethernet carries; no speech needs more
MOST_KEYS = 64  # pressed and not yet asked for: later ones are dropped


class RtpStream:
    """What arrives is put in order and played a frame a tick; what is sent is numbered and stamped.

    ``clock_ms`` is the monotonic clock that ``at_ms`` is of, ``wall_s`` the day's. Nothing here raises, whatever the
    bytes: what is malformed, oversized or of no agreed payload type is dropped and counted. Every method takes well
    below a millisecond.
    """

    def __init__(
        self,
        agreed: Agreed,
        rate_hz: int,
        clock_ms: Callable[[], float],
        *,
        wall_s: Callable[[], float] = time.time,
        chance: random.Random | None = None,
    ) -> None:
        chance = chance or random.SystemRandom()
        self.rate_hz = rate_hz
        self._kinds = self._before = _kinds(agreed)
        self._event_types = agreed.event_types
        self._clock_ms = clock_ms
        self._source = Source()
        self._playout = Playout(rate_hz)
        self._sender = Sender(agreed, rate_hz, clock_ms, chance)
        self._reports = Reports(self._source, self._sender, clock_ms, wall_s, chance)
        self._keys_heard = KeysHeard(agreed.event_clock_hz)
        self._keys = ""
        self._dropped = 0

    def change(self, agreed: Agreed) -> None:
        """Goes on with what has been agreed on anew: other codecs, payload types, hold.

        What the peer sent before it knew is understood all the same (RFC 3264, section 8.3.2).
        """
        self._kinds = {**self._before, **_kinds(agreed)}
        self._before = _kinds(agreed)
        self._event_types = agreed.event_types
        self._keys_heard.clock_hz = agreed.event_clock_hz
        self._sender.change(agreed)

    # ---- from the caller

    def arrived(self, packet: bytes, at_ms: float) -> bool:
        """Takes one datagram; whether it is RTP of this stream."""
        if len(packet) > LARGEST_PACKET_BYTES:
            self._dropped += 1
            return False
        try:
            parsed = RtpPacket.parse(packet)
        except (ValueError, StructError):
            self._dropped += 1
            return False
        kind = self._kinds.get(parsed.payload_type)
        if kind is None and parsed.payload_type not in self._event_types:
            self._dropped += 1
            return False
        admitted = self._source.admit(parsed.ssrc, parsed.sequence_number)
        if admitted is None:
            return True  # of a new sender who is not believed before the second packet, or a repetition
        if admitted.is_new_stream:
            self._playout.restart()
            self._keys_heard = KeysHeard(self._keys_heard.clock_hz)
        if kind is None:
            keys = self._keys_heard.take(parsed.payload, parsed.timestamp, bool(parsed.marker), admitted.sequence)
            self._keys = (self._keys + keys)[:MOST_KEYS]
            return True
        self._source.timed(parsed.timestamp, clock_hz(kind), at_ms)
        if not self._playout.put(admitted.sequence, parsed.timestamp, kind, parsed.payload, at_ms):
            self._source.late += 1
        return True

    def arrived_rtcp(self, packet: bytes) -> bool:
        """Takes one compound packet; whether it is RTCP."""
        if len(packet) > LARGEST_PACKET_BYTES or not self._reports.take(packet):
            self._dropped += 1
            return False
        return True

    def receive(self) -> Samples:
        """This tick's 20 ms at ``rate_hz``: what was said, what stands for a lost piece of it, noise or silence."""
        return self._playout.frame(self._clock_ms())

    def take_keys(self) -> str:
        """The keys (0-9, *, #) that were pressed since this was last asked."""
        keys, self._keys = self._keys, ""
        return keys

    # ---- to the caller

    def send(self, frame: Samples) -> list[bytes]:
        """The packets of this tick, of sound or of a key being pressed; none while held."""
        return self._sender.packets(frame)

    def press(self, keys: str) -> None:
        """Presses keys, one behind the other, instead of the sound; nothing where the peer takes none."""
        self._sender.press(keys)

    # ---- RTCP

    def report(self) -> bytes | None:
        """A compound packet, where it is time for one: every five seconds or so."""
        return self._reports.due()

    def bye(self) -> bytes:
        """The last compound packet."""
        return self._reports.bye()

    @property
    def figures(self) -> Reception:
        return self._reports.reception(self._dropped, self._playout.delay_ms)


def _kinds(agreed: Agreed) -> dict[int, Kind]:
    """What packets of sound may come, by payload type."""
    kinds: dict[int, Kind] = dict(agreed.receives)
    if agreed.comfort_payload_type is not None:
        kinds.setdefault(agreed.comfort_payload_type, "CN")
    return kinds

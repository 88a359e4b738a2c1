"""What is sent of a stream: sound and pressed keys in numbered and stamped packets."""

from __future__ import annotations

import random
from collections.abc import Callable

from aiortc.rtp import RtpPacket

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.rtp.codecs import open_codec
from voicebot.doors.rtp.negotiation import Agreed
from voicebot.doors.rtp.rates import open_resampler
from voicebot.doors.rtp.telephone_events import KeyPlayer

PAUSED_MS = 100.0  # time in which the process did not get to run, beyond what its pacer makes up for


class Sender:
    """The bot's side of a stream: a frame of 20 ms at ``rate_hz`` in, no packet or some out.

    Timestamps are of time, not of what was sent: while the call is held, and while the process did not run, they go on.
    """

    def __init__(self, agreed: Agreed, rate_hz: int, clock_ms: Callable[[], float], chance: random.Random) -> None:
        self._agreed = agreed
        self._rate_hz = rate_hz
        self._clock_ms = clock_ms
        self._chance = chance
        # of the lower half: who loses the first packets before the numbers wrap never decrypts any (RFC 3711 §3.3.1)
        self._sequence = chance.getrandbits(15)
        self._due_ms: float | None = None
        self._keys = KeyPlayer(agreed.event_clock_hz)
        self._open(agreed)
        self._begin()

    def change(self, agreed: Agreed) -> None:
        """Another clock means another SSRC (RFC 7160, section 4.1), as no report could say what timestamps mean.

        Keys that wait are pressed all the same, unless the peer takes none any more.
        """
        old, self._agreed = self._agreed, agreed
        if (old.codec, old.packet_ms) != (agreed.codec, agreed.packet_ms):
            self._open(agreed)
        if old.clock_hz != agreed.clock_hz:
            self._begin()
        if (old.clock_hz, old.event_clock_hz) != (agreed.clock_hz, agreed.event_clock_hz):
            waiting, self._keys = self._keys.waiting, KeyPlayer(agreed.event_clock_hz)
            self._keys.press(waiting)
        if agreed.event_payload_type is None:
            self._keys = KeyPlayer(agreed.event_clock_hz)

    def _open(self, agreed: Agreed) -> None:
        self._codec = open_codec(agreed.codec)
        self._resample = open_resampler(self._rate_hz, self._codec.rate_hz)
        self._payload = b""  # of G.711, not sent yet
        self._payload_bytes = agreed.packet_ms * agreed.clock_hz // 1000
        self._is_pausing = True

    def _begin(self) -> None:
        self.ssrc = self._chance.getrandbits(32)
        self._timestamp = self._chance.getrandbits(32)  # of what is given next
        self.sent_packets = 0
        self.sent_bytes = 0

    def press(self, keys: str) -> None:
        if self._agreed.event_payload_type is not None:
            self._keys.press(keys)

    def packets(self, frame: Samples) -> list[bytes]:
        """Of this tick; none while held, none where the peer wants longer packets and this one is not full."""
        agreed = self._agreed
        timestamp = self._tick()
        if agreed.is_held:
            self._pause()
            return []
        if agreed.event_payload_type is not None:
            event = self._keys.packet_due(timestamp)
            if event is not None:
                self._pause()
                return [self._packet(agreed.event_payload_type, event.timestamp, event.payload, event.marker)]
        payload = self._codec.encode(self._resample(frame))
        if agreed.codec == "opus":
            return [self._sound(timestamp, payload)] if payload else []
        if agreed.packet_ms == FRAME_MS:
            return [self._sound(timestamp, payload)]
        return self._regrouped(timestamp, payload)

    @property
    def clock_hz(self) -> int:
        """Of timestamps."""
        return self._agreed.clock_hz

    def timestamp(self, now_ms: float) -> int:
        """That of sound which begins now."""
        passed_ms = now_ms - self._due_ms if self._due_ms is not None else 0.0
        return self._timestamp + round(passed_ms * self._agreed.clock_hz / 1000) & 0xFFFFFFFF

    def _tick(self) -> int:
        """The timestamp of this tick; those after it go on from there."""
        now_ms, clock_hz = self._clock_ms(), self._agreed.clock_hz
        if self._due_ms is None:
            self._due_ms = now_ms
        elif (behind_ms := now_ms - self._due_ms) > PAUSED_MS:
            self._timestamp += round(behind_ms * clock_hz / 1000)
            self._due_ms = now_ms
            self._pause()
        timestamp = self._timestamp & 0xFFFFFFFF
        self._timestamp = timestamp + FRAME_MS * clock_hz // 1000 & 0xFFFFFFFF
        self._due_ms += FRAME_MS
        return timestamp

    def _pause(self) -> None:
        self._payload = b""
        self._is_pausing = True

    def _regrouped(self, timestamp: int, payload: bytes) -> list[bytes]:
        """G.711, whose every byte is a sample, in packets of another length."""
        timestamp -= len(self._payload)
        self._payload += payload
        packets = []
        while len(self._payload) >= self._payload_bytes:
            piece, self._payload = self._payload[: self._payload_bytes], self._payload[self._payload_bytes :]
            packets.append(self._sound(timestamp & 0xFFFFFFFF, piece))
            timestamp += len(piece)
        return packets

    def _sound(self, timestamp: int, payload: bytes) -> bytes:
        marker, self._is_pausing = self._is_pausing, False
        return self._packet(self._agreed.payload_type, timestamp, payload, marker)

    def _packet(self, payload_type: int, timestamp: int, payload: bytes, marker: bool) -> bytes:
        sequence, self._sequence = self._sequence, self._sequence + 1 & 0xFFFF
        self.sent_packets += 1
        self.sent_bytes += len(payload)
        return RtpPacket(payload_type, int(marker), sequence, timestamp, self.ssrc, payload).serialize()

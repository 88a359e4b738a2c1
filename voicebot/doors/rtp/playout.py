"""What is played of a stream, a frame a tick: decoded, concealed where packets are lost, shortened when it is late."""

from __future__ import annotations

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.rtp.codecs import OPUS_CLOCK_HZ, CodecName, open_codec
from voicebot.doors.rtp.comfort_noise import ComfortNoise
from voicebot.doors.rtp.concealment import Concealer
from voicebot.doors.rtp.jitter_buffer import JitterBuffer, Kind, Packet
from voicebot.doors.rtp.merging import is_quiet, shortened
from voicebot.doors.rtp.rates import open_resampler

CONCEALED_MS = 500  # behind a packet that was the last: what comes then is silence; a concealer has faded long before

QUIET_CUT_TICKS, QUIET_AGAIN_TICKS = 50, 10  # sound that is later than it must be for so long is cut where it is quiet
ANY_CUT_TICKS, ANY_AGAIN_TICKS = 250, 50  # and after so long anywhere
HURRY_MS, HURRY_TICKS = 100, 3  # what is so much later than need be catches up at once, up to a quarter faster
LEAST_EXCESS_MS = 2.5
MOST_CUT_MS = 15.0  # of speech in one go: the longest period of a voice


def clock_hz(kind: Kind) -> int:
    """Of the timestamps of packets of this kind."""
    return OPUS_CLOCK_HZ if kind == "opus" else 8_000


class _Voice:
    """One codec of the stream, as heard at ``rate_hz``."""

    def __init__(self, name: CodecName, rate_hz: int) -> None:
        self._codec = open_codec(name)
        self._concealer = Concealer(self._codec.rate_hz)
        self._resample = open_resampler(self._codec.rate_hz, rate_hz)

    def decoded(self, payload: bytes) -> tuple[Samples, float]:
        """The sound of a packet and its length in ms; none of a broken one."""
        sound = self._codec.decode(payload)
        length_ms = len(sound) * 1000 / self._codec.rate_hz
        return self._resample(self._concealer.good(sound)) if sound.size else sound, length_ms

    def concealed(self, ms: float) -> Samples:
        samples = round(ms * self._codec.rate_hz / 1000)
        sound = self._codec.conceal(samples)
        return self._resample(self._concealer.lost(samples) if sound is None else sound)


class Playout:
    """The caller's side of a stream: packets in, frames of 20 ms at ``rate_hz`` out.

    Holds what the jitter buffer holds, and less than two frames and a packet of sound.
    """

    def __init__(self, rate_hz: int) -> None:
        self.delay_ms = 0.0  # of what was played last, see JitterBuffer.delay_ms
        self._rate_hz = rate_hz
        self._frame = rate_hz * FRAME_MS // 1000
        self._buffer = JitterBuffer()
        self._voices: dict[CodecName, _Voice] = {}
        self._voice: _Voice | None = None
        self._noise: ComfortNoise | None = None  # where the peer sends that instead of silence
        self._sound = np.zeros(0, np.int16)  # decoded, not played yet
        self._since_packet_ms = 0.0
        self._late_ticks = 0
        self._uncut_ticks = 0
        self._excess_ms = 0.0  # the least in all those ticks

    def restart(self) -> None:
        """Another sender is heard from now on."""
        self._buffer.restart()
        self._voices.clear()
        self._voice = self._noise = None
        self._late_ticks = 0

    def put(self, sequence: int, timestamp: int, kind: Kind, payload: bytes, at_ms: float) -> bool:
        """See :meth:`JitterBuffer.put`."""
        return self._buffer.put(sequence, timestamp, clock_hz(kind), kind, payload, at_ms)

    def frame(self, now_ms: float) -> Samples:
        """The next 20 ms."""
        while len(self._sound) < self._frame:
            packet = self._buffer.due(now_ms)
            if packet is not None:
                self._play(packet)
            else:
                self._fill()
        self._catch_up(now_ms)
        self.delay_ms = self._buffer.delay_ms(now_ms, self._waiting_ms)
        frame, self._sound = self._sound[: self._frame], self._sound[self._frame :]
        return frame

    @property
    def _waiting_ms(self) -> float:
        return len(self._sound) * 1000 / self._rate_hz

    def _play(self, packet: Packet) -> None:
        name = packet.kind
        if name == "CN":
            self._noise = self._noise or ComfortNoise()
            self._noise.hear(packet.payload)
            return
        self._noise = None
        self._voice = self._voices.get(name)
        if self._voice is None:
            self._voice = self._voices[name] = _Voice(name, self._rate_hz)
        sound, sound_ms = self._voice.decoded(packet.payload)
        self._buffer.played(packet, sound_ms)
        self._append(sound)
        self._since_packet_ms = 0.0

    def _fill(self) -> None:
        """Something in place of a packet that has not come."""
        ms = self._buffer.skip(FRAME_MS - self._waiting_ms)
        samples = max(1, round(ms * self._rate_hz / 1000))
        if self._noise is not None:
            self._append(self._noise.frame(samples))
        elif self._voice is not None and self._since_packet_ms < CONCEALED_MS:
            self._append(self._voice.concealed(ms))
        else:
            self._append(np.zeros(samples, np.int16))
        self._since_packet_ms += ms

    def _append(self, sound: Samples) -> None:
        self._sound = np.concatenate([self._sound, sound]) if self._sound.size else sound

    def _catch_up(self, now_ms: float) -> None:
        """Takes out a little sound where all was later than it must be for a while: at once where it is much later."""
        excess_ms = self._buffer.excess_ms(now_ms, self._waiting_ms)
        if excess_ms < LEAST_EXCESS_MS or self._buffer.is_paused:
            self._late_ticks = 0
            return
        self._excess_ms = min(excess_ms, self._excess_ms) if self._late_ticks else excess_ms
        self._late_ticks += 1
        self._uncut_ticks += 1
        is_hurried = self._excess_ms >= HURRY_MS
        if self._uncut_ticks < HURRY_TICKS or (self._late_ticks < QUIET_CUT_TICKS and not is_hurried):
            return
        while len(self._sound) < 3 * self._frame and (packet := self._buffer.due(now_ms)) is not None:
            self._play(packet)
        quiet = is_quiet(self._sound)
        may_cut = (
            is_hurried
            or (quiet and self._uncut_ticks >= QUIET_AGAIN_TICKS)
            or (self._late_ticks >= ANY_CUT_TICKS and self._uncut_ticks >= ANY_AGAIN_TICKS)
        )
        if may_cut:
            most_ms = min(self._excess_ms, self._waiting_ms - FRAME_MS, FRAME_MS if quiet else MOST_CUT_MS)
            self._sound = shortened(self._sound, most_ms, self._rate_hz)
            self._uncut_ticks = 0

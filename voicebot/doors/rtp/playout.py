"""What is played of a stream, a frame a tick: decoded, concealed where packets are lost, shortened when it is late."""

from __future__ import annotations

import numpy as np

from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.rtp.codecs import OPUS_CLOCK_HZ, CodecName, open_codec
from voicebot.doors.rtp.comfort_noise import ComfortNoise
from voicebot.doors.rtp.concealment import Concealer
from voicebot.doors.rtp.jitter_buffer import JitterBuffer, Kind, Packet
from voicebot.doors.rtp.merging import LEAST_CUT_MS, shortened
from voicebot.doors.rtp.rates import open_resampler
from voicebot.doors.rtp.surplus import Surplus

CONCEALED_MS = 500  # behind a packet that was the last: what comes then is silence; a concealer has faded long before

MOST_FRAMES = 3  # decoded at a time, where some sound is to be taken out of them


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

    def repeated_ms(self, payload: bytes) -> int:
        return self._codec.repeated_ms(payload)

    def recovered(self, next_payload: bytes, ms: int) -> Samples:
        """Sound of a lost packet, by what the next one carries of it."""
        sound = self._codec.recover(next_payload, ms * self._codec.rate_hz // 1000)
        return self.concealed(ms) if sound is None else self._resample(self._concealer.good(sound))

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
        self._surplus = Surplus()

    def restart(self) -> None:
        """Another sender is heard from now on."""
        self._buffer.restart()
        self._voices.clear()
        self._voice = self._noise = None
        self._surplus = Surplus()

    def put(self, sequence: int, timestamp: int, kind: Kind, payload: bytes, at_ms: float) -> bool:
        """See :meth:`JitterBuffer.put`."""
        voice = self._voices.get(kind) if kind != "CN" else None
        copy_ms = voice.repeated_ms(payload) if voice is not None else 0
        return self._buffer.put(sequence, timestamp, clock_hz(kind), kind, payload, at_ms, copy_ms)

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
        sound_ms: float = packet.copy_ms
        if packet.copy_ms:
            sound = self._voice.recovered(packet.payload, packet.copy_ms)
        else:
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
        """Takes out some sound where more is held than the jitter asks for."""
        surplus = self._surplus
        if self._buffer.is_paused:
            surplus.forget()
            return
        surplus.tick(self._buffer.spare_ms(now_ms, self._waiting_ms), self._sound, self._waiting_ms)
        if surplus.cut(self._sound, self._waiting_ms) is None:
            return
        while surplus.frames and len(self._sound) < MOST_FRAMES * self._frame:
            packet = self._buffer.due(now_ms)
            if packet is None:
                break
            self._play(packet)
        cut = surplus.cut(self._sound, self._waiting_ms)
        if cut is None or cut.most_ms < LEAST_CUT_MS:
            return
        frames = len(self._sound) // self._frame
        self._sound = shortened(self._sound, cut.most_ms, self._rate_hz, is_pause=cut.is_pause)
        surplus.taken(frames - len(self._sound) // self._frame)

"""What lies between a caller's mouth and the bot's door: noise, the bot's echo, the coder, lost packets."""

from __future__ import annotations

import numpy as np

from aicc.simulation.script import LineSettings
from aicc.simulation.speech import noise_loop
from audio_fixtures.sounds import at_level
from voicebot.audio import FRAME_MS, MU_LAW, Samples, to_int16

TELEPHONE_HZ = 8_000  # other rates do not go through G.711


class Line:
    """One caller's line, a frame at a time.

    ``voice_dbfs`` is the level of the caller's speech, which the noise is so many dB below. ``random`` says which
    packets are lost and where the noise begins.
    """

    def __init__(self, settings: LineSettings, rate_hz: int, voice_dbfs: float, random: np.random.Generator) -> None:
        self._rate_hz = rate_hz
        self._random = random
        self._loss = settings.loss_percent / 100
        self._length = rate_hz * FRAME_MS // 1000
        self._silence = np.zeros(self._length, np.int16)
        self._noise: Samples | None = None
        if settings.noise is not None:
            self._noise = at_level(noise_loop(settings.noise, rate_hz), voice_dbfs - settings.snr_db)
            self._at = int(random.integers(len(self._noise) // self._length)) * self._length
        self._echo: Samples | None = None
        if settings.echo_db is not None:
            self._echo_gain = 10 ** (settings.echo_db / 20)
            self._echo = np.zeros(settings.echo_delay_ms * rate_hz // 1000, np.int16)

    def carry(self, voice: Samples | None, heard: Samples | None) -> Samples | None:
        """The caller's frame as the bot gets it; None where it is lost.

        ``voice`` is what the caller says, ``heard`` what the caller hears in the same 20 ms; None is silence.
        """
        frame = self._silence if voice is None else voice
        if self._noise is not None or self._echo is not None:
            mixed = frame.astype(np.float64)
            if self._noise is not None:
                mixed += self._noise[self._at : self._at + self._length]
                self._at = (self._at + self._length) % len(self._noise)
            if self._echo is not None:
                self._echo = np.concatenate([self._echo, self._silence if heard is None else heard])
                mixed += self._echo_gain * self._echo[: self._length]
                self._echo = self._echo[self._length :]
            frame = to_int16(mixed)
        elif voice is None and not self._loss:
            return self._silence
        if self._loss and self._random.random() < self._loss:
            return None
        if self._rate_hz == TELEPHONE_HZ:
            return MU_LAW.decode(MU_LAW.encode(frame))
        return frame

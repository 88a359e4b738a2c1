"""One direction of a bridged call, heard late enough for a tone to take the place of what should not be heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicebot.audio import FRAME_MS, Samples, level_dbfs, to_int16
from voicebot.beeping import MARGIN_MS, cover, loudness, wave

LATE_MS = 700
SILENCE_DBFS = -55.0
OVER_NOISE_DB = 6.0  # a line's own noise is silence too
WAIT_MS = 300  # for a pause to put the delay into; then it goes in at once
MOST_BEEPS = 32

_LATE_FRAMES = LATE_MS // FRAME_MS
_NOISE_RISES_DB = 0.05  # a frame: what was silence an hour ago may be below a noise that has come since


@dataclass(frozen=True, slots=True)
class _Beep:
    """Of samples ``start`` up to ``end``, counted from the first frame."""

    start: int
    end: int
    amplitude: float


class Softened:
    """The delay line. Off it gives back what it is given; on it is ``LATE_MS`` late, and beeps.

    ``rate_hz`` is that of all frames, each ``FRAME_MS`` long; ``began_ms`` is the call's time of the first one's begin.
    It holds at most ``LATE_MS`` of sound; of more than ``MOST_BEEPS`` waiting at once the oldest is forgotten.

    The delay goes into the first pause, or after ``WAIT_MS`` between two frames of speech, with soft edges: nothing
    said is lost. Turned off it shrinks by what is silent; who never pauses stays late.
    """

    def __init__(self, rate_hz: int, began_ms: int = 0) -> None:
        self.rate_hz = rate_hz
        self._began_ms = began_ms
        self._is_on = self._fades_in = False
        self._held: deque[Samples] = deque()
        self._beeps: deque[_Beep] = deque(maxlen=MOST_BEEPS)
        self._given = 0  # samples that have left
        self._gap_frames = 0  # of silence still to be given out before the speech goes on
        self._waited_ms = 0
        self._noise_dbfs = SILENCE_DBFS - OVER_NOISE_DB

    @property
    def latency_ms(self) -> int:
        """By how much the sound comes late now."""
        return len(self._held) * FRAME_MS

    def turn_on(self) -> None:
        """From the next pause on the listener hears the sound late. A second time does nothing."""
        if not self._is_on:
            self._is_on, self._waited_ms = True, 0

    def turn_off(self) -> None:
        """The delay goes away in the speaker's pauses."""
        self._is_on = False

    def beep(self, start_ms: int, end_ms: int) -> bool:
        """Puts the tone over what was said then, in the call's time, and turns the delay on.

        False where none of it is in the line any more; what has gone out cannot be taken back. What has yet to come in
        is beeped when it does.
        """
        self.turn_on()
        start, end = (
            (ms - self._began_ms) * self.rate_hz // 1_000 for ms in (start_ms - MARGIN_MS, end_ms + MARGIN_MS)
        )
        start = max(start, self._given)
        if end <= start:
            return False
        held = np.concatenate(self._held) if self._held else np.zeros(0, np.int16)
        covered = held[start - self._given : end - self._given]
        self._beeps.append(_Beep(start, end, loudness(covered)))
        return True

    def push(self, frame: Samples) -> Samples:
        """Takes the next frame in, and gives out the one that is due."""
        if not self._is_on and not self._held:
            self._given += len(frame)
            return frame
        self._noise_dbfs = min(self._noise_dbfs + _NOISE_RISES_DB, level_dbfs(frame))
        self._held.append(frame)
        if self._gap_frames:
            self._gap_frames -= 1
            return np.zeros_like(frame)
        missing = _LATE_FRAMES + 1 - len(self._held)
        if self._is_on and missing > 0:
            self._waited_ms += FRAME_MS
            if self._is_silent(frame) or self._waited_ms >= WAIT_MS:
                return self._stretch(missing)
        elif not self._is_on and self._is_silent(self._held[0]) and self._is_silent(self._held[1]):
            return self._shrink()
        return self._next()

    def _stretch(self, missing: int) -> Samples:
        """The frame that is due fades away, and comes again whole behind the gap."""
        self._gap_frames, self._waited_ms, self._fades_in = missing - 1, 0, True
        fading = self._softened(self._held[0]) * np.linspace(1, 0, len(self._held[0]))
        return to_int16(fading)

    def _shrink(self) -> Samples:
        """Two silent frames in the time of one."""
        first, second = self._next(), self._next()
        share = np.linspace(0, 1, len(first))
        return to_int16(first * (1 - share) + second * share)

    def _next(self) -> Samples:
        frame = self._held.popleft()
        sound = self._softened(frame)
        self._given += len(frame)
        if self._fades_in:
            self._fades_in = False
            fade = min(len(frame), self.rate_hz * 5 // 1_000)
            sound[:fade] *= np.linspace(0, 1, fade)
        while self._beeps and self._beeps[0].end <= self._given:
            self._beeps.popleft()
        return to_int16(sound)

    def _softened(self, frame: Samples) -> npt.NDArray[np.float64]:
        """The frame that is due, with the tone where it belongs."""
        sound = frame.astype(np.float64)
        share, amplitude = np.zeros(len(frame)), 0.0
        for beep in self._beeps:
            if beep.start < self._given + len(frame) and self._given < beep.end:
                part = cover(beep.start, beep.end, self._given, len(frame), self.rate_hz)
                share, amplitude = np.maximum(share, part), max(amplitude, beep.amplitude)
        if amplitude:
            sound = sound * (1 - share) + share * amplitude * wave(self._given, len(frame), self.rate_hz)
        return sound

    def _is_silent(self, frame: Samples) -> bool:
        return level_dbfs(frame) <= max(SILENCE_DBFS, self._noise_dbfs + OVER_NOISE_DB)

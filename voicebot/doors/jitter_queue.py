"""Frames on their way from the caller's clock to the call's, where the wire loses nothing and keeps their order."""

from __future__ import annotations

from collections import deque

import numpy as np

from voicebot.audio import FRAME_MS, Samples


class JitterQueue:
    """Both clocks are of 20 ms, but never in step.

    Nothing is held back: a frame that comes late is silence now and in reserve from then on, so that the queue is as
    long as the wire's jitter asks for. When more than ``RESERVE`` were waiting all through the last second, the oldest
    silent one is dropped, after five seconds the softest: the caller's delay does not grow. When it is full the oldest
    frame is dropped.
    """

    RESERVE = 1
    MOST_FRAMES = 10
    SILENT_PEAK = 100  # -50 dB below full scale
    SILENT_DROP_TICKS = 50
    ANY_DROP_TICKS = 250

    def __init__(self, rate_hz: int) -> None:
        self.silence = np.zeros(rate_hz * FRAME_MS // 1000, np.int16)
        self.silence.flags.writeable = False
        self._frames: deque[Samples] = deque(maxlen=self.MOST_FRAMES)
        self._ticks_above_reserve = 0

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: Samples) -> None:
        self._frames.append(frame)

    def take(self) -> Samples:
        """The next frame; silence where none has come."""
        if not self._frames:
            self._ticks_above_reserve = 0
            return self.silence
        frame = self._frames.popleft()
        if len(self._frames) <= self.RESERVE:
            self._ticks_above_reserve = 0
        else:
            self._ticks_above_reserve += 1
            if self._ticks_above_reserve >= self.SILENT_DROP_TICKS:
                self._shorten()
        return frame

    def _shorten(self) -> None:
        peaks = [max(int(frame.max()), -int(frame.min())) for frame in self._frames]
        found = next((number for number, peak in enumerate(peaks) if peak < self.SILENT_PEAK), None)
        if found is None and self._ticks_above_reserve >= self.ANY_DROP_TICKS:
            found = peaks.index(min(peaks))
        if found is not None:
            del self._frames[found]
            self._ticks_above_reserve = 0

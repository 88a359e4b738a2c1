"""What is heard in place of lost packets: the voice's last period, over and over, fading (after G.711, appendix I).

Two things differ from the appendix, as the bundled recognizer mistakes less then: the voice is silent after 35 ms, not
60; and what comes behind a loss is joined within one millisecond, not within up to ten, because it is the truth.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from voicebot.audio import FRAME_MS, Samples, to_int16

SHORTEST_PERIOD_MS, LONGEST_PERIOD_MS = 5, 15  # 200 to 67 Hz; of a higher voice two or three periods are taken as one
COMPARED_MS = 20  # how much of the end is looked for, up to a longest period earlier
HISTORY_MS = COMPARED_MS + LONGEST_PERIOD_MS
HOLD_MS = 10  # as loud as before; then
FADE_MS = 25  # to silence
JOIN_MS = 1

Sound = npt.NDArray[np.float32]


class Concealer:
    """Told of every good piece of a stream and of every lost one, in order; pieces of any length at ``rate_hz``."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._frame = rate_hz * FRAME_MS // 1000
        held = np.ones(rate_hz * HOLD_MS // 1000, np.float32)
        fading = np.linspace(1, 0, rate_hz * FADE_MS // 1000, endpoint=False, dtype=np.float32)
        self._loudness = np.concatenate([held, fading])  # from the beginning of a loss on
        self._history = rate_hz * HISTORY_MS // 1000
        self._recent = deque([np.zeros(self._history, np.int16)])
        self._recent_samples = self._history
        self._period: Sound | None = None  # what is repeated, while packets are lost
        self._step = np.zeros(0, np.float32)  # from the last good sample to where the period begins, smoothed away
        self._position = 0  # samples made of it

    def good(self, samples: Samples) -> Samples:
        """What is heard of a piece that came: itself; behind a loss with its first millisecond faded in."""
        if not samples.size:
            return samples
        if self._period is not None:
            join = min(self._rate_hz * JOIN_MS // 1000, len(samples))
            rising = (np.arange(join, dtype=np.float32) + 0.5) / join
            joined = samples[:join] * rising + self._go_on(join) * (1 - rising)
            samples = np.concatenate([to_int16(joined), samples[join:]])
            self._period = None
        self._remember(samples)
        return samples

    def lost(self, samples: int | None = None) -> Samples:
        """So many samples, or 20 ms, in place of lost ones; silence once the voice has faded."""
        if self._period is None:
            self._begin()
        concealed = to_int16(self._go_on(self._frame if samples is None else samples))
        if concealed.size:
            self._remember(concealed)
        return concealed

    def _remember(self, samples: Samples) -> None:
        self._recent.append(samples)
        self._recent_samples += len(samples)
        while self._recent_samples - len(self._recent[0]) >= self._history:
            self._recent_samples -= len(self._recent.popleft())

    def _begin(self) -> None:
        """Cuts out the last period, its end made to lead into its beginning by a quarter of itself."""
        heard = np.concatenate(self._recent)[-self._history :].astype(np.float32)
        period = self._period_of(heard)
        quarter = period // 4
        rising = (np.arange(quarter, dtype=np.float32) + 0.5) / quarter
        cut = heard[-period:].copy()
        cut[-quarter:] += rising * (heard[-period - quarter : -period] - cut[-quarter:])
        self._period, self._position = cut, 0
        self._step = (heard[-1] - heard[-period - 1]) * (1 - rising)

    def _period_of(self, heard: Sound) -> int:
        """By how many samples the end repeats what was before it best (normalized correlation)."""
        shortest, longest = (self._rate_hz * ms // 1000 for ms in (SHORTEST_PERIOD_MS, LONGEST_PERIOD_MS))
        compared = len(heard) - longest
        before, end = heard[:-shortest], heard[longest:]
        energies = np.concatenate([np.zeros(1), np.cumsum(np.square(before, dtype=np.float64))])
        likeness = np.correlate(before, end, "valid") / np.sqrt(energies[compared:] - energies[:-compared] + 1)
        return longest - int(likeness.argmax())

    def _go_on(self, samples: int) -> Sound:
        assert self._period is not None
        sound = np.zeros(samples, np.float32)
        at, self._position = self._position, self._position + samples
        loudness = self._loudness[at : at + samples]
        audible = len(loudness)
        sound[:audible] = self._period.take(np.arange(at, at + audible), mode="wrap")
        if at < len(self._step):
            step = self._step[at : at + audible]
            sound[: len(step)] += step
        sound[:audible] *= loudness
        return sound

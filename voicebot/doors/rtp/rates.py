"""Between 8 and 16 kHz in pieces, for a codec whose rate is not the call's: 1.5 ms of delay, some microseconds a frame.

A streaming soxr gives nothing for tens of milliseconds and then a lot.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from voicebot.audio import Samples, to_int16

HALF_TAPS = 12
_BEFORE = 2 * HALF_TAPS - 1


def _between() -> npt.NDArray[np.float32]:
    """The weights of the samples around a point halfway between two: a half-band low-pass under a Kaiser window."""
    at = np.arange(2 * HALF_TAPS) - HALF_TAPS + 0.5
    taps = np.sinc(at) * np.kaiser(2 * HALF_TAPS, 5.0)
    weights: npt.NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return weights


_BETWEEN = _between()


class Resampler(Protocol):
    def __call__(self, samples: Samples) -> Samples:
        """The next piece of the sound, of any length, at the other rate."""


class Unchanged:
    def __call__(self, samples: Samples) -> Samples:
        return samples


class Doubled:
    """8 kHz to 16 kHz."""

    def __init__(self) -> None:
        self._before = np.zeros(_BEFORE, np.int16)

    def __call__(self, samples: Samples) -> Samples:
        if not samples.size:
            return samples
        sound = np.concatenate([self._before, samples])
        self._before = sound[-_BEFORE:]
        doubled = np.empty(2 * len(samples), np.int16)
        doubled[::2] = sound[HALF_TAPS - 1 : -HALF_TAPS]
        doubled[1::2] = to_int16(np.convolve(sound.astype(np.float32), _BETWEEN, "valid"))
        return doubled


class Halved:
    """16 kHz to 8 kHz. Of an odd number of samples the last waits for the next piece."""

    def __init__(self) -> None:
        self._before = np.zeros(2 * _BEFORE, np.int16)

    def __call__(self, samples: Samples) -> Samples:
        sound = np.concatenate([self._before, samples])
        pairs = len(sound) // 2
        self._before = sound[2 * (pairs - _BEFORE) :]
        if pairs == _BEFORE:
            return sound[:0]
        whole = sound[: 2 * pairs].astype(np.float32)
        middle = whole[1::2][HALF_TAPS - 1 : -HALF_TAPS]
        return to_int16((middle + np.convolve(whole[::2], _BETWEEN, "valid")) / 2)


def open_resampler(from_hz: int, to_hz: int) -> Resampler:
    """Both 8,000 or 16,000."""
    if from_hz == to_hz:
        return Unchanged()
    return Doubled() if to_hz > from_hz else Halved()

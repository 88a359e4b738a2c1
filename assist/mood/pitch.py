"""The pitch of a voice: YIN (de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator for speech and music",
JASA 2002), steps 1 to 5, all frames of a stretch at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LOWEST_HZ, HIGHEST_HZ = 70, 450
HOP_MS = 20
_WINDOW_MS = 25
_APERIODIC = 0.15  # above it a frame has no pitch; the paper has 0.1, for sound that no telephone has carried

Floats = npt.NDArray[np.float64]


def pitches_hz(sound: npt.NDArray[np.int16], rate_hz: int) -> Floats:
    """One for each ``HOP_MS``; nan where there is none: noise, silence, the breath of a consonant.

    The last frames, whose window reaches past the end, are left out: a stretch below 40 ms gives an empty array.
    """
    window, hop = rate_hz * _WINDOW_MS // 1_000, rate_hz * HOP_MS // 1_000
    shortest, longest = rate_hz // HIGHEST_HZ, rate_hz // LOWEST_HZ
    length = window + longest
    if len(sound) < length:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(sound, length)[::hop].astype(np.float64)
    normalized = _normalized_difference(frames, window, longest)
    is_dip = normalized < _APERIODIC
    is_dip[:, :shortest] = False
    # the first dip, at its bottom
    is_dip[:, :-1] &= normalized[:, :-1] <= normalized[:, 1:]
    lag = is_dip.argmax(axis=1)
    frame = np.arange(len(frames))
    found = is_dip[frame, lag] & (lag < longest)
    inside = np.clip(lag, 1, longest - 1)
    before, at, behind = (normalized[frame, inside + step] for step in (-1, 0, 1))
    bend = before - 2 * at + behind
    shift = np.divide((before - behind) / 2, bend, out=np.zeros_like(bend), where=bend > 1e-9)
    pitches: Floats = np.where(found, rate_hz / np.maximum(inside + np.clip(shift, -1, 1), 1), np.nan)
    return pitches


def _normalized_difference(frames: Floats, window: int, longest: int) -> Floats:
    """The cumulative mean normalized difference (equation 8) for lags 0 to ``longest``, a row for each frame."""
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    spectrum = np.fft.rfft(frames, size)
    alike = np.fft.irfft(np.conj(np.fft.rfft(frames[:, :window], size)) * spectrum, size)[:, : longest + 1]
    energy = np.pad(np.cumsum(np.square(frames), axis=1), ((0, 0), (1, 0)))
    energies = energy[:, window : window + longest + 1] - energy[:, : longest + 1]
    difference = np.maximum(energies[:, :1] + energies - 2 * alike, 0)
    total = np.cumsum(difference[:, 1:], axis=1)
    normalized: Floats = np.ones_like(difference)
    lags = np.arange(1, longest + 1)
    np.divide(difference[:, 1:] * lags, total, out=normalized[:, 1:], where=total > 0)
    return normalized

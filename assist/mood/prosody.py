"""How a stretch of speech sounds, whatever is said: how high, how loud, how fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assist.mood.pitch import HOP_MS, pitches_hz
from voicebot.audio import FULL_SCALE, Samples, resample

ANALYSIS_HZ = 8_000  # a telephone's; whatever is above it does not tell pitch
LEAST_MS = 200  # of speech; less is no stretch
_STEP_MS = 10
_BELOW_LOUDEST_DB = 25.0
_FLOOR_DBFS = -55.0
_DIP_DB = 2.0  # between two syllables
_A4_HZ = 440.0


@dataclass(frozen=True, slots=True)
class Prosody:
    """``pitch`` is the mean of what is voiced, in semitones from 440 Hz, 0 where nothing is.

    ``level_dbfs`` is that of what is speech, ``syllables_a_s`` goes by the peaks of its level.
    """

    speech_ms: int
    voiced_ms: int
    pitch: float
    level_dbfs: float
    syllables_a_s: float


def prosody(sound: Samples, rate_hz: int) -> Prosody | None:
    """Of some seconds of one voice; None where less than ``LEAST_MS`` of it is loud enough to be speech."""
    sound = resample(sound, rate_hz, ANALYSIS_HZ)
    levels = _levels_dbfs(sound)
    if not len(levels):
        return None
    is_speech = levels > max(float(np.percentile(levels, 95)) - _BELOW_LOUDEST_DB, _FLOOR_DBFS)
    speech_ms = int(is_speech.sum()) * _STEP_MS
    if speech_ms < LEAST_MS:
        return None
    hz = pitches_hz(sound, ANALYSIS_HZ)
    loud = is_speech[:: HOP_MS // _STEP_MS][: len(hz)]
    voiced = hz[: len(loud)][loud]
    voiced = voiced[~np.isnan(voiced)]
    return Prosody(
        speech_ms,
        len(voiced) * HOP_MS,
        float(np.mean(12 * np.log2(voiced / _A4_HZ))) if len(voiced) else 0.0,
        float(10 * np.log10(np.mean(10 ** (levels[is_speech] / 10)))),
        _peaks(levels, is_speech) * 1_000 / speech_ms,
    )


def _levels_dbfs(sound: Samples) -> npt.NDArray[np.float64]:
    """One for each ``_STEP_MS``."""
    step = ANALYSIS_HZ * _STEP_MS // 1_000
    steps = sound[: len(sound) // step * step].reshape(-1, step).astype(np.float64)
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.square(steps).mean(axis=1) / FULL_SCALE**2 + 1e-12)
    return levels


def _peaks(levels: npt.NDArray[np.float64], is_speech: npt.NDArray[np.bool_]) -> int:
    """Rises and falls of ``_DIP_DB``, of levels smoothed over 30 ms (after Mermelstein's convex hull, JASA 1975)."""
    smooth = np.convolve(levels, np.ones(3) / 3, "same").tolist()
    peaks, top, bottom, rises = 0, smooth[0], smooth[0], True
    for level, speech in zip(smooth, is_speech.tolist(), strict=True):
        if rises:
            top = max(top, level)
            if level < top - _DIP_DB:
                peaks += speech or top > level
                rises, bottom = False, level
        else:
            bottom = min(bottom, level)
            if level > bottom + _DIP_DB and speech:
                rises, top = True, level
    return peaks + rises

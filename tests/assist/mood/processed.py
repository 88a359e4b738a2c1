"""Speech made higher, faster and louder, as angry people speak: for want of angry Korean speech that may be used."""

from __future__ import annotations

import numpy as np
import soxr

from voicebot.audio import Samples, to_int16

_WINDOW_MS, _SEEK_MS = 30, 8


def processed(
    samples: Samples, rate_hz: int, *, pitch: float = 1.0, rate: float = 1.0, louder_db: float = 0.0
) -> Samples:
    """``pitch`` and ``rate`` are factors. Played faster, then stretched to the wanted rate."""
    sound = samples.astype(np.float64)
    if pitch != 1:
        sound = soxr.resample(sound, pitch, 1.0)
    if rate != pitch:
        sound = _stretched(sound, rate / pitch, rate_hz)
    return to_int16(sound * 10 ** (louder_db / 20))


def _stretched(sound, speed, rate_hz):
    """WSOLA (Verhelst and Roelands, ICASSP 1993): windows overlapped where they are most alike."""
    length, seek = rate_hz * _WINDOW_MS // 1_000, rate_hz * _SEEK_MS // 1_000
    hop, window = length // 2, np.hanning(length)
    made = np.zeros(int(len(sound) / speed) + 2 * length)
    previous, number = None, 0
    while (at := int(number * hop * speed)) + length + seek < len(sound):
        if previous is not None:
            first = max(0, at - seek)
            wanted = sound[previous + hop : previous + hop + length]
            at = first + int(np.correlate(sound[first : at + seek + length], wanted, "valid").argmax())
        made[number * hop : number * hop + length] += sound[at : at + length] * window
        previous, number = at, number + 1
    return made[: number * hop]

"""Making sound shorter where it is heard least: so a delay that is no longer needed is given back."""

from __future__ import annotations

import numpy as np

from voicebot.audio import Samples, to_int16

LEAST_CUT_MS = 2.5  # the period of the highest voices
JOIN_MS = 5.0  # of which the two sides of a cut are faded into each other
NEARLY = 0.9


def shortened(sound: Samples, most_ms: float, rate_hz: int, *, is_pause: bool) -> Samples:
    """The sound without ``most_ms`` behind its beginning; of speech less, so that both sides of the cut are most alike.

    That takes whole periods out of a voice. Unchanged where less than 2.5 ms may go, or the sound is too short.
    """
    join, least = int(JOIN_MS * rate_hz / 1000), int(LEAST_CUT_MS * rate_hz / 1000)
    most = min(int(most_ms * rate_hz / 1000), len(sound) - join)
    if most < least:
        return sound
    cut = most if is_pause else _most_alike(sound, least, most, join)
    fade = np.arange(join, dtype=np.float32) / join
    joined = sound[:join] * (1 - fade) + sound[cut : cut + join] * fade
    return np.concatenate([to_int16(joined), sound[cut + join :]])


def _most_alike(sound: Samples, least: int, most: int, join: int) -> int:
    """The longest lag at which the normalized correlation with the beginning peaks nearly as high as anywhere."""
    beginning = sound[:join].astype(np.float32)
    region = sound[least : most + join].astype(np.float32)
    alike = np.correlate(region, beginning, "valid")
    power = np.convolve(np.square(region), np.ones(join, np.float32), "valid")
    alike /= np.sqrt(power + 1)
    lag = int(np.flatnonzero(alike >= alike.max() - (1 - NEARLY) * abs(alike.max()))[-1])
    while lag and alike[lag - 1] > alike[lag]:
        lag -= 1
    return least + lag

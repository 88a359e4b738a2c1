"""A recording as a picture: the caller above, the bot below, as an SVG path each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

COLUMNS = 900
HEIGHT = 60  # of one side


@dataclass(frozen=True, slots=True)
class Waveform:
    """``caller`` and ``bot`` are the ``d`` of an SVG path in a box of ``COLUMNS`` by ``HEIGHT``."""

    seconds: float
    caller: str
    bot: str

    @classmethod
    def of(cls, path: Path) -> Waveform:
        """Of a stereo recording, left the caller, right the bot."""
        sound, rate_hz = soundfile.read(str(path), dtype="int16", always_2d=True)
        return cls(len(sound) / rate_hz, _outline(sound[:, 0]), _outline(sound[:, -1]))


def _outline(samples: npt.NDArray[np.int16]) -> str:
    """Up along the loudest of each column, back along the same below: a filled band around the middle."""
    if not len(samples):
        return f"M0,{HEIGHT / 2} H{COLUMNS}"
    edges = np.linspace(0, len(samples), COLUMNS + 1).astype(int)[:-1]
    peaks = np.maximum.reduceat(np.abs(samples.astype(np.int32)), edges) / 32_768
    heights = np.sqrt(peaks) * HEIGHT / 2  # quiet speech would be a line
    above = " ".join(f"L{column},{HEIGHT / 2 - height:.1f}" for column, height in enumerate(heights))
    below = " ".join(f"L{column},{HEIGHT / 2 + height:.1f}" for column, height in reversed(list(enumerate(heights))))
    return f"M0,{HEIGHT / 2} {above} {below} Z"

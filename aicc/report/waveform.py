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
    """``sides`` are ``d`` of an SVG path each, in a box of ``COLUMNS`` by ``HEIGHT``: caller and bot, or one for both
    where the recording is mono."""

    seconds: float
    sides: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Waveform:
        """Of a recording, stereo left the caller, right the bot. ``SoundFileError`` where it is none.

        Reads a column's worth at a time: a call of hours takes no more memory than one of seconds.
        """
        with soundfile.SoundFile(str(path)) as file:
            block = max(1, -(-file.frames // COLUMNS))
            sides = min(2, file.channels)
            loudest = [
                np.abs(samples[:, :sides].astype(np.int32)).max(axis=0) / 32_768
                for samples in file.blocks(block, dtype="int16", always_2d=True)
                if len(samples)
            ]
            peaks = np.array(loudest).reshape(-1, sides)
            width = COLUMNS * block / max(1, file.frames)
            return cls(file.frames / file.samplerate, tuple(_outline(peaks[:, side], width) for side in range(sides)))


def _outline(peaks: npt.NDArray[np.float64], width: float) -> str:
    """Up along the peaks, ``width`` apart, back along the same below: a filled band around the middle."""
    if not len(peaks):
        return f"M0,{HEIGHT / 2} H{COLUMNS}"
    heights = np.sqrt(peaks) * HEIGHT / 2  # quiet speech would be a line
    places = [(round(number * width, 1), height) for number, height in enumerate(heights)]
    above = " ".join(f"L{place:g},{HEIGHT / 2 - height:.1f}" for place, height in places)
    below = " ".join(f"L{place:g},{HEIGHT / 2 + height:.1f}" for place, height in reversed(places))
    return f"M0,{HEIGHT / 2} {above} {below} Z"

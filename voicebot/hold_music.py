"""What a caller hears who waits: a quiet loop of plucked notes, made here and not taken from anywhere."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from voicebot.audio import FRAME_MS, FULL_SCALE, Samples, level_dbfs, to_int16

LEVEL_DBFS = -31.0  # well below a voice: who waits for minutes has a telephone at the ear
DUCKED = 0.2  # of it, while something is said
IN_MS, OUT_MS = 800, 160  # from nothing to all of it, and back

BEAT_S = 0.6
DECAY_S = 0.55
ATTACK_S = 0.012
_OVERTONES = (1.0, 0.35, 0.1, 0.04)  # little of them: codecs of telephones make noise of what is bright
# Eight bars of four beats, each a chord that is plucked upwards and back, as semitones from the A at 440 Hz.
_CHORDS = (
    (-9, -2, 2, 7),  # C  G  B  E
    (-12, -5, 0, 7),  # A  E  A  E
    (-16, -9, -5, 0),  # F  C  E  A
    (-14, -7, -2, 5),  # G  D  G  D
    (-9, -5, -2, 3),  # C  E  G  C
    (-17, -10, -5, 2),  # E  B  E  B
    (-16, -9, -4, 3),  # F  C  F  C
    (-14, -7, -4, 3),  # G  D  F  C
)
_PLUCKED = (0, 1, 2, 3, 2, 3, 1, 2)  # half a beat each
LOOP_S = len(_CHORDS) * len(_PLUCKED) * BEAT_S / 2


class HoldMusic:
    """One caller's. It always begins with its first note, faded in, and goes on without a seam."""

    def __init__(self, rate_hz: int) -> None:
        self._loop = loop_of(rate_hz)
        self._count = rate_hz * FRAME_MS // 1000
        self._at = 0
        self._gain = 0.0

    def frame(self, wanted: float) -> Samples | None:
        """The next 20 ms, on the way to ``wanted`` (0 to 1: 1, :data:`DUCKED` or nothing); None for silence."""
        if not wanted and not self._gain:
            return None
        before = self._gain
        step = FRAME_MS / (IN_MS if wanted > before else OUT_MS)
        self._gain = min(wanted, before + step) if wanted > before else max(wanted, before - step)
        piece = self._loop[self._at : self._at + self._count]
        self._at = (self._at + self._count) % len(self._loop) if self._gain else 0
        slope = np.linspace(before, self._gain, self._count, endpoint=False, dtype=np.float32)
        return (piece * slope).astype(np.int16)


@cache
def loop_of(rate_hz: int) -> Samples:
    """``LOOP_S`` of int16 at ``rate_hz``, whole frames, read-only; some 50 ms of computing the first time."""
    sound = np.zeros(round(LOOP_S * rate_hz))
    for bar, chord in enumerate(_CHORDS):
        for number, note in enumerate(_PLUCKED):
            at = round((bar * len(_PLUCKED) + number) * BEAT_S / 2 * rate_hz)
            _add(sound, at, _plucked(440.0 * 2 ** (chord[note] / 12), rate_hz) * (1.0 if number == 0 else 0.7))
    loop = to_int16(sound * FULL_SCALE * 10 ** ((LEVEL_DBFS - level_dbfs(sound * FULL_SCALE)) / 20))
    loop.flags.writeable = False
    return loop


def _plucked(pitch_hz: float, rate_hz: int) -> npt.NDArray[np.float64]:
    """A note until it has died away; its higher overtones die first, as those of a string do."""
    at_s = np.arange(round(4 * DECAY_S * rate_hz)) / rate_hz
    tones = [
        share * np.exp(-at_s * number / DECAY_S) * np.sin(2 * np.pi * number * pitch_hz * at_s)
        for number, share in enumerate(_OVERTONES, 1)
        if number * pitch_hz < 0.45 * rate_hz
    ]
    rise = np.minimum(at_s / ATTACK_S, 1.0)
    note: npt.NDArray[np.float64] = np.sum(tones, axis=0) * rise
    return note


def _add(sound: npt.NDArray[np.float64], at: int, note: npt.NDArray[np.float64]) -> None:
    """What rings on behind the loop's end is heard at its beginning."""
    fits = min(len(note), len(sound) - at)
    sound[at : at + fits] += note[:fits]
    sound[: len(note) - fits] += note[fits:]

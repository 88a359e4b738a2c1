"""Anger in a caller's voice: higher, faster, louder than that caller was at first."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assist.mood.prosody import Prosody

BASELINE_MS = 5_000  # of net speech, from the caller's first word on
RECENT_MS = 5_000  # of net speech, that the newest impression is of
VOICED_MS = 500  # of it at least; a whisper, or a line without a pitch, tells nothing
MOST_STRETCHES = 40

# By logistic regression on 150 speakers of LibriSpeech train-clean-100, as they are and 9 dB louder or softer against
# the same a quarter higher and a fifth faster; the bias so that 0.6, where anger begins, accuses one calm window in 50.
# A louder line is no anger, and what a handset or an automatic gain does to the level counts for little.
_BIAS, _A_SEMITONE, _A_DB, _AN_OCTAVE = -3.7, 1.5, 0.05, 0.5
_MOST_DB = 10.0


class Voice:
    """Of one caller. Given what each stretch of speech sounds like, in order; keeps the last few seconds of them."""

    def __init__(self) -> None:
        self._first: list[Prosody] = []
        self._baseline: _Manner | None = None
        self._recent: deque[Prosody] = deque(maxlen=MOST_STRETCHES)

    def hear(self, stretch: Prosody) -> None:
        if self._baseline is None:
            self._first.append(stretch)
            if _length_ms(self._first) >= BASELINE_MS:
                self._baseline, self._first = _Manner.of(self._first), []
            return
        self._recent.append(stretch)
        while _length_ms(self._recent) - self._recent[0].speech_ms >= RECENT_MS:
            self._recent.popleft()

    @property
    def anger(self) -> float:
        """0 to 1; 0 while too little has been heard, or the voice has had no pitch."""
        if self._baseline is None or _length_ms(self._recent) < RECENT_MS:
            return 0.0
        now, first = _Manner.of(self._recent), self._baseline
        if min(now.voiced_ms, first.voiced_ms) < VOICED_MS:
            return 0.0
        higher = now.pitch - first.pitch
        louder = min(max(now.level_dbfs - first.level_dbfs, -_MOST_DB), _MOST_DB)
        faster = math.log2(now.syllables_a_s / first.syllables_a_s)
        return 1 / (1 + math.exp(-(_BIAS + _A_SEMITONE * higher + _A_DB * louder + _AN_OCTAVE * faster)))


class _Manner(NamedTuple):
    """What several stretches have in common."""

    voiced_ms: int
    pitch: float
    level_dbfs: float
    syllables_a_s: float

    @classmethod
    def of(cls, stretches: Sequence[Prosody]) -> _Manner:
        speech_ms, voiced_ms = _length_ms(stretches), sum(stretch.voiced_ms for stretch in stretches)
        return cls(
            voiced_ms,
            sum(stretch.pitch * stretch.voiced_ms for stretch in stretches) / max(voiced_ms, 1),
            sum(stretch.level_dbfs * stretch.speech_ms for stretch in stretches) / speech_ms,
            max(sum(stretch.syllables_a_s * stretch.speech_ms for stretch in stretches) / speech_ms, 0.1),
        )


def _length_ms(stretches: Iterable[Prosody]) -> int:
    return sum(stretch.speech_ms for stretch in stretches)

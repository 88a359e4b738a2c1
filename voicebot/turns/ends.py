"""How likely it is that an utterance is complete: a logistic regression over its clues, trained by gpu.train.turns."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.turns.clues import clues

MODEL = Path(__file__).parent / "ends.npz"
PLACES = 1 << 17  # clues share weights where their hashes meet, which costs less than their names would


def places(names: Iterable[str]) -> list[int]:
    """Where the weights of clues stand, each place once."""
    return list({zlib.crc32(name.encode()) % PLACES for name in names})


@lru_cache(4_096)
def ends(transcript: str) -> float:
    """The probability, 0 to 1, that the speaker of ``transcript`` has finished; nothing said is no end.

    ``transcript`` is one turn so far, Hangul as it is spoken, without punctuation. What was asked before is not
    considered. About 0.5 ms the first time, for Kiwi's analysis.
    """
    if not transcript.strip():
        return 0.0
    weights, offset = _model()
    return 1 / (1 + exp(-(offset + float(weights[places(clues(transcript))].sum()))))


@cache
def _model() -> tuple[NDArray[np.float32], float]:
    with np.load(MODEL) as stored:
        return stored["weights"].astype(np.float32), float(stored["offset"])

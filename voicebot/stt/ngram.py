"""What Korean is likely to be spelled next: an n-gram over jamo, interpolated by Witten and Bell's rule.

A run of tokens is one whole number in base ``len(TOKENS) + 2``, oldest token first, so that dropping the oldest is a
remainder and the tables are plain dictionaries from number to natural logarithm.
"""

import math
from bisect import bisect_right
from pathlib import Path

import numpy as np

from voicebot.stt import tokens

ORDER = 10  # ten jamo and spaces: three to four syllables; as many as 63 bits hold
BASE = len(tokens.TOKENS) + 2
_POWERS = [BASE**exponent for exponent in range(ORDER)]
UNKNOWN = -math.log(BASE)
START = tokens.encode(" ")[0] + 1  # an utterance begins as a word does


class NGram:
    """Logarithms of runs' probabilities, and of the share each context leaves to shorter ones."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            logs = kept["probabilities"].astype(np.float64) / -1000
            self._probabilities = dict(zip(kept["runs"].tolist(), logs.tolist(), strict=True))
            logs = kept["backoff_weights"].astype(np.float64) / -1000
            self._backoffs = dict(zip(kept["contexts"].tolist(), logs.tolist(), strict=True))

    def next(self, context: int, token: int) -> tuple[float, int]:
        """ln P(token | context), and the context of the token after it.

        A context is the longest run known to the tables that ends where the next token begins; :data:`START` is the
        first. Keeping it no longer than that is what makes a look-up one or two steps: what follows an unknown run
        cannot be known either, since a run is only kept if every run it begins with is.
        """
        weight = 0.0
        run = context * BASE + token + 1
        for power in reversed(_POWERS[1 : bisect_right(_POWERS, run)]):
            found = self._probabilities.get(run)
            if found is not None:
                return weight + found, run % _POWERS[ORDER - 1]
            weight += self._backoffs.get(run // BASE, 0.0)
            run %= power
        return weight + self._probabilities.get(run, UNKNOWN), run

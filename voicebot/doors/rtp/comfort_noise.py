"""Comfort noise (RFC 3389): what a peer sends of its background instead of silence."""

from __future__ import annotations

import numpy as np

from voicebot.audio import FULL_SCALE, Samples, to_int16

LOUDEST_DBOV = -30  # a background; whoever asks for more would hurt an ear
_NOISE = np.random.default_rng(3389).standard_normal(16_384).astype(np.float32)
_NOISE /= np.sqrt(np.mean(np.square(_NOISE)))


def level_dbov(payload: bytes) -> int | None:
    """The noise's level in dB from the loudest that can be sent, 0 to -127 (section 3.1); None of an empty payload."""
    return -(payload[0] & 0x7F) if payload else None


class ComfortNoise:
    """White noise at the level that was last heard. The spectrum, if one is told, is left out, as section 3 allows."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)
        self._level_dbov: int | None = None
        self._noise = np.zeros(len(_NOISE), np.int16)

    def hear(self, payload: bytes) -> None:
        """A packet of the peer; an empty one changes nothing."""
        level = level_dbov(payload)
        if level is not None and level != self._level_dbov:
            self._level_dbov = level
            self._noise = to_int16(_NOISE * np.float32(FULL_SCALE * 10 ** (min(level, LOUDEST_DBOV) / 20)))

    def frame(self, samples: int) -> Samples:
        """So much noise, at most 16,384 samples; silence before the first packet."""
        start = int(self._random.integers(len(self._noise) - samples + 1))
        return self._noise[start : start + samples].copy()

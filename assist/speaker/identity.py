"""Which model made an embedding: its name, and what it makes of one fixed sound.

Embeddings of two models cannot be compared, nor those of one that was trained anew under its old name. The fixed sound
tells weights apart whatever format they lie in, and takes CPU and GPU for the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assist.speaker.embedder import Embedding, SpeakerEmbedder
from voicebot.audio import Samples, to_int16

PROBE_HZ = 8_000
PROBE_S = 2.0
# Arithmetic of other processors and of half precision stays well within; other weights are far outside.
ALIKE = 0.995


@dataclass(frozen=True, slots=True)
class Identity:
    """``probe`` is the embedding of the fixed sound."""

    name: str
    probe: Embedding

    @classmethod
    def of(cls, embedder: SpeakerEmbedder) -> Identity:
        return cls(embedder.name, embedder.embed(_fixed_sound(), PROBE_HZ))

    def is_same(self, other: Identity) -> bool:
        """Whether their embeddings may be compared."""
        if self.name != other.name or self.probe.shape != other.probe.shape:
            return False
        lengths = np.linalg.norm(self.probe) * np.linalg.norm(other.probe)
        return bool(self.probe @ other.probe > ALIKE * lengths)


def _fixed_sound() -> Samples:
    """A buzz that glides and opens and closes as a voice does; made of sines, so that it is the same everywhere."""
    seconds = np.arange(int(PROBE_S * PROBE_HZ)) / PROBE_HZ
    phase = 2 * np.pi * (120 * seconds + 4 * np.sin(2 * np.pi * 0.7 * seconds))
    opening = 0.5 + 0.5 * np.sin(2 * np.pi * 3 * seconds)
    buzz = sum(np.sin(n * phase) * opening ** (n / 8) / n for n in range(1, 28))
    return to_int16(4_000 * np.asarray(buzz))

"""What every embedding promises: texts in, unit vectors out, likeness of meaning as their product."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class EmbeddingUnavailable(RuntimeError):
    """An embedding cannot load or be reached; the message says what is missing and how to get it."""


class Embedding(Protocol):
    """A loaded model; both calls compute and block. Vectors have length 1, or 0 for a text without content."""

    @property
    def name(self) -> str:
        """Kind and model, as ``aicc.yaml`` writes it; vectors of one name are comparable, of two names never."""

    @property
    def dimensions(self) -> int: ...

    def questions(self, texts: Sequence[str]) -> Vectors:
        """What callers ask, shape (texts, dimensions)."""

    def documents(self, texts: Sequence[str]) -> Vectors:
        """What the knowledge base says, same shape; some models prefix the two kinds differently."""

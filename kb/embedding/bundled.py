"""The embedding that comes with the product: Korean morphemes as weighted vectors, summed. No torch, no download.

How it was trained: ``gpu/train/embedding``; on what, and how far to trust it: ``bundled_model/CARD.md``.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from kb.embedding.embedding import Vectors
from kb.embedding.lexicon import Lexicon

MODEL = Path(__file__).parent / "bundled_model" / "lexicon.npz"


class BundledEmbedding:
    """One vector a text, and, what most embeddings cannot give, one for each morpheme (:attr:`lexicon`)."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @classmethod
    def load(cls) -> "BundledEmbedding":
        """Loaded once a process; 15 ms, 11 MB."""
        return cls(_lexicon())

    @property
    def name(self) -> str:
        return self._lexicon.name

    @property
    def dimensions(self) -> int:
        return self._lexicon.dimensions

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts)

    @property
    def lexicon(self) -> Lexicon:
        return self._lexicon

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        rows = [self._lexicon.tokens(text).mean() for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), np.float32)


@cache
def _lexicon() -> Lexicon:
    return Lexicon(MODEL)

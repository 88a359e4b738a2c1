"""An embedding for tests: letters in pairs, counted into so many numbers; it counts what it is asked."""

import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from kb.embedding.embedding import Vectors
from kb.embedding.unit import unit
from kb.jamo import letters


class FakeEmbedding:
    """Texts that share pairs of letters are alike. ``asked`` has every text that was embedded, in order."""

    def __init__(self, name: str = "fake", dimensions: int = 64) -> None:
        self.name, self.dimensions = name, dimensions
        self.asked: list[str] = []

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            row = letters(text)
            for pair in pairwise(row):
                vector[zlib.crc32("".join(pair).encode()) % self.dimensions] += 1
        return unit(vectors)

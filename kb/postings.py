"""Okapi BM25 over any terms, as sparse rows of numpy: a question costs its terms' postings and nothing else."""

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Terms = NDArray[np.int64]
"""A text's terms as numbers, as often as they occur."""

Scores = NDArray[np.float32]

# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; questions are short, so that
# a repeated term says little and length much less than in documents.
K1 = 1.2
B = 0.5
# In a large collection a term that a fifth of all texts have tells nothing apart and takes most of the time.
LARGE, EVERYWHERE = 2_000, 0.2


class Postings:
    """For each term the texts that have it and what a match there is worth; texts are numbered as they came."""

    def __init__(self, texts: Sequence[Terms]) -> None:
        self.size = len(texts)
        lengths = np.array([len(terms) for terms in texts], np.int64)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if self.size else 1.0, 1.0))
        rows = np.repeat(np.arange(self.size), lengths)
        self._terms, columns = np.unique(
            np.concatenate(texts) if self.size else np.zeros(0, np.int64), return_inverse=True
        )
        cells, times = np.unique(columns * max(self.size, 1) + rows, return_counts=True)
        self._rows = (cells % max(self.size, 1)).astype(np.int32)
        columns = cells // max(self.size, 1)
        frequency = np.bincount(columns, minlength=len(self._terms))
        self._starts = np.concatenate([[0], np.cumsum(frequency)])
        self._rarity = np.log1p((self.size - frequency + 0.5) / (frequency + 0.5))
        worth = self._rarity[columns] * times * (K1 + 1) / (times + norm[self._rows])
        self._worth = worth.astype(np.float32)
        self._tells = (frequency <= EVERYWHERE * self.size) | (self.size < LARGE)

    def scores(self, terms: Terms) -> Scores:
        """BM25 of each text for the terms of a question, shape (texts,)."""
        return self._scores(self._found(terms)[1])

    def _scores(self, known: NDArray[np.int64]) -> Scores:
        if not len(known):
            return np.zeros(self.size, np.float32)
        spans = [slice(self._starts[term], self._starts[term + 1]) for term in known]
        rows = np.concatenate([self._rows[span] for span in spans])
        worth = np.concatenate([self._worth[span] for span in spans])
        return np.bincount(rows, weights=worth, minlength=self.size).astype(np.float32)

    def shares(self, terms: Terms) -> Scores:
        """The scores as shares of what a text could reach that has all these terms, again and again: 0 to 1."""
        unknown, known = self._found(terms)
        rarest = float(np.log1p(self.size + 0.5))
        most = (K1 + 1) * (float(self._rarity[known].sum()) + rarest * unknown)
        return self._scores(known) / np.float32(max(most, 1e-6))

    def _found(self, terms: Terms) -> tuple[int, NDArray[np.int64]]:
        """How many of the terms no text has, and the places of those that tell texts apart."""
        if not len(self._terms):
            return len(terms), np.zeros(0, np.int64)
        places = np.minimum(np.searchsorted(self._terms, terms), len(self._terms) - 1)
        known = places[self._terms[places] == terms]
        return len(terms) - len(known), known[self._tells[known]]


def numbered(words: Iterable[str]) -> Terms:
    """Words as terms."""
    return np.array([_number(word) for word in words], np.int64)


@lru_cache(100_000)
def _number(word: str) -> int:
    # 63 bits of two checksums: two words of a knowledge base never meet
    spelled = word.encode()
    return zlib.crc32(spelled) << 31 | zlib.adler32(spelled) & 0x7FFFFFFF

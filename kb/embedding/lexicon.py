"""Morphemes as vectors with weights: what the bundled model knows of words, as its training left it."""

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embedding.embedding import EmbeddingUnavailable, Vectors
from kb.korean import Morpheme, morphemes

Weights = NDArray[np.float32]
Numbers = NDArray[np.int32]
"""Morphemes: from 0 on the lexicon's own, below 0 those it does not have."""

LONGEST = 64  # morphemes of a text that are read; an answer's first sentences say what it is about
_MARKS = "S"  # tags of punctuation and symbols begin with it; these three do not count as such
_SPELLED = ("SL", "SN", "SH")
_NOUNS, _ACTS = ("NNG", "NNP"), ("VV", "VA", "XR", "MAG")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's morphemes: unit vectors (morphemes, dimensions) and how much each says, (morphemes,), above 0."""

    vectors: Vectors
    weights: Weights

    def mean(self) -> Vectors:
        """The text as one unit vector, (dimensions,); zeros for a text without morphemes."""
        total = self.weights @ self.vectors
        length = float(np.linalg.norm(total))
        return (total / length if length > 0 else total).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Topics:
    """What a text speaks of: unit vectors of Korean in general, (morphemes, 128), and which of them are nouns."""

    vectors: Vectors
    is_noun: NDArray[np.bool_]


def terms(text: str) -> list[Morpheme]:
    """The morphemes that the model looks at."""
    kept = [Morpheme(form.lower(), tag) for form, tag in morphemes(text) if tag[0] != _MARKS or tag in _SPELLED]
    return kept[:LONGEST]


class Lexicon:
    """Vectors are kept as signed bytes, a quarter of the memory, and made when asked for.

    A morpheme that training has not seen, a brand or a misheard word, has a vector of its own, at right angles to
    nearly all others: it is like itself and like nothing else.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as stored:
                self.name = str(stored["name"])
                self._bytes = stored["vectors"]
                self._weights = stored["weights"].astype(np.float32)
                self._unseen_weight = float(stored["unseen_weight"])
                self._general = stored["general"]
                spelled = stored["morphemes"].tobytes().decode().split("\n")
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise EmbeddingUnavailable(f'"{path}" is no lexicon ({error}): install aicc anew') from None
        self._ids = {Morpheme(*line.rsplit("/", 1)): number for number, line in enumerate(spelled)}
        self.dimensions = int(self._bytes.shape[1])
        self._scales, self._general_scales = _scales(self._bytes), _scales(self._general)
        tags = np.array([line.rsplit("/", 1)[1] for line in spelled])
        self._is_noun = np.isin(tags, _NOUNS)
        self._is_topic = self._is_noun | np.isin(tags, _ACTS)
        self._invented = lru_cache(4_096)(self._make)

    def tokens(self, text: str) -> Tokens:
        """Of a text that is looked at once: a caller's question."""
        return self.of(self.numbers(terms(text)))

    def numbers(self, found: Iterable[Morpheme]) -> Numbers:
        """Morphemes as numbers, for texts that are kept; what training has not seen is numbered by its form."""
        return np.array([self._ids.get(morpheme, self._unseen(morpheme)) for morpheme in found], np.int32)

    def of(self, numbers: Numbers) -> Tokens:
        seen = numbers >= 0
        known = np.maximum(numbers, 0)
        vectors = self._bytes[known] * self._scales[known, None]
        weights = self._weights[known]
        for at in np.flatnonzero(~seen):
            vectors[at], weights[at] = self._invented(int(numbers[at])), self._unseen_weight
        return Tokens(vectors, weights)

    def topics(self, numbers: Numbers) -> Topics:
        """Of the morphemes that name things and acts, as far as Korean in general has them."""
        chosen = numbers[numbers >= 0]
        chosen = chosen[self._is_topic[chosen]]
        return Topics(self._general[chosen] * self._general_scales[chosen, None], self._is_noun[chosen])

    def _unseen(self, morpheme: Morpheme) -> int:
        return -1 - zlib.crc32(morpheme.form.encode()) % (2**31 - 1)

    def _make(self, number: int) -> Vectors:
        vector = np.random.default_rng(-number).standard_normal(self.dimensions).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))


def _scales(rows: NDArray[np.int8]) -> Weights:
    """What makes unit vectors of rows of signed bytes."""
    squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float32)
    scales: Weights = (1 / np.sqrt(np.maximum(squares, 1))).astype(np.float32)
    return scales

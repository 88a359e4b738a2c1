"""Texts as numbers of morphemes, for training."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from gpu.train.embedding.likeness import Likeness
from gpu.train.embedding.network import Texts
from kb.embedding.lexicon import terms
from kb.korean import CONTENT, Morpheme

UNSEEN = 0
"""Stands for all morphemes that are in no vocabulary: brands, misheard words."""


class Vocabulary:
    """What occurs in the training texts first, then Kiwi's most frequent morphemes up to ``size``."""

    def __init__(self, likeness: Likeness, texts: Iterable[str], size: int) -> None:
        self._likeness = likeness
        self._known = {morpheme: number for number, morpheme in enumerate(likeness.morphemes)}
        self._forms: dict[str, int] = {}
        for number, morpheme in enumerate(likeness.morphemes):
            self._forms.setdefault(morpheme.form, number)
        read = {morpheme: None for text in texts for morpheme in terms(text)}
        self.seen = 1 + len(read)
        frequent = [morpheme for morpheme in likeness.morphemes[:size] if morpheme not in read]
        self.morphemes: list[Morpheme] = [Morpheme("", ""), *read, *frequent][: max(size, self.seen)]
        self._numbers = {morpheme: number for number, morpheme in enumerate(self.morphemes)}
        self.tags: list[str] = sorted({morpheme.tag for morpheme in self.morphemes})
        self.tag_of = torch.tensor([self.tags.index(morpheme.tag) for morpheme in self.morphemes])
        self._read: dict[str, list[int]] = {}

    def texts(self, texts: Sequence[str]) -> Texts:
        rows = [self._numbers_of(text) or [UNSEEN] for text in texts]
        longest = max(map(len, rows))
        padded = torch.tensor([row + [-1] * (longest - len(row)) for row in rows])
        return Texts(padded, self.tag_of[padded.clamp(min=0)])

    def vectors(self) -> NDArray[np.float32]:
        """Where training starts: what Kiwi says, of another word of the same form else, or any direction.

        Not zero: a vector without a direction has no gradient that an optimizer could follow.
        """
        dimensions = self._likeness.vectors.shape[1]
        found = np.random.default_rng(0).standard_normal((len(self.morphemes), dimensions)).astype(np.float32)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        for row, morpheme in zip(found, self.morphemes, strict=True):
            number = self._known.get(morpheme, self._forms.get(morpheme.form))
            if number is not None:
                row[:] = self._likeness.vectors[number]
        return found

    def is_content(self) -> list[bool]:
        """By tag."""
        return [tag in CONTENT for tag in self.tags]

    def _numbers_of(self, text: str) -> list[int]:
        if text not in self._read:
            self._read[text] = [self._numbers.get(morpheme, UNSEEN) for morpheme in terms(text)]
        return self._read[text]

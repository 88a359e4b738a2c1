"""How well two texts cover each other's morphemes, each matched with the one most like it.

The late interaction of Khattab and Zaharia ("ColBERT", 2020) over vectors that stand still, and in both directions: a
question covers a document when all that it asks is there, and is covered when the document speaks of nothing else.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.embedding.lexicon import Lexicon, Numbers, Tokens

Scores = NDArray[np.float32]


class Documents:
    """Texts kept as their morphemes' numbers."""

    def __init__(self, lexicon: Lexicon, texts: Sequence[Numbers]) -> None:
        self._lexicon = lexicon
        self._texts = texts

    def covered(self, question: Tokens, chosen: Sequence[int]) -> tuple[Scores, Scores]:
        """For each chosen text: the share of the question that it covers, and of it that the question covers.

        Both weighted by how much a morpheme says, -1 to 1, shape (chosen,); 0 where either has no morphemes.
        """
        lengths = np.array([len(self._texts[number]) for number in chosen])
        if not len(question.weights) or not lengths.sum():
            return np.zeros(len(chosen), np.float32), np.zeros(len(chosen), np.float32)
        filled = np.flatnonzero(lengths)
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        tokens = self._lexicon.of(np.concatenate([self._texts[chosen[int(at)]] for at in filled]))
        likeness = question.vectors @ tokens.vectors.T
        best = np.maximum.reduceat(likeness, starts, axis=1)
        of_question = np.zeros(len(chosen), np.float32)
        of_question[filled] = question.weights @ best / question.weights.sum()
        of_text = np.zeros(len(chosen), np.float32)
        worth = tokens.weights * likeness.max(axis=0)
        of_text[filled] = np.add.reduceat(worth, starts) / np.add.reduceat(tokens.weights, starts)
        return of_question, of_text

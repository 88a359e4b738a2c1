"""How well a question's morphemes are known to a knowledge base: what it never speaks of, it does not answer.

The trained vectors say what is asked of a thing, and 취소 is the same to them whatever is cancelled. Whether the thing
itself, a train ticket or a car wash, belongs here is told by the vectors of Korean in general.
"""

from collections.abc import Sequence

import numpy as np

from kb.embedding.lexicon import Lexicon, Numbers
from kb.features import KNOWN
from kb.soft_match import Scores

NEAR = 5  # of the knowledge base's morphemes, those nearest to one that is asked


class Acquaintance:
    """Of one knowledge base, for all questions."""

    def __init__(self, lexicon: Lexicon, texts: Sequence[Numbers]) -> None:
        self._lexicon = lexicon
        everything = np.unique(np.concatenate(texts)) if texts else np.zeros(0, np.int32)
        self._vectors = lexicon.of(everything).vectors
        self._topics = lexicon.topics(everything).vectors

    def with_question(self, numbers: Numbers) -> Scores:
        """``kb.features.KNOWN`` of a question, (features,); each morpheme is known as well as the one most like it is.

        Where a question has none of a kind it counts as known: there is nothing strange in it.
        """
        asked = self._lexicon.of(numbers)
        if not len(asked.weights) or not len(self._vectors):
            return np.zeros(len(KNOWN), np.float32)
        best = (asked.vectors @ self._vectors.T).max(axis=1)
        # a particle is known everywhere; rounded, the mean of equal weights may be above them
        says_much = np.sort(best[asked.weights >= min(asked.weights.mean(), asked.weights.max())])
        of_all = [float(asked.weights @ best / asked.weights.sum()), says_much[0], _second(says_much)]
        topics = self._lexicon.topics(numbers)
        if not len(topics.is_noun) or not len(self._topics):
            return np.array([*of_all, *[1.0] * 6, 0.0, 0.0], np.float32)
        likeness = topics.vectors @ self._topics.T
        nearest = np.sort(likeness, axis=1)[:, -NEAR:]
        of_nouns, near_nouns = nearest[topics.is_noun, -1], nearest[topics.is_noun].mean(axis=1)
        shares = [part for values in (of_nouns, nearest[:, -1], near_nouns) for part in _mean_and_least(values)]
        counts = [topics.is_noun.sum() / 10, len(topics.is_noun) / 10]
        return np.array([*of_all, *shares, *counts], np.float32)


def _second(rising: Scores) -> float:
    return float(rising[1]) if len(rising) > 1 else 1.0


def _mean_and_least(values: Scores) -> tuple[float, float]:
    return (float(values.mean()), float(values.min())) if len(values) else (1.0, 1.0)

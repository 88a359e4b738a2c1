"""From what speaks for each entry to how sure one may be that it is the answer, or that none is.

A small network looks at each entry's features beside those of the others, another at what the question has in common
with the whole knowledge base: the first gives each entry a score, the second the score that has to be beaten. Both were
fitted to organisations that the embedding in question had not been trained on, so that the share of right answers at a
confidence of 0.8 is about 0.8 (``gpu/train/embedding/ranking.py``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.features import NAMES

Features = NDArray[np.float32]
"""(entries, features), in the order of ``kb.features.NAMES``."""

Numbers = NDArray[np.float32]

COMPARED = 24  # entries that are compared with each other, the likeliest
CERTAIN = 0.8  # an entry so sure is given whatever else is shown

_FILE = Path(__file__).parent / "embedding" / "bundled_model" / "ranking.json"


@dataclass(frozen=True, slots=True)
class Layers:
    """A straight way and one through hidden units: ``x · straight + relu(x · inward + bias) · outward + offset``."""

    straight: Numbers
    inward: Numbers
    bias: Numbers
    outward: Numbers
    offset: float

    def __call__(self, shown: Numbers) -> Numbers:
        """``shown`` is (rows, inputs), the answer (rows,)."""
        hidden = np.maximum(shown @ self.inward + self.bias, 0)
        score: Numbers = shown @ self.straight + hidden @ self.outward + np.float32(self.offset)
        return score


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was fitted for one kind of embedding. ``worth`` is of each feature where all entries are looked at.

    ``evidence`` weighs what :func:`shown` shows for the best entry; below ``refusal`` it is not given as an answer.
    """

    worth: Numbers
    entry: Layers
    nothing: Layers
    evidence: Numbers
    refusal: float

    def quick_scores(self, features: Features) -> Numbers:
        return features @ self.worth

    def scores(self, features: Features, known: Numbers) -> tuple[Numbers, float]:
        """A score for each entry, and the one that has to be beaten; ``known`` are ``kb.features.KNOWN``."""
        likely = features[np.argsort(-self.quick_scores(features), kind="stable")[:COMPARED]]
        return self.entry(beside(features, likely)), float(self.nothing(as_a_whole(likely, known)[None])[0])

    def confidences(self, scores: Numbers, nothing: float) -> Numbers:
        """For each of some entries how sure it is the answer, at most 1 in all."""
        choices = np.append(scores, np.float32(nothing))
        chances = np.exp(choices - choices.max())
        confidences: Numbers = (chances / chances.sum())[:-1]
        return confidences

    def is_answered(self, features: Features, known: Numbers, scores: Numbers, nothing: float) -> bool:
        """Whether the best of these entries may be given as an answer."""
        if not len(scores):
            return False
        if float(self.confidences(scores, nothing).max()) >= CERTAIN:
            return True
        evidence = shown(features, known, scores, nothing, self.confidences(scores, nothing))
        return float(evidence @ self.evidence) >= self.refusal


def shown(features: Features, known: Numbers, scores: Numbers, nothing: float, confidences: Numbers) -> Numbers:
    """What speaks for and against giving the best entry as an answer; the last is 1."""
    best = int(np.argmax(scores))
    five = np.sort(scores)[::-1][:5]
    lead = five[0] - five[1] if len(five) > 1 else five[0]
    ahead = [five[0], lead, five[0] - five.mean(), nothing, confidences[best], 1 - confidences.sum(), 1.0]
    return np.concatenate([known, features[best], features.max(0), ahead]).astype(np.float32)


def beside(features: Features, likely: Features) -> Numbers:
    """Each entry's features, how far behind the best of the likely they are, and how far before their average."""
    return np.concatenate([features, features - likely.max(0), features - likely.mean(0)], axis=1)


def as_a_whole(features: Features, known: Numbers) -> Numbers:
    """What tells whether anything answers: how well the question is known here, the best of each feature, the mean."""
    return np.concatenate([known, features.max(0), features.mean(0)]).astype(np.float32)


def standardised(features: Features) -> Features:
    """With likenesses counted in standard deviations above the mean of all entries, eighths of them.

    Every embedding has cosines of its own: those of one lie between 0.1 and 0.6, of another between 0.7 and 0.9.
    """
    likeness = [number for number, name in enumerate(NAMES) if name.endswith("likeness")]
    changed = features.copy()
    columns = features[:, likeness]
    changed[:, likeness] = (columns - columns.mean(0)) / (columns.std(0) + 1e-3) / 8
    return changed


@cache
def ranking(name: str) -> Ranking:
    """``bundled`` for the bundled embedding, ``any`` for all others, whose morphemes have no vectors."""
    return read_ranking(json.loads(_FILE.read_text(encoding="utf-8"))[name])


def read_ranking(stored: Mapping[str, Any]) -> Ranking:
    """Of its entry in ``ranking.json``."""

    def layers(of: Mapping[str, list[float]]) -> Layers:
        arrays = {key: np.array(of[key], np.float32) for key in ("straight", "inward", "bias", "outward")}
        return Layers(**arrays, offset=float(of["offset"][0]))

    return Ranking(
        np.array(stored["worth"], np.float32),
        layers(stored["entry"]),
        layers(stored["nothing"]),
        np.array(stored["evidence"], np.float32),
        float(stored["refusal"]),
    )

"""How alike two voices are, and from where on they are taken for one."""

from __future__ import annotations

import logging
from pathlib import Path
from statistics import NormalDist
from typing import Protocol

import numpy as np

from assist.speaker.calibration import Calibration
from assist.speaker.embedder import Embedding, SpeakerEmbedder

log = logging.getLogger(__name__)

NEAREST = 50
"""Members of the cohort that each side is measured against."""
RAREST, MOST_FREQUENT = 0.001, 0.5
"""Rates of false accepts for which there are thresholds."""


class Scoring(Protocol):
    """Scores of one speaker model; all of it is for embeddings of that model alone."""

    def score(self, one: Embedding, other: Embedding) -> float:
        """Higher is more alike; the scale is that of :meth:`threshold`."""

    def threshold(self, false_accept_rate: float) -> float:
        """The score that other people's voices reach at this rate; ValueError for a rate that was not measured."""

    def split_below(self, length_ms: int) -> float | None:
        """How alike the halves of one voice are at the least in so much sound; None where that was not measured."""


class Normalized:
    """Cosines, each side's taken relative to those of its nearest cohort voices (AS-norm).

    Matějka et al., "Analysis of Score Normalization in Multilingual Speaker Recognition", Interspeech 2017, adaptive
    symmetric normalization: noise, a muffled line or a short sound lower all of a side's cosines alike, and drop out.
    """

    def __init__(self, calibration: Calibration) -> None:
        self._measured = calibration
        self._nearest = min(NEAREST, len(calibration.cohort))

    def score(self, one: Embedding, other: Embedding) -> float:
        cosine = float(one @ other)
        sides = [self._mean_and_spread(side) for side in (one, other)]
        return sum((cosine - mean) / spread for mean, spread in sides) / 2

    def threshold(self, false_accept_rate: float) -> float:
        _check(false_accept_rate)
        wanted, measured = np.log(false_accept_rate), np.log(self._measured.rates[::-1])
        return float(np.interp(wanted, measured, self._measured.thresholds[::-1]))

    def split_below(self, length_ms: int) -> float | None:
        return float(np.interp(length_ms, self._measured.split_ms, self._measured.split_below))

    def _mean_and_spread(self, side: Embedding) -> tuple[float, float]:
        likeness = self._measured.cohort @ side
        nearest = np.partition(likeness, -self._nearest)[-self._nearest :]
        return float(nearest.mean()), max(float(nearest.std()), 1e-3)


class Plain:
    """Cosines as they are, for a model of which nothing was measured here.

    SpeechBrain takes two voices for one from 0.25 on; other people's cosines in its ECAPA lie around 0.02 ± 0.1, which
    makes that about one false accept in a hundred. Thresholds for other rates follow from this bell curve.
    """

    _OTHERS = NormalDist(0.02, 0.1)

    def score(self, one: Embedding, other: Embedding) -> float:
        return float(one @ other)

    def threshold(self, false_accept_rate: float) -> float:
        _check(false_accept_rate)
        return self._OTHERS.inv_cdf(1 - false_accept_rate)

    def split_below(self, length_ms: int) -> float | None:
        return None


def scoring_for(embedder: SpeakerEmbedder, path: Path) -> Scoring:
    """By the calibration at ``path`` if it is this model's, else plain, which the log is told."""
    measured = Calibration.find(path, embedder)
    if measured is None:
        cure = 'measure it with "python -m gpu.train.speaker.cohort"'
        log.warning(
            "%s does not belong to the speaker model %s: scores are plain cosines: %s", path, embedder.name, cure
        )
        return Plain()
    return Normalized(measured)


def _check(false_accept_rate: float) -> None:
    if not RAREST <= false_accept_rate <= MOST_FREQUENT:
        raise ValueError(
            f"no threshold for a false accept rate of {false_accept_rate}: give {RAREST} to {MOST_FREQUENT}"
        )

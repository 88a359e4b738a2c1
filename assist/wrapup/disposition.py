"""Which disposition code fits a call: by the flows that were walked, else by the meaning of what was said."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assist.wrapup.rules import Code, WrapUpRules
from assist.wrapup.wishes import Wish
from kb.embedding import Embedding, Vectors

FLOW_SURE, FLOW_OPEN = 0.97, 0.9
SEVERAL_FLOWS = 0.85
"""Confidence of what flows tell, by what became of them. Set, not measured: a flow that helped was asked for by the
caller and seldom is the wrong one."""

LIKENESS, MARGIN, OFFSET = 3.6, 15.5, -2.5
"""Confidence by meaning is 1 / (1 + e^-(LIKENESS x + MARGIN m + OFFSET)), x the best code's likeness and m its lead
(Platt, "Probabilistic outputs for support vector machines", 1999); fitted by :mod:`assist.wrapup.calibration` on
tests/assist/wrapup/asked.tsv: the sample company's flow examples and FAQ, none of them among the codes' own examples,
of which 78 % are right, and 30 wishes that no company of its kind could serve, for which every code is wrong.
Confidence is 5 points off on average; for those 30 it is 0.43 (2026-11-22)."""

_NEAREST = 2
_STRONG = 0.6  # of the best wish's weight: what was wanted less is left out
_NOTHING_FITS = 0.2


@dataclass(frozen=True, slots=True)
class Suggestion:
    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Walked:
    """A flow as far as codes care: whether the call ended in it, and whether anything was done or told in it."""

    flow: str
    is_open: bool
    has_helped: bool


class Codes:
    """The codes of a company, their examples as vectors. Reading is thread-safe."""

    def __init__(self, rules: WrapUpRules, embedding: Embedding) -> None:
        self._rules = rules
        self._embedding = embedding
        self._coded = [code for code in rules.codes if code.examples]
        examples = [example for code in self._coded for example in code.examples]
        self._vectors = embedding.questions(examples)
        ends = np.cumsum([len(code.examples) for code in self._coded])
        self._ranges = [slice(end - len(code.examples), end) for code, end in zip(self._coded, ends, strict=True)]

    def suggest(
        self,
        walked: Sequence[Walked],
        slots: Mapping[str, str],
        wishes: Sequence[Wish],
        chosen: Collection[Wish],
        *,
        has_spoken: bool,
    ) -> Suggestion:
        """For a call with these flows in order, slots as written, and sentences of the caller; ``chosen`` are those
        that the note tells, ``has_spoken`` whether the caller has said anything."""
        if by_flow := self._by_flow(walked, slots):
            return by_flow
        if not has_spoken:
            return Suggestion(self._rules.no_words, FLOW_OPEN if self._rules.no_words else 0.0)
        strong = sorted(_strong(wishes, chosen), key=lambda wish: -wish.weight)
        if by_meaning := self.by_meaning([wish.text for wish in strong]):
            return by_meaning
        return Suggestion(self._rules.otherwise, _NOTHING_FITS if self._rules.otherwise else 0.0)

    def by_meaning(self, texts: Sequence[str]) -> Suggestion | None:
        """The code whose examples are nearest to ``texts``, of which the first counts most (1, 1/2, 1/3, …); None where
        there is nothing to compare, or nothing fits."""
        if not self._coded or not texts:
            return None
        best, likeness, lead = self.nearest(texts)
        confidence = 1 / (1 + math.exp(-(LIKENESS * likeness + MARGIN * lead + OFFSET)))
        return Suggestion(best, round(confidence, 3)) if confidence > _NOTHING_FITS else None

    def nearest(self, texts: Sequence[str]) -> tuple[str, float, float]:
        """The code that is nearest, how near it is, and by how much nearer than the next."""
        likeness = self._embedding.questions(list(texts)) @ self._vectors.T
        ranks = 1 / np.arange(1, len(texts) + 1)
        scores = np.array([np.average(_nearest(likeness[:, part]), weights=ranks) for part in self._ranges])
        best, *others = np.argsort(-scores)
        lead = float(scores[best] - scores[others[0]]) if others else float(scores[best])
        return self._coded[int(best)].code, float(scores[best]), lead

    def _by_flow(self, walked: Sequence[Walked], slots: Mapping[str, str]) -> Suggestion | None:
        """Of several flows the last that helped, else the outermost that was open at the call's end, else the last."""
        told = [(one, code) for one in walked if (code := self._of_flow(one.flow, slots))]
        if not told:
            return None
        helped = [pair for pair in told if pair[0].has_helped]
        unfinished = [pair for pair in told if pair[0].is_open]
        flow, code = helped[-1] if helped else unfinished[0] if unfinished else told[-1]
        confidence = FLOW_SURE if flow.has_helped else FLOW_OPEN
        if len({other.code for _, other in told}) > 1:
            confidence *= SEVERAL_FLOWS
        return Suggestion(code.code, round(confidence, 3))

    def _of_flow(self, flow: str, slots: Mapping[str, str]) -> Code | None:
        """Codes that want slots come first, where the slots are so."""
        fitting = [
            code
            for code in self._rules.codes
            if flow in code.flows and all(slots.get(name) == value for name, value in code.slots.items())
        ]
        return max(fitting, key=lambda code: len(code.slots), default=None)


def _nearest(likeness: Vectors) -> Vectors:
    """Of each text the mean of its nearest examples, shape (texts,)."""
    count = min(_NEAREST, likeness.shape[1])
    means: Vectors = np.sort(likeness, axis=1)[:, -count:].mean(axis=1)
    return means


def _strong(wishes: Sequence[Wish], chosen: Collection[Wish]) -> list[Wish]:
    most = max((wish.weight for wish in wishes), default=0.0)
    return [wish for wish in wishes if wish in chosen or wish.weight >= _STRONG * most]

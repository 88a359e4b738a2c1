"""What simple means reach on the same questions: the yardstick beside which ``aicc bench kb`` prints the product."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.entry import Entry
from kb.evaluation import Query
from kb.jamo import grams
from kb.korean import content
from kb.postings import Postings, Terms, numbered

REFUSED_RIGHT = 0.1  # the share of right answers that a baseline may refuse with the wrong ones


def _spaced(text: str) -> Terms:
    return numbered(text.split())


def _morphemes(text: str) -> Terms:
    return numbered(content(text))


BASELINES: dict[str, tuple[Callable[[str], Terms], ...]] = {
    "BM25 on spaces": (_spaced,),
    "BM25 on morphemes": (_morphemes,),
    "jamo 3 to 5-grams": (grams,),
    "morphemes and jamo, added": (_morphemes, grams),
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """By kind, recall at 1 and 3; ``rejected`` is at a threshold that refuses a tenth of the right answers."""

    recall: dict[str, tuple[float, float]]
    rejected: float


def measure(name: str, entries: Sequence[Entry], queries: Sequence[Query]) -> Baseline:
    """One of :data:`BASELINES`, over questions with their answers and tags. A tie counts against it."""
    texts = [" ".join((entry.question, entry.answer, *entry.tags)) for entry in entries]
    channels = [(terms, Postings([terms(text) for text in texts])) for terms in BASELINES[name]]
    numbers = {entry.id: number for number, entry in enumerate(entries)}
    ranks: dict[str, list[int]] = {}
    right: list[float] = []
    unanswerable: list[float] = []
    for query in queries:
        scores: NDArray[np.float32] = sum(postings.scores(terms(query.query)) for terms, postings in channels)  # type: ignore[assignment]
        if not query.gold_id:
            unanswerable.append(float(scores.max()))
            continue
        rank = int((scores >= scores[numbers[query.gold_id]]).sum()) - 1
        ranks.setdefault(query.kind, []).append(rank)
        if rank == 0:
            right.append(float(scores.max()))
    recall = {kind: (float(np.mean(np.array(of) < 1)), float(np.mean(np.array(of) < 3))) for kind, of in ranks.items()}
    threshold = np.quantile(right, REFUSED_RIGHT) if right else 0.0
    return Baseline(recall, float(np.mean(np.array(unanswerable) < threshold)) if unanswerable else 0.0)

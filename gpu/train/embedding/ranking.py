"""Fits the ranking to the cases of :mod:`gpu.train.embedding.calibration`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gpu.train.embedding.calibration import Case
from kb.features import COUNTS, KNOWN, NAMES
from kb.ranking import COMPARED, Ranking, read_ranking, shown

HIDDEN = 24
STEPS, AT_ONCE, RATE = 2_000, 512, 1e-2
DECAY = 200.0
# Of what callers say in other words than the FAQ, so many are found by BM25 of morphemes alone. The training wordings
# were written to be harder: they are weighed as if it were as many.
FOUND_BY_WORDS = 0.46
REFUSED_RIGHT = 0.135  # of right answers to wordings that are harder than callers', who lose a third less


class _Layers(nn.Module):
    """As ``kb.ranking.Layers``, and monotone: a score never falls when an input of direction 1 rises, or -1 falls.

    Without that, a question that fits an entry better than any did in training would be trusted less. Half of the
    hidden units bend upwards and half downwards (Sill, "Monotonic Networks", 1997). Direction 0 counts only straight.
    """

    def __init__(self, directions: Tensor) -> None:
        super().__init__()
        self.directions = nn.Parameter(directions, requires_grad=False)
        self.bends = nn.Parameter(torch.cat([torch.ones(HIDDEN // 2), -torch.ones(HIDDEN // 2)]), requires_grad=False)
        inputs = len(directions)
        self.straight_ = nn.Parameter(torch.zeros(inputs))
        self.inward_ = nn.Parameter(torch.randn(inputs, HIDDEN) - 3)
        self.bias = nn.Parameter(torch.randn(HIDDEN))
        self.outward_ = nn.Parameter(torch.randn(HIDDEN) - 1)
        self.offset = nn.Parameter(torch.zeros(1))

    @property
    def straight(self) -> Tensor:
        return torch.where(self.directions == 0, self.straight_, functional.softplus(self.straight_) * self.directions)

    @property
    def inward(self) -> Tensor:
        return functional.softplus(self.inward_) * self.directions[:, None] * self.bends

    @property
    def outward(self) -> Tensor:
        return functional.softplus(self.outward_) * self.bends

    def forward(self, shown: Tensor) -> Tensor:
        score: Tensor = shown @ self.straight + functional.relu(shown @ self.inward + self.bias) @ self.outward
        return score + self.offset

    def stored(self) -> dict[str, list[Any]]:
        names = ("straight", "inward", "bias", "outward", "offset")
        return {name: np.round(getattr(self, name).detach().numpy().astype(float), 5).tolist() for name in names}


class _Ranker(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.entry = _Layers(torch.ones(3 * len(NAMES)))
        known = -torch.ones(len(KNOWN)) * torch.tensor([name not in COUNTS for name in KNOWN])
        self.nothing = _Layers(torch.cat([known, -torch.ones(len(NAMES)), torch.zeros(len(NAMES))]))

    def forward(self, features: Tensor, there: Tensor, known: Tensor) -> Tensor:
        """As ``kb.ranking``, of many cases at once: features (cases, compared, features) → (cases, compared + 1)."""
        highest = features.masked_fill(~there[..., None], -10).amax(1, keepdim=True)
        mean = (features * there[..., None]).sum(1, keepdim=True) / there.sum(1)[:, None, None]
        scores = self.entry(torch.cat([features, features - highest, features - mean], -1)).masked_fill(~there, -30)
        nothing = self.nothing(torch.cat([known, highest[:, 0], mean[:, 0]], 1))
        return torch.cat([scores, nothing[:, None]], 1)


def fitted(cases: Sequence[Case], worth: NDArray[np.float32], seed: int = 0) -> dict[str, object]:
    """``ranking.json``'s entry."""
    torch.manual_seed(seed)
    features, there, known, gold = _stacked(cases, worth)
    weights = torch.tensor(_as_callers_ask(cases, worth))
    ranker = _Ranker()
    optimizer = torch.optim.Adam(ranker.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / STEPS)
    for _ in range(STEPS):
        some = torch.randint(0, len(gold), (AT_ONCE,))
        choices = ranker(features[some], there[some], known[some])
        loss = (functional.cross_entropy(choices, gold[some], reduction="none") * weights[some]).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    fitted_so_far = {
        "worth": [round(float(value), 5) for value in worth],
        "entry": ranker.entry.stored(),
        "nothing": ranker.nothing.stored(),
    }
    return {**fitted_so_far, **_refusal(cases, read_ranking({**fitted_so_far, "evidence": [], "refusal": 0.0}))}


def _refusal(cases: Sequence[Case], ranking: Ranking) -> dict[str, object]:
    """Weights of a logistic regression that tells right first entries from those of unanswerable questions.

    Wrong first entries of answerable questions teach nothing here.
    """
    rows, is_right = [], []
    for case in cases:
        likely = np.argsort(-ranking.quick_scores(case.features), kind="stable")[:COMPARED]
        scores, nothing = ranking.scores(case.features[likely], case.known)
        if case.gold is not None and case.gold != likely[np.argmax(scores)]:
            continue
        confidences = ranking.confidences(scores, nothing)
        rows.append(shown(case.features[likely], case.known, scores, nothing, confidences))
        is_right.append(case.gold is not None)
    table, right = np.stack(rows).astype(np.float64), np.array(is_right)
    middle, scale = table[:, :-1].mean(0), table[:, :-1].std(0) + 1e-6
    *slopes, offset = _logistic(np.c_[(table[:, :-1] - middle) / scale, np.ones(len(table))], right)
    weights = np.append(slopes / scale, offset - (slopes / scale) @ middle)
    threshold = np.quantile((table @ weights)[right], REFUSED_RIGHT)
    return {"evidence": [round(float(value), 5) for value in weights], "refusal": round(float(threshold), 4)}


def _logistic(table: NDArray[np.float64], right: NDArray[np.bool_], rounds: int = 40) -> NDArray[np.float64]:
    """By Newton's method, with much weight decay: the unanswerable questions of one house are not those of another."""
    weights = np.zeros(table.shape[1])
    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        gradient = table.T @ (chance - right) + DECAY * weights
        curvature = (table * (chance * (1 - chance))[:, None]).T @ table + DECAY * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def _as_callers_ask(cases: Sequence[Case], worth: NDArray[np.float32]) -> NDArray[np.float32]:
    """A weight for each of the cases that :func:`_stacked` keeps."""
    kept = [case for case in cases if _is_taught(case, worth)]
    words = NAMES.index("whole_words")
    is_found = np.array(
        [case.gold is not None and int(np.argmax(case.features[:, words])) == case.gold for case in kept]
    )
    is_answerable = np.array([case.gold is not None for case in kept])
    found = is_found[is_answerable].mean()
    weights = np.where(is_found, FOUND_BY_WORDS / found, (1 - FOUND_BY_WORDS) / (1 - found))
    return np.where(is_answerable, weights, 1.0).astype(np.float32)


def _is_taught(case: Case, worth: NDArray[np.float32]) -> bool:
    """Whether the answer is among the likeliest, or there is none: other cases teach nothing."""
    return case.gold is None or case.gold in np.argsort(-(case.features @ worth), kind="stable")[:COMPARED]


def fitted_worth(cases: Sequence[Case], steps: int = 300) -> NDArray[np.float32]:
    """What each feature is worth, listwise, for features that were not trained together with their worth."""
    answerable = [case for case in cases if case.gold is not None]
    worth = torch.ones(answerable[0].features.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([worth], lr=0.1)
    lists = [(torch.tensor(case.features), case.gold) for case in answerable[:: max(1, len(answerable) // 2_000)]]
    for _ in range(steps // 10):
        optimizer.zero_grad()
        losses = [functional.cross_entropy((of @ worth)[None], torch.tensor([gold])) for of, gold in lists]
        loss = torch.stack(losses).mean() + 1e-3 * (worth**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return np.asarray(worth.detach().numpy(), np.float32)


def _stacked(cases: Sequence[Case], worth: NDArray[np.float32]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The likeliest entries of each case, those there are, the question's own features, and the place of the answer."""
    features, there, known, places = [], [], [], []
    for case in cases:
        if not _is_taught(case, worth):
            continue
        likely = np.argsort(-(case.features @ worth), kind="stable")[:COMPARED]
        missing = COMPARED - len(likely)
        features.append(np.pad(case.features[likely], ((0, missing), (0, 0))))
        there.append(np.arange(COMPARED) < len(likely))
        known.append(case.known)
        places.append(COMPARED if case.gold is None else int(np.flatnonzero(likely == case.gold)[0]))
    return (
        torch.tensor(np.stack(features)),
        torch.tensor(np.stack(there)),
        torch.tensor(np.stack(known)),
        torch.tensor(places),
    )

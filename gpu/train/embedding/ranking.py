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
from kb.ranking import COMPARED

HIDDEN = 24
STEPS, AT_ONCE, RATE = 2_000, 512, 1e-2
REFUSED_RIGHT = 0.09  # the share of right answers that may be refused with the wrong ones


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
    ranker = _Ranker()
    optimizer = torch.optim.Adam(ranker.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / STEPS)
    for _ in range(STEPS):
        some = torch.randint(0, len(gold), (AT_ONCE,))
        loss = functional.cross_entropy(ranker(features[some], there[some], known[some]), gold[some])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        chances = torch.softmax(ranker(features, there, known), 1)[:, :-1]
    surest, best = chances.max(1)
    return {
        "worth": [round(float(value), 5) for value in worth],
        "entry": ranker.entry.stored(),
        "nothing": ranker.nothing.stored(),
        "refusal": round(float(torch.quantile(surest[best == gold], REFUSED_RIGHT)), 4),
    }


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
    """The likeliest entries of each case, those there are, the question's own features, and the place of the answer.

    Cases whose answer is not among the likeliest teach nothing and are left out.
    """
    features, there, known, places = [], [], [], []
    for case in cases:
        likely = np.argsort(-(case.features @ worth), kind="stable")[:COMPARED]
        if case.gold is not None and case.gold not in likely:
            continue
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

"""Logistic regression over hashed clues, by L-BFGS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from gpu.train.turns.example import Example
from voicebot.turns.clues import clues
from voicebot.turns.ends import PLACES, places

SHRUNK = 1.0  # of the squared weights


def rows(texts: Sequence[str]) -> csr_matrix:
    """One row a text: a one where a clue's weight stands."""
    found = [places(clues(text)) for text in texts]
    ends = np.cumsum([0, *map(len, found)])
    return csr_matrix((np.ones(ends[-1]), np.concatenate(found), ends), (len(texts), PLACES))


def fitted(
    matrix: csr_matrix, examples: Sequence[Example], shrunk: float = SHRUNK
) -> tuple[NDArray[np.float64], float]:
    """Weights and offset of the smallest weighted log loss."""
    signs = np.array([1.0 if example.is_end else -1.0 for example in examples])
    shares = np.array([example.weight for example in examples])

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, offset = parameters[:-1], parameters[-1]
        margins = signs * (matrix @ weights + offset)
        slopes = -signs * shares / (1 + np.exp(np.clip(margins, -30, 30)))
        value = shares @ np.logaddexp(0, -margins) + shrunk / 2 * weights @ weights
        return float(value), np.append(matrix.T @ slopes + shrunk * weights, slopes.sum())

    found = minimize(loss, np.zeros(matrix.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return found.x[:-1], float(found.x[-1])

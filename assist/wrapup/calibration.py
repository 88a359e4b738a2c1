"""Fits how sure a code by meaning is: ``python -m assist.wrapup.calibration RULES.yaml SAID.tsv``, text<TAB>code.

Prints the three constants of ``disposition.py`` for these rules' examples and the bundled embedding, the share of right
codes, and how far confidence is from it (expected calibration error, ten bins; Guo and others, 2017, section 2).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from assist.wrapup.disposition import Codes
from assist.wrapup.rules import WrapUpRules
from kb.embedding import open_embedding

Numbers = NDArray[np.float64]
_STEPS = 30
_RIDGE = 1e-2  # keeps the constants finite where everything is right


def fitted(likeness: Numbers, lead: Numbers, is_right: Numbers) -> Numbers:
    """Logistic regression by Newton's method: the weights of ``likeness`` and ``lead``, and the offset."""
    inputs = np.column_stack([likeness, lead, np.ones_like(likeness)])
    weights = np.zeros(3)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (chance - is_right) + _RIDGE * weights
        curve = (inputs.T * (chance * (1 - chance))) @ inputs + _RIDGE * np.eye(3)
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def calibration_error(confidence: Numbers, is_right: Numbers, bins: int = 10) -> float:
    """Mean distance of confidence from the share of right ones, over bins of confidence."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for place in np.unique(places):
        inside = places == place
        error += float(inside.mean()) * abs(float(confidence[inside].mean()) - float(is_right[inside].mean()))
    return error


def main(rules: Path, said: Path) -> None:
    codes = Codes(
        WrapUpRules.model_validate(yaml.safe_load(rules.read_text(encoding="utf-8"))),
        open_embedding("bundled", Path("models")),
    )
    rows = [line.split("\t") for line in said.read_text(encoding="utf-8").splitlines()]
    nearest = [codes.nearest([text]) for text, _ in rows]
    is_right = np.array([float(found[0] == code) for found, (_, code) in zip(nearest, rows, strict=True)])
    likeness, lead = np.array([found[1] for found in nearest]), np.array([found[2] for found in nearest])
    weights = fitted(likeness, lead, is_right)
    confidence = 1 / (1 + np.exp(-np.column_stack([likeness, lead, np.ones_like(lead)]) @ weights))
    print(f"LIKENESS, MARGIN, OFFSET = {weights[0]:.1f}, {weights[1]:.1f}, {weights[2]:.1f}")
    print(
        f"{is_right.mean():.1%} of {len(rows)} right; calibration error {calibration_error(confidence, is_right):.3f}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

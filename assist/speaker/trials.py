"""How well embeddings tell speakers apart: trials, equal error rate, detection cost.

Martin et al., "The DET curve in assessment of detection task performance", Eurospeech 1997; the cost is NIST's (SRE
2010 evaluation plan, section 3), normalized by what a system costs that hears nothing.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Scores = npt.ArrayLike  # (n,), higher where the speakers are more alike
Labels = npt.ArrayLike  # (n,), 1 where both sounds are of one speaker, else 0


@dataclass(frozen=True, slots=True)
class Trial:
    """Two sounds to compare; ``is_same`` says whether one person speaks in both."""

    is_same: bool
    path_a: Path
    path_b: Path


def read_trials(path: Path) -> list[Trial]:
    """The trials of a ``label<TAB>path_a<TAB>path_b`` file, empty lines left out.

    A path is looked for beside the file first, then in the working directory. ``ValueError`` names the first line that
    is not a trial and a file that has none.
    """
    trials = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) != 3 or fields[0].strip() not in ("0", "1"):
            raise ValueError(f"{path}:{number}: not a trial: write label<TAB>path_a<TAB>path_b, label 0 or 1")
        label, *names = (field.strip() for field in fields)
        found = []
        for name in names:
            candidates = [path.parent / name, Path(name)]
            place = next((candidate for candidate in candidates if candidate.is_file()), None)
            if place is None:
                raise ValueError(f"{path}:{number}: no sound file {name}, neither beside the list nor here")
            found.append(place)
        trials.append(Trial(label == "1", *found))
    if not trials:
        raise ValueError(f"{path} has no trials: write label<TAB>path_a<TAB>path_b, one a line")
    return trials


def det_points(scores: Scores, labels: Labels) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """False-accept and false-reject rates, as fractions, at every threshold between different scores.

    From accepting nobody (0, 1) to accepting everybody (1, 0). ``ValueError`` where one of the two kinds is missing.
    """
    scores, same = np.asarray(scores, np.float64), np.asarray(labels).astype(bool)
    if same.all() or not same.any():
        raise ValueError("an error rate needs trials of both labels: some of one speaker (1), some of two (0)")
    order = np.argsort(-scores, kind="stable")
    accepted_same = np.concatenate([[0], np.cumsum(same[order])])
    accepted_other = np.concatenate([[0], np.cumsum(~same[order])])
    ordered = scores[order]
    apart = np.concatenate([[True], ordered[1:] != ordered[:-1], [True]])  # equal scores fall on one side together
    false_accepts = accepted_other[apart] / accepted_other[-1]
    false_rejects = 1 - accepted_same[apart] / accepted_same[-1]
    return false_accepts, false_rejects


def eer(scores: Scores, labels: Labels) -> float:
    """The error rate where both kinds of error are equally frequent, a fraction; linear between thresholds."""
    false_accepts, false_rejects = det_points(scores, labels)
    ahead = false_accepts - false_rejects
    after = int(np.argmax(ahead >= 0))
    before = after - 1
    share = -ahead[before] / (ahead[after] - ahead[before])
    return float(false_accepts[before] + share * (false_accepts[after] - false_accepts[before]))


def min_dcf(scores: Scores, labels: Labels, p_target: float = 0.01, c_miss: float = 1.0, c_fa: float = 1.0) -> float:
    """The lowest detection cost of any threshold, 1 for a system that hears nothing."""
    false_accepts, false_rejects = det_points(scores, labels)
    costs = c_miss * p_target * false_rejects + c_fa * (1 - p_target) * false_accepts
    return float(costs.min() / min(c_miss * p_target, c_fa * (1 - p_target)))

"""Counts the jamo n-gram that the recognizer's beam asks, over the sentences it trains on."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpu.train.recognizer.sentences import Sentences
from voicebot.stt import tokens
from voicebot.stt.ngram import BASE, ORDER, START

# A run of so many tokens is kept when it occurs so often; long runs seen once only recite the text.
FEWEST = {1: 1, 2: 1, 3: 1, 4: 2, 5: 3, 6: 4, 7: 5, 8: 6, 9: 8, 10: 10}

Numbers = npt.NDArray[np.int64]


def text(sentences: Sentences, seed: int) -> list[str]:
    """What is counted: every sentence of the sets once or, with its braces filled anew, a few times."""
    random = np.random.default_rng(seed)
    lines = list(sentences.everyday)
    for line in sentences.contact_centre:
        lines += {sentences.slots.fill(line, random) for _ in range(4)}
    lines += [sentences.draw_numbers(random) for _ in range(len(lines) // 8)]
    return lines


def count(lines: list[str]) -> list[tuple[Numbers, Numbers]]:
    """For each order, the runs (sorted) and how often they occur."""
    spelled = [np.array([START, *(token + 1 for token in tokens.encode(line))], np.int64) for line in lines]
    joined = np.concatenate(spelled)
    ends = np.cumsum([len(line) for line in spelled])
    sentence = np.repeat(np.arange(len(spelled)), np.diff(ends, prepend=0))
    counted = []
    runs = joined
    for order in range(1, ORDER + 1):
        if order > 1:  # the run that ends here: the run of one less that ended a token before, and this token
            runs = np.concatenate([[0], runs[:-1]]) * BASE + joined
        whole = np.arange(len(joined)) >= order - 1
        whole[order - 1 :] &= sentence[order - 1 :] == sentence[: len(joined) - order + 1]
        counted.append(np.unique(runs[whole], return_counts=True))
    return counted


def write(lines: list[str], path: Path) -> int:
    """Writes the table for :class:`voicebot.stt.ngram.NGram`; returns how many runs it holds."""
    all_runs, all_logs, all_contexts, all_weights = [], [], [], []
    lower_runs, lower = np.zeros(0, np.int64), np.zeros(0)
    for order, (runs, counts) in enumerate(count(lines), start=1):
        contexts, group = np.unique(runs // BASE, return_inverse=True)
        totals, kinds = np.bincount(group, counts), np.bincount(group)
        kept = counts >= FEWEST[order]
        lost = np.bincount(group, counts * ~kept, minlength=len(contexts))
        weights = (kinds + lost) / (totals + kinds)  # the share left to shorter contexts
        runs, group, counts = runs[kept], group[kept], counts[kept]
        if order == 1:
            shorter = np.full(len(runs), 1 / BASE)
        else:
            shorter = _look_up(runs % BASE ** (order - 1), lower_runs, lower)
        probabilities = counts / (totals + kinds)[group] + weights[group] * shorter
        followed = np.bincount(group, minlength=len(contexts)) > 0
        all_runs.append(runs)
        all_logs.append(np.log(probabilities))
        all_contexts.append(contexts[followed])
        all_weights.append(np.log(weights[followed]))
        lower_runs, lower = runs, probabilities
    kept_runs = np.concatenate(all_runs)
    np.savez_compressed(
        path,
        runs=kept_runs,
        probabilities=_thousandths(np.concatenate(all_logs)),
        contexts=np.concatenate(all_contexts),
        backoff_weights=_thousandths(np.concatenate(all_weights)),
    )
    return len(kept_runs)


def _look_up(wanted: Numbers, runs: Numbers, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values of runs one shorter; each is there, since it occurs at least as often and fewer are asked of it."""
    return np.asarray(values[np.searchsorted(runs, wanted)])


def _thousandths(logs: npt.NDArray[np.float64]) -> npt.NDArray[np.uint16]:
    return np.clip(np.rint(-1000 * logs), 0, 65_535).astype(np.uint16)

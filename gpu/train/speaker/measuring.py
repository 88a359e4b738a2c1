"""The figures of a finished model: errors on trials, and how long an embedding takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from assist.speaker.embedder import Embedding, SpeakerEmbedder
from assist.speaker.trials import eer, min_dcf, read_trials
from voicebot.audio import Samples

BATCH = 64
_TIMED_S = 5
_RATE_HZ = 8_000


@dataclass(frozen=True, slots=True)
class Errors:
    """Of ``n`` trials; fractions."""

    n: int
    eer: float
    min_dcf: float


def errors(trials: Path, embed: Callable[[Samples, int], Embedding]) -> Errors:
    """Cosines of whole sounds: no voice activity detection, no score normalization."""
    listed = read_trials(trials)
    paths = dict.fromkeys(path for trial in listed for path in (trial.path_a, trial.path_b))
    voices = {path: embed(*soundfile.read(path, dtype="int16")) for path in paths}
    scores = [float(voices[trial.path_a] @ voices[trial.path_b]) for trial in listed]
    labels = [int(trial.is_same) for trial in listed]
    return Errors(len(listed), eer(scores, labels), min_dcf(scores, labels))


def time_ms(embedder: SpeakerEmbedder, sounds: int, seconds: float = _TIMED_S, repeats: int = 15) -> float:
    """Median wall-clock time of so many telephone sounds of so many seconds in one call, features included."""
    samples = np.random.default_rng(0).normal(0, 2_000, int(seconds * _RATE_HZ)).astype(np.int16)
    many = [samples] * sounds
    embedder.embed_all(many, _RATE_HZ)
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        embedder.embed_all(many, _RATE_HZ)
        taken.append(1_000 * (time.perf_counter() - began))
    return float(np.median(taken))

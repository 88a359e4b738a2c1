"""Whether one person speaks in a sound, or two: its windows' embeddings are parted in two as well as they can be.

Two halves of one voice stay close to each other, those of two voices do not. People who talk at the same time all
along are not found this way.
"""

import numpy as np
import numpy.typing as npt

from assist.speaker.embedder import SpeakerEmbedder
from voicebot.audio import Samples

WINDOW_MS, HOP_MS = 1_500, 750
# Fewer windows than this share are an odd sound of the same voice: a laugh, a cough.
SMALLEST_SHARE = 0.2
_ROUNDS = 10  # of 2-means; it settles in two or three


def likeness_of_halves(samples: Samples, rate_hz: int, embedder: SpeakerEmbedder) -> float:
    """Cosine between the means of the two parts, -1 to 1; 1 where no two parts can be told."""
    window, hop = (rate_hz * length_ms // 1_000 for length_ms in (WINDOW_MS, HOP_MS))
    windows = [samples[start : start + window] for start in range(0, len(samples) - window + 1, hop)]
    if len(windows) < 2:
        return 1.0
    embeddings = embedder.embed_all(windows, rate_hz)
    is_first = _parted(embeddings)
    if min(is_first.mean(), 1 - is_first.mean()) < SMALLEST_SHARE:
        return 1.0
    first, second = embeddings[is_first].mean(axis=0), embeddings[~is_first].mean(axis=0)
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))


def _parted(embeddings: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """2-means on the sphere, begun along the direction in which they vary most (Dhillon, Modha, 2001)."""
    centred = embeddings - embeddings.mean(axis=0)
    direction = np.linalg.svd(centred, full_matrices=False)[2][0]
    is_first: npt.NDArray[np.bool_] = centred @ direction > 0
    for _ in range(_ROUNDS):
        if is_first.all() or not is_first.any():
            break
        means = np.stack([embeddings[is_first].mean(axis=0), embeddings[~is_first].mean(axis=0)])
        likeness = embeddings @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T
        before, is_first = is_first, likeness[:, 0] > likeness[:, 1]
        if (before == is_first).all():
            break
    return is_first

"""Writes what was trained as the product reads it: ``lexicon.npz`` for ``kb.embedding.lexicon``."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gpu.train.embedding.network import Network
from gpu.train.embedding.vocabulary import UNSEEN, Vocabulary

GENERAL_DIMENSIONS = 128  # of 256, those in which words differ most


def export(network: Network, vocabulary: Vocabulary, path: Path) -> int:
    """The file's size in bytes. Vectors are signed bytes of their own scale, for only their direction counts."""
    with torch.no_grad():
        everything = torch.arange(len(vocabulary.morphemes))
        moved = network.moved(everything.clamp(max=vocabulary.seen))
        vectors = network.turn(network.likeness + moved).numpy()
        weights = torch.exp(
            network.of_tag[vocabulary.tag_of] + network.of_word(everything.clamp(max=vocabulary.seen))[:, 0]
        ).numpy()
    scaled = _as_bytes(vectors)
    likeness = network.likeness.numpy()
    _, directions = np.linalg.eigh(likeness.T @ likeness)
    general = _as_bytes(likeness @ directions[:, -GENERAL_DIMENSIONS:])
    spelled = "\n".join(f"{form}/{tag}" for form, tag in vocabulary.morphemes[UNSEEN + 1 :]).encode()
    digest = hashlib.sha256(scaled.tobytes() + general.tobytes() + weights.tobytes() + spelled).hexdigest()[:8]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        name=np.array(f"bundled:{digest}"),
        vectors=scaled[UNSEEN + 1 :],
        general=general[UNSEEN + 1 :],
        weights=weights[UNSEEN + 1 :].astype(np.float16),
        unseen_weight=np.float32(weights[UNSEEN]),
        morphemes=np.frombuffer(spelled, np.uint8),
    )
    return path.stat().st_size


def _as_bytes(rows: NDArray[np.float32]) -> NDArray[np.int8]:
    scaled: NDArray[np.int8] = np.round(127 * rows / np.maximum(np.abs(rows).max(1, keepdims=True), 1e-9)).astype(
        np.int8
    )
    return scaled

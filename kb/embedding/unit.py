"""Vectors brought to length 1."""

import numpy as np
from numpy.typing import ArrayLike

from kb.embedding.embedding import Vectors


def unit(vectors: ArrayLike) -> Vectors:
    """Each row at length 1; a row of zeros stays."""
    rows = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)

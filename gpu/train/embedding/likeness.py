"""What the words of Korean have to do with each other, as Kiwi's language model has learned it from far more text.

Kiwi tells how like two morphemes are (the cosine of its vectors, 256 numbers each) but not the vectors. Likeness to
some landmarks is enough to find them again, up to a rotation that nothing depends on: the Nyström method (Williams and
Seeger, "Using the Nyström Method to Speed Up Kernel Machines", 2001), exact with more landmarks than dimensions.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.korean import Morpheme, analyzer

LANDMARKS = 420
DIMENSIONS = 256
_FREQUENT = 30_000  # Kiwi numbers its morphemes about as often as they occur


@dataclass(frozen=True, slots=True)
class Likeness:
    """Unit vectors of Kiwi's morphemes, most frequent first, (morphemes, 256)."""

    morphemes: list[Morpheme]
    vectors: NDArray[np.float32]


def likeness(cache: Path, seed: int = 0) -> Likeness:
    """Asked of Kiwi once, in two minutes, and kept in the folder ``cache``."""
    kept = cache / "likeness.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        names, vectors = _asked(np.random.default_rng(seed))
        np.savez(kept, names=np.array([f"{form}/{tag}" for form, tag in names]), vectors=vectors)
    with np.load(kept) as stored:
        names = [Morpheme(*str(name).rsplit("/", 1)) for name in stored["names"]]
        return Likeness(names, stored["vectors"])


def _asked(random: np.random.Generator) -> tuple[list[Morpheme], NDArray[np.float32]]:
    kiwi = analyzer()
    everyone = kiwi.most_similar_morphemes(("배송", "NNG"), top_n=1_000_000)
    named = {one.id: (one.form, one.tag.partition("-")[0], one.sense_id) for one in everyone}
    size = max(named) + 1
    nouns = [number for number, (_, tag, _) in sorted(named.items()) if tag in ("NNG", "NNP", "VV", "VA", "MAG")]
    landmarks = random.choice(nouns, LANDMARKS, replace=False)
    rows = np.zeros((LANDMARKS, size))
    for row, landmark in zip(rows, landmarks, strict=True):
        for other in kiwi.most_similar_morphemes(int(landmark), top_n=1_000_000):
            row[other.id] = other.score
        row[landmark] = 1.0
    among = rows[:, landmarks]
    strengths, directions = np.linalg.eigh((among + among.T) / 2)
    strongest = np.argsort(-strengths)[:DIMENSIONS]
    vectors = rows.T @ directions[:, strongest] / np.sqrt(strengths[strongest])
    # all words have much in common, which tells nothing apart: Mu and Viswanath, "All-but-the-Top", 2018
    vectors -= vectors[:_FREQUENT].mean(0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    first: dict[Morpheme, int] = {}
    for number, (form, tag, _) in sorted(named.items(), key=lambda item: (item[1][2], item[0])):
        if form:
            first.setdefault(Morpheme(form.lower(), tag), number)
    order = sorted(first.items(), key=lambda item: item[1])
    return [name for name, _ in order], vectors[[number for _, number in order]].astype(np.float32)

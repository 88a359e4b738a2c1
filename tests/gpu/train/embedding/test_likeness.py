"""Kiwi's vectors, found again by likeness to a few of its words."""

from pathlib import Path

import numpy as np
import pytest

from gpu.train.embedding import likeness as module
from gpu.train.embedding.likeness import Likeness, likeness
from kb.korean import Morpheme, analyzer


def test_what_was_asked_once_is_read_from_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def ask(random: np.random.Generator) -> tuple[list[Morpheme], np.ndarray]:
        asked.append(1)
        return [Morpheme("환불", "NNG"), Morpheme("1/2", "SN")], random.standard_normal((2, 4)).astype(np.float32)

    monkeypatch.setattr(module, "_asked", ask)
    first, second = likeness(tmp_path / "cache"), likeness(tmp_path / "cache")
    assert asked == [1]
    assert first.morphemes == second.morphemes == [Morpheme("환불", "NNG"), Morpheme("1/2", "SN")]
    assert np.array_equal(first.vectors, second.vectors)


@pytest.mark.slow
def test_words_that_kiwi_finds_alike_are_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LANDMARKS", 24)
    monkeypatch.setattr(module, "DIMENSIONS", 16)
    found: Likeness = likeness(tmp_path)
    assert found.vectors.shape == (len(found.morphemes), 16) and len(found.morphemes) > 30_000
    assert len(set(found.morphemes)) == len(found.morphemes)
    assert np.isfinite(found.vectors).all()
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(np.ones(len(found.vectors)), abs=1e-3)
    numbers = {morpheme: number for number, morpheme in enumerate(found.morphemes)}
    nearer = []
    for form in ("배송", "환불", "병원", "은행", "자동차"):
        near = [
            numbers[Morpheme(one.form.lower(), one.tag)]
            for one in analyzer().most_similar_morphemes((form, "NNG"), top_n=20)
            if Morpheme(one.form.lower(), one.tag) in numbers
        ]
        likenesses = found.vectors @ found.vectors[numbers[Morpheme(form, "NNG")]]
        nearer.append(likenesses[near].mean() - likenesses.mean())
    assert min(nearer) > 0.2

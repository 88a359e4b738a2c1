"""Morphemes as vectors, read from files that a test writes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.embedding.embedding import EmbeddingUnavailable
from kb.embedding.lexicon import LONGEST, Lexicon, terms
from kb.korean import Morpheme

KNOWN = ["배송비/NNG", "환불/NNG", "는/JX", "w/SL"]
VECTORS = np.array([[100, 0, 0, 20], [0, 127, 0, 0], [0, 0, -3, 4], [60, 0, 80, 0]], np.int8)


def write(path: Path, spelled: Sequence[str] = KNOWN) -> Path:
    np.savez_compressed(
        path,
        name=np.array("toy"),
        vectors=VECTORS,
        general=np.array([[0, 5], [3, 4], [1, 0], [127, 0]], np.int8),
        weights=np.array([1, 0.5, 0.1, 2], np.float16),
        unseen_weight=np.float32(0.25),
        morphemes=np.frombuffer("\n".join(spelled).encode(), np.uint8),
    )
    return path


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    return Lexicon(write(tmp_path / "lexicon.npz"))


def test_known_morphemes_point_where_they_were_told_with_length_one(lexicon: Lexicon) -> None:
    assert (lexicon.name, lexicon.dimensions) == ("toy", 4)
    tokens = lexicon.tokens("환불은 배송비는")
    assert tokens.vectors.dtype == np.float32
    assert tokens.vectors[0] == pytest.approx([0, 1, 0, 0])
    assert np.linalg.norm(tokens.vectors, axis=1) == pytest.approx(np.ones(len(tokens.vectors)), abs=1e-5)
    assert tokens.weights[0] == pytest.approx(0.5)


def test_a_text_is_the_weighted_sum_at_length_one(lexicon: Lexicon) -> None:
    mean = lexicon.of(lexicon.numbers([Morpheme("환불", "NNG"), Morpheme("는", "JX")])).mean()
    expected = 0.5 * np.array([0, 1, 0, 0]) + 0.1 * np.array([0, 0, -0.6, 0.8])
    assert mean == pytest.approx(expected / np.linalg.norm(expected), abs=1e-3)
    assert lexicon.tokens("...?").mean().tolist() == [0, 0, 0, 0]


def test_what_training_has_not_seen_is_like_itself_and_weighs_what_it_should(lexicon: Lexicon) -> None:
    strange = [Morpheme("누리", "NNP"), Morpheme("도담", "NNP"), Morpheme("누리", "NNG")]
    numbers = lexicon.numbers(strange)
    assert (numbers < 0).all() and numbers[0] == numbers[2] != numbers[1], "by its form, as tags of strange words vary"
    tokens = lexicon.of(numbers)
    assert tokens.weights.tolist() == [0.25] * 3
    assert np.linalg.norm(tokens.vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert np.array_equal(tokens.vectors[0], tokens.vectors[2])


def test_strange_words_are_the_same_in_another_lexicon_and_at_right_angles(tmp_path: Path) -> None:
    path = tmp_path / "wide.npz"
    np.savez_compressed(
        path,
        name=np.array("wide"),
        vectors=np.eye(4, 256, dtype=np.int8),
        general=np.eye(4, dtype=np.int8),
        weights=np.ones(4, np.float16),
        unseen_weight=np.float32(1),
        morphemes=np.frombuffer("\n".join(KNOWN).encode(), np.uint8),
    )
    one, other = Lexicon(path), Lexicon(path)
    strange = [Morpheme(f"낱말{number}", "NNP") for number in range(40)]
    vectors = one.of(one.numbers(strange)).vectors
    assert np.array_equal(vectors, other.of(other.numbers(strange)).vectors)
    likeness = vectors @ vectors.T - np.eye(40)
    assert np.abs(likeness).max() < 0.35


def test_topics_are_nouns_and_acts_that_korean_in_general_has(lexicon: Lexicon) -> None:
    numbers = lexicon.numbers([Morpheme("환불", "NNG"), Morpheme("는", "JX"), Morpheme("쀍뚧", "NNG")])
    topics = lexicon.topics(numbers)
    assert topics.vectors == pytest.approx(np.array([[0.6, 0.8]]), abs=1e-3)
    assert topics.is_noun.tolist() == [True]
    assert lexicon.topics(lexicon.numbers([])).vectors.shape == (0, 2)


def test_terms_leave_marks_out_and_keep_digits_and_letters() -> None:
    assert terms("?! ... 「」") == []
    found = terms("VIP 3개, 환불!")
    assert [form for form, _ in found] == ["vip", "3", "개", "환불"]
    assert len(terms("환불과 교환 " * 100)) == LONGEST


def test_latin_in_any_case_is_one_morpheme(lexicon: Lexicon) -> None:
    assert np.array_equal(lexicon.numbers(terms("W")), lexicon.numbers(terms("w")))
    assert (lexicon.numbers(terms("W")) == [3]).all()


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "other"])
def test_a_file_that_is_none_says_what_to_do(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path / "lexicon.npz")
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("version https://git-lfs.github.com/spec/v1\n")
        case "cut":
            path.write_bytes(path.read_bytes()[:-40])
        case "other":
            np.savez(path, something=np.zeros(3))
    with pytest.raises(EmbeddingUnavailable, match=r'lexicon.npz" is no lexicon \(.*\): install aicc anew'):
        Lexicon(path)

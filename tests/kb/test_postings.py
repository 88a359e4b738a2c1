"""BM25 against its formula, and what a share of it promises."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import postings
from kb.postings import K1, B, Postings, numbered

TEXTS = ["배송 비 얼마", "환불 언제", "배송 언제 배송 어디 가능", "교환"]


def built(texts: Sequence[str]) -> Postings:
    return Postings([numbered(text.split()) for text in texts])


def bm25(question: str, texts: Sequence[str]) -> list[float]:
    """As Robertson and Zaragoza write it."""
    split = [text.split() for text in texts]
    average = sum(map(len, split)) / len(split)
    scores = []
    for text in split:
        score = 0.0
        for term in question.split():
            having = sum(term in other for other in split)
            times = text.count(term)
            rarity = math.log(1 + (len(split) - having + 0.5) / (having + 0.5))
            score += rarity * times * (K1 + 1) / (times + K1 * (1 - B + B * len(text) / average))
        scores.append(score)
    return scores


@pytest.mark.parametrize("question", ["배송", "배송 언제", "언제 언제 교환", "배송 없음", "없음"])
def test_scores_are_those_of_the_formula(question: str) -> None:
    assert built(TEXTS).scores(numbered(question.split())) == pytest.approx(bm25(question, TEXTS), rel=1e-5)


word = st.sampled_from("배송 환불 교환 적립 쿠폰 언제 얼마 어디".split())


@given(st.lists(st.lists(word, min_size=1, max_size=8), min_size=1, max_size=8), st.lists(word, max_size=8))
def test_scores_are_those_of_the_formula_for_any_texts(texts: list[list[str]], question: list[str]) -> None:
    joined = [" ".join(text) for text in texts]
    found = Postings([numbered(text) for text in texts])
    assert found.scores(numbered(question)) == pytest.approx(bm25(" ".join(question), joined), rel=1e-4, abs=1e-6)
    shares = found.shares(numbered(question))
    assert shares.shape == (len(texts),) and (shares >= 0).all() and (shares <= 1).all()


def test_a_word_that_nobody_has_lowers_the_share_and_not_the_score() -> None:
    found = built(TEXTS)
    alone, beside = numbered(["교환"]), numbered(["교환", "양도"])
    assert found.scores(alone) == pytest.approx(found.scores(beside))
    assert found.shares(alone)[3] > 1.5 * found.shares(beside)[3] > 0


def test_nothing_to_look_in_or_for_gives_nothing() -> None:
    asked = numbered(["배송"])
    assert Postings([]).scores(asked).shape == Postings([]).shares(asked).shape == (0,)
    empty = Postings([numbered([]), numbered([])])
    assert empty.scores(asked).tolist() == empty.shares(asked).tolist() == [0, 0]
    assert built(TEXTS).scores(numbered([])).tolist() == built(TEXTS).shares(numbered([])).tolist() == [0] * 4


def test_in_a_large_collection_a_word_that_a_fifth_has_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["배송 언제", "배송 어디", "배송 얼마", *["환불"] * 7]
    asked = numbered("배송 언제".split())
    assert built(texts).scores(asked)[1] > 0
    monkeypatch.setattr(postings, "LARGE", 10)
    pruned = built(texts)
    assert pruned.scores(asked)[0] > 0 == pruned.scores(asked)[1]
    assert pruned.shares(asked) == pytest.approx(pruned.shares(numbered(["언제"])))


def test_numbers_tell_words_apart() -> None:
    spelled = [f"{first}{second}{number}" for first in "배송환불교" for second in "언제얼마가" for number in range(400)]
    assert len(set(numbered(spelled).tolist())) == len(spelled)
    assert numbered(["배송"]).dtype == numbered([]).dtype == np.int64
    assert numbered(["배송", "배송"])[0] == numbered(["배송"])[0]

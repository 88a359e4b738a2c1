"""Soft matches: what covers a question and what it covers, in the bundled vectors of words."""

import numpy as np
import pytest

from kb.embedding.bundled import BundledEmbedding
from kb.embedding.lexicon import Lexicon, Numbers, terms
from kb.soft_match import Documents

TEXTS = ["배송비는 얼마인가요?", "환불은 언제 되나요?", "", "배송비는 얼마이고 환불은 언제 되며 교환은 어디서 하나요?"]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return BundledEmbedding.load().lexicon


def numbers(lexicon: Lexicon, *texts: str) -> list[Numbers]:
    return [lexicon.numbers(terms(text)) for text in texts]


def test_a_text_covers_itself_and_a_longer_one_is_not_covered_by_its_part(lexicon: Lexicon) -> None:
    of_question, of_text = Documents(lexicon, numbers(lexicon, *TEXTS)).covered(lexicon.tokens(TEXTS[0]), [0, 1, 2, 3])
    assert of_question[0] == pytest.approx(1, abs=1e-3) == of_text[0]
    assert of_question[1] < 0.8
    assert of_question[2] == of_text[2] == 0
    assert of_question[3] > 0.8 > of_text[3]


def test_only_the_chosen_are_looked_at_in_their_order(lexicon: Lexicon) -> None:
    documents, asked = Documents(lexicon, numbers(lexicon, *TEXTS)), lexicon.tokens("환불 언제 돼요")
    everything = np.stack(documents.covered(asked, range(4)))
    assert np.stack(documents.covered(asked, [3, 1])) == pytest.approx(everything[:, [3, 1]], abs=1e-6)


def test_each_covered_share_is_the_weighted_mean_of_the_best_matches(lexicon: Lexicon) -> None:
    asked, text = lexicon.tokens("택배비 얼마예요"), lexicon.tokens(TEXTS[0])
    likeness = asked.vectors @ text.vectors.T
    of_question, of_text = Documents(lexicon, numbers(lexicon, TEXTS[0])).covered(asked, [0])
    assert of_question[0] == pytest.approx(float(np.average(likeness.max(1), weights=asked.weights)), abs=1e-5)
    assert of_text[0] == pytest.approx(float(np.average(likeness.max(0), weights=text.weights)), abs=1e-5)


def test_nothing_asked_nothing_chosen_and_nothing_written_are_no_match(lexicon: Lexicon) -> None:
    documents = Documents(lexicon, numbers(lexicon, *TEXTS))
    for asked, chosen in ((lexicon.tokens("?!"), [0, 1]), (lexicon.tokens("환불"), [2]), (lexicon.tokens("환불"), [])):
        shares = documents.covered(asked, chosen)
        assert [share.tolist() for share in shares] == [[0.0] * len(chosen)] * 2

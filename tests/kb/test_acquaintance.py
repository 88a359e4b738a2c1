"""What a knowledge base knows of a question's words."""

import numpy as np
import pytest

from kb.acquaintance import Acquaintance
from kb.embedding.bundled import BundledEmbedding
from kb.embedding.lexicon import Lexicon, terms
from kb.features import COUNTS, KNOWN

TEXTS = (
    "배송비는 얼마인가요? 3만 원 이상 구매하시면 무료입니다.",
    "환불은 언제 되나요? 영업일 3일 안에 카드사에서 처리됩니다.",
    "주문을 취소하려면 어떻게 하나요? 상품이 출발하기 전에 주문 내역에서 취소하실 수 있습니다.",
    "비밀번호를 잊어버렸어요. 로그인 화면에서 다시 만드시면 됩니다.",
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return BundledEmbedding.load().lexicon


def known(lexicon: Lexicon, asked: str, *texts: str) -> dict[str, float]:
    acquaintance = Acquaintance(lexicon, [lexicon.numbers(terms(text)) for text in texts])
    values = acquaintance.with_question(lexicon.numbers(terms(asked)))
    assert values.shape == (len(KNOWN),) and values.dtype == np.float32 and np.isfinite(values).all()
    return dict(zip(KNOWN, map(float, values), strict=True))


def test_what_is_written_here_is_known(lexicon: Lexicon) -> None:
    found = known(lexicon, "주문을 취소하려면 어떻게 하나요?", *TEXTS)
    shares = [found[name] for name in ("known", "known_least", "known_second", "nouns_known", "nouns_known_least")]
    assert shares == pytest.approx([1.0] * 5, abs=0.02)


def test_the_same_is_asked_of_another_thing_and_the_thing_is_told(lexicon: Lexicon) -> None:
    here, elsewhere = (known(lexicon, f"{thing} 취소해 주세요", *TEXTS) for thing in ("주문", "기차표"))
    assert elsewhere["nouns_known_least"] < here["nouns_known_least"] - 0.1
    assert elsewhere["nouns_near_least"] < here["nouns_near_least"]


def test_a_strange_word_is_less_known_than_a_written_one(lexicon: Lexicon) -> None:
    found = known(lexicon, "쀍뚧 배송비는 얼마인가요", *TEXTS)
    assert found["known"] < known(lexicon, "배송비는 얼마인가요", *TEXTS)["known"] - 0.01
    assert found["known_least"] <= found["known_second"]


def test_nouns_and_acts_are_counted_in_tens(lexicon: Lexicon) -> None:
    found = known(lexicon, "환불 카드 주문 취소하고 싶어요", *TEXTS)
    nouns, content = (found[name] for name in COUNTS)
    assert nouns == pytest.approx(0.4)
    assert content >= nouns


def test_a_question_without_nouns_has_none_that_are_strange(lexicon: Lexicon) -> None:
    found = known(lexicon, "언제 돼요", *TEXTS)
    assert found["nouns_known"] == found["nouns_known_least"] == found["nouns_near"] == 1
    assert found["nouns"] == 0


def test_nothing_asked_and_nothing_written_know_nothing(lexicon: Lexicon) -> None:
    assert set(known(lexicon, "?!", *TEXTS).values()) == {0}
    assert set(known(lexicon, "배송비", "???", "!!!").values()) == {0}
    assert set(known(lexicon, "배송비").values()) == {0}


@pytest.mark.parametrize("count", range(1, 9))
def test_a_question_of_strange_words_alone_is_known_to_nobody(lexicon: Lexicon, count: int) -> None:
    acquaintance = Acquaintance(lexicon, [lexicon.numbers(terms(text)) for text in TEXTS])
    values = acquaintance.with_question(np.arange(-count, 0, dtype=np.int32))
    assert np.abs(values[:2]).max() < 0.5


def test_few_words_are_enough(lexicon: Lexicon) -> None:
    assert known(lexicon, "환불", "환불")["nouns_known"] == pytest.approx(1, abs=0.01)

"""The yardsticks: they must find what they can find, and no more."""

import pytest

from kb.baselines import BASELINES, measure
from kb.entry import Entry
from kb.evaluation import Query

ENTRIES = (
    Entry("fee", "배송비는 얼마인가요?", "3,000원입니다."),
    Entry("refund", "환불은 언제 되나요?", "영업일 3일 안에 됩니다."),
    Entry("coupon", "쿠폰은 어디에서 쓰나요?", "결제 화면에서 쓰십니다.", tags=("할인권",)),
)


def recall(name: str, query: str, gold_id: str) -> tuple[float, float]:
    return measure(name, ENTRIES, [Query(query, gold_id, "one")]).recall["one"]


@pytest.mark.parametrize("name", BASELINES)
def test_all_find_a_question_as_it_is_written(name: str) -> None:
    assert all(recall(name, entry.question, entry.id) == (1, 1) for entry in ENTRIES)


@pytest.mark.parametrize(
    ("name", "query", "gold_id", "is_found"),
    [
        ("BM25 on spaces", "배송비가 얼마예요", "fee", False),
        ("BM25 on morphemes", "배송비가 얼마예요", "fee", True),
        ("BM25 on morphemes", "할인권", "coupon", True),
        ("BM25 on spaces", "배숑비는얼마잉가요", "fee", False),
        ("jamo 3 to 5-grams", "배숑비는얼마잉가요", "fee", True),
        ("morphemes and jamo, added", "배숑비는얼마잉가요", "fee", True),
    ],
)
def test_each_finds_what_it_looks_at(name: str, query: str, gold_id: str, is_found: bool) -> None:
    assert (recall(name, query, gold_id)[0] == 1) is is_found


def test_a_tie_counts_against_it() -> None:
    assert recall("BM25 on spaces", "아무것도", "fee") == (0, 1), "behind the two others that score nothing too"
    same = (*ENTRIES, Entry("fee again", ENTRIES[0].question, ENTRIES[0].answer))
    asked = [Query(ENTRIES[0].question, "fee", "one")]
    assert measure("BM25 on spaces", same, asked).recall["one"] == (0, 1)


def test_the_unanswerable_are_refused_below_what_most_right_answers_reach() -> None:
    asked = [Query(entry.question, entry.id, "same") for entry in ENTRIES]
    foreign = [Query(text, "", "none") for text in ("날씨 어때", "지하철 노선", "환불은 언제 되나요?", "영화 추천")]
    found = measure("BM25 on morphemes", ENTRIES, [*asked, *foreign])
    assert set(found.recall) == {"same"}
    assert found.rejected == pytest.approx(0.75)
    assert measure("BM25 on morphemes", ENTRIES, asked).rejected == 0
    assert measure("BM25 on morphemes", ENTRIES, foreign).recall == {}

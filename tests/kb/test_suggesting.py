"""What callers' words teach, on a handful of them."""

import pytest

from kb.asked import Asked
from kb.entry import Entry
from kb.suggesting import Suggestions, nouns, suggest
from kb.synonyms import Synonyms

ENTRIES = [
    Entry("D1", "배송비는 얼마인가요?", "3만 원 이상은 무료입니다.", examples=("배송비 알려주세요",)),
    Entry("R1", "환불은 언제 되나요?", "영업일 3일입니다."),
    Entry("D2", "배송비를 돌려받을 수 있나요?", "반품이 저희 잘못이면 됩니다."),
]


def suggestions(*pairs: tuple[str, str], synonyms: Synonyms = Synonyms()) -> Suggestions:  # noqa: B008 (frozen)
    asked = [Asked(query, gold, line) for line, (query, gold) in enumerate(pairs, 1)]
    return suggest(asked, ENTRIES, synonyms)


def test_questions_that_nothing_answers_come_together_however_they_are_worded() -> None:
    found = suggestions(
        ("매장에 주차할 수 있나요", ""),
        ("주차 되나요 매장에", ""),
        ("매장에 주차할 수 있나요", ""),
        ("오늘 날씨 어때요", ""),
        ("매장 주차 가능한가요", ""),
    )
    [parking] = found.entries
    assert parking.count == 4
    assert parking.queries[0] == ("매장에 주차할 수 있나요", 2)
    assert {query for query, _ in parking.queries} >= {"주차 되나요 매장에", "매장 주차 가능한가요"}


def test_a_corrected_question_becomes_an_example_of_its_entry() -> None:
    found = suggestions(("택배비 얼마예요", "D1"), ("택배비 얼마 예요?", "D1"), ("돈 언제 들어와요", "R1"))
    assert [(new.id, new.query, new.count) for new in found.examples] == [
        ("D1", "택배비 얼마예요", 2),
        ("R1", "돈 언제 들어와요", 1),
    ]


def test_what_the_entry_says_already_or_one_person_alone_is_no_example() -> None:
    found = suggestions(
        ("배송비는 얼마 인가요", "D1"),
        ("배송비 알려 주세요", "D1"),
        ("주문번호 1234 5678 배송비요", "D1"),
        ("010-1234-5678로 전화 주세요", "R1"),
        ("?!", "D1"),
    )
    assert found.examples == ()


def test_words_that_stand_for_the_same_are_found() -> None:
    found = suggestions(
        ("택배비가 얼마예요", "D1"),
        ("택배비 알고 싶어요", "D1"),
        ("택배비 돌려주세요", "D2"),
        ("냉장고 환불이요", "R1"),
    )
    assert [(new.written, new.said, new.count) for new in found.synonyms] == [("배송비", "택배비", 3)]


@pytest.mark.parametrize("again", [1, 9])
def test_one_caller_alone_makes_no_synonym(again: int) -> None:
    assert suggestions(*[("택배비가 얼마예요", "D1")] * again).synonyms == ()


def test_a_synonym_that_is_known_is_not_suggested() -> None:
    known = Synonyms((("배송비", "택배비"),))
    assert suggestions(("택배비가 얼마예요", "D1"), ("택배비 알고 싶어요", "D1"), synonyms=known).synonyms == ()


def test_an_id_that_nothing_has_is_told() -> None:
    found = suggestions(("가나다", "X9"), ("라마바", "X9"))
    assert (found.unknown_ids, found.examples, found.entries) == (("X9",), (), ())


def test_nouns_are_whole_as_people_write_them() -> None:
    assert nouns("제주도 택배비가 얼마인지 알려주세요") == ["제주도", "택배비"]

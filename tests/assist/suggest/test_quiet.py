"""Words with which nothing is asked for."""

import pytest

from assist.suggest.quiet import asks_nothing, is_partial_enough


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요",
        "네",
        "네네 맞아요",
        "아니요 괜찮아요",
        "음 그게",
        "없어요",
        "다시 말해 주세요",
    ],
)
def test_greetings_fillers_and_answers_ask_nothing(text):
    assert asks_nothing(text, was_asked=False)


@pytest.mark.parametrize(
    "text", ["택배비가 얼마예요", "반품하고 싶어요", "그럼 며칠 걸려요?", "환불 언제 돼요", "얼마예요", "적립금 조회"]
)
def test_questions_and_wishes_ask(text):
    assert not asks_nothing(text, was_asked=False)


@pytest.mark.parametrize("text", ["냉장고", "어제요", "오후 세 시요", "김영희요", "20261122번이요", "단순 변심이요"])
def test_short_answers_to_what_was_asked_ask_nothing(text):
    assert asks_nothing(text, was_asked=True)


@pytest.mark.parametrize("text", ["배송비는 얼마예요", "교환 비용은요", "근데 반품하면 배송비를 제가 내야 하나요"])
def test_a_question_in_the_middle_of_a_form_asks(text):
    assert not asks_nothing(text, was_asked=True)


def test_a_partial_needs_some_syllables():
    assert not is_partial_enough("택배비") and not is_partial_enough("네, 어…")
    assert is_partial_enough("택배비가")

"""Sentences compared by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.suggest.wording_match import claims, is_informal, tells, words


@pytest.mark.parametrize(
    "said",
    [
        "무조건 환불돼요",
        "네 고객님 그건 무조건 다 환불해 드립니다",
        "환불은 무조건 됩니다",
        "무조건 환불되니까 걱정 마세요",
    ],
)
def test_a_claim_is_found_in_any_endings(said):
    assert claims(said, "무조건 환불돼요")


@pytest.mark.parametrize(
    "said",
    [
        "무조건 환불해 드릴 수는 없습니다",
        "무조건 환불되는 것은 아닙니다",
        "무조건 안 되는 건 아니고 환불 기한을 보겠습니다",
        "환불은 5일 걸립니다",
        "무조건 확인해 드릴게요",
        "",
    ],
)
def test_what_is_denied_or_something_else_is_no_claim(said):
    assert not claims(said, "무조건 환불돼요")


def test_numbers_are_the_same_spoken_and_written():
    assert claims("백 퍼센트 보장됩니다", "100% 보장합니다")
    assert not claims("50% 보장됩니다", "100% 보장합니다")


def test_what_has_to_be_told_may_be_told_in_other_words():
    notice = "해지하시면 환급금이 납입하신 보험료보다 적거나 없을 수 있습니다"
    assert tells("중도에 해지하실 경우 환급금은 납입한 보험료보다 적거나 없을 수 있어요", notice)
    assert not tells("해지는 언제든지 하실 수 있습니다", notice)


def test_a_notice_without_its_amount_is_none():
    assert tells("왕복 배송비 육천 원이 들어요", "왕복 배송비 6,000원이 들어요")
    assert not tells("왕복 배송비가 들어요", "왕복 배송비 6,000원이 들어요")


@pytest.mark.parametrize("said", ["주문번호가 뭐야", "네 확인해 볼게", "잠시만 기다려", "그건 저희가 안 해 줘."])
def test_sentences_to_a_friend_are_informal(said):
    assert is_informal(said)


@pytest.mark.parametrize(
    "said",
    [
        "네 고객님 확인했습니다",
        "확인해 드릴게요.",
        "잠깐만",
        "네",
        "주문번호가",
        "",
        "그렇죠",
        "성함이 어떻게 되십니까?",
    ],
)
def test_polite_and_unfinished_sentences_are_not(said):
    assert not is_informal(said)


@given(st.text(max_size=40))
def test_any_text_has_words_or_none(text):
    assert all(words(text))

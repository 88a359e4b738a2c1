"""What the caller was offered to hear."""

import pytest

from assist.suggest.offer import is_agreed, offered


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("방송 알림을 받고 싶어요. 이것도 안내해 드릴까요?", "방송 알림을 받고 싶어요."),
        ("네 고객님. 환불 기간도 말씀드릴까요?", "환불 기간"),
        ("배송비를 안내해 드릴까요?", "배송비"),
        ("무엇을 도와드릴까요?", ""),
        ("", ""),
    ],
)
def test_an_offer_is_what_comes_before_it(said, what):
    assert offered(said) == what


@pytest.mark.parametrize("text", ["네", "네 알려 주세요", "좋아요"])
def test_a_yes(text):
    assert is_agreed(text)


@pytest.mark.parametrize("text", ["아니요", "배송비가 얼마예요", "네 그런데 제가 지금 바빠서 나중에 할게요", ""])
def test_no_yes(text):
    assert not is_agreed(text)

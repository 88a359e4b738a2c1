"""A short reply in an entry's own words."""

from hypothesis import given
from hypothesis import strategies as st

from assist.suggest.reply import reply

LONG = (
    "정기배송은 2주, 4주, 8주 간격으로 받으실 수 있습니다. 정기배송 상품은 5% 할인해 드립니다. "
    "해지 신청은 배송 3일 전까지 앱에서 하실 수 있습니다. 위약금은 없습니다."
)


def test_a_short_answer_is_given_as_it_is():
    assert reply("배송비 얼마예요", "50,000원 이상은 무료입니다. 그 아래는 3,000원입니다.", 150) == (
        "50,000원 이상은 무료입니다. 그 아래는 3,000원입니다."
    )


def test_of_a_long_answer_the_sentences_that_were_asked_for():
    assert reply("해지하면 위약금 있어요", LONG, 150) == (
        "해지 신청은 배송 3일 전까지 앱에서 하실 수 있습니다. 위약금은 없습니다."
    )


def test_one_where_two_are_too_long():
    assert reply("해지하고 싶어요", LONG, 40) == "해지 신청은 배송 3일 전까지 앱에서 하실 수 있습니다."


def test_what_only_the_eye_understands_goes():
    assert reply("채널", "IPTV(40번)입니다.", 150) == "IPTV 40번입니다."


def test_an_empty_answer_is_no_reply():
    assert reply("배송비", " ", 150) == ""


@given(st.integers(40, 400))
def test_sentences_and_their_figures_stay_whole(characters):
    said = reply("할인", LONG, characters)
    assert all(sentence in LONG for sentence in said.split(". "))
    assert said.endswith(".")

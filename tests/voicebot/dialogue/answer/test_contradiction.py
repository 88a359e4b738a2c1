import pytest

from kb.entry import Entry
from voicebot.dialogue.answer.contradiction import contradiction
from voicebot.dialogue.answer.reading import read, words_of
from voicebot.dialogue.answer.statements import segments

BEFORE = Entry("1", "배송지를 바꿀 수 있나요?", "배송이 시작되기 전이라면 배송지를 바꾸실 수 있습니다.")
UNDERWAY = Entry("2", "배송 중에 배송지를 바꿀 수 있나요?", "배송이 시작된 상품은 배송지를 바꿀 수 없습니다.")


def doubt(sentence, entries=(BEFORE, UNDERWAY), asked=""):
    return contradiction(segments(sentence), [read(entry) for entry in entries], words_of(asked))


@pytest.mark.parametrize(
    "sentence",
    ["배송이 시작되지 않았다면 배송지를 변경하실 수 있습니다.", "배송이 시작된 상품은 배송지 변경이 불가능합니다."],
)
def test_the_same_in_other_words(sentence):
    assert doubt(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("배송이 시작된 상품은 배송지를 바꿀 수 있습니다.", 'the entries say the opposite of "'),
        ("배송이 시작되기 전이라면 배송지를 바꾸실 수 없습니다.", 'the entries say the opposite of "'),
        ("상품은 사용하실 수 없습니다.", 'no entry denies "쓰"'),
    ],
)
def test_the_opposite(sentence, reason):
    assert str(doubt(sentence)).startswith(reason)


def test_a_yes_is_compared_with_what_was_asked():
    asked = "배송 중인데 배송지를 바꿀 수 있나요?"
    assert doubt("네, 가능합니다.", (UNDERWAY, BEFORE), asked)
    assert doubt("네, 가능합니다.", (BEFORE, UNDERWAY), "배송지를 바꿀 수 있나요?") is None


def test_a_rule_is_not_stretched():
    entry = Entry("3", "토요일에 배송하나요?", "토요일에는 배송합니다.")
    assert doubt("토요일에도 배송합니다.", (entry,)) == "no entry goes that far"

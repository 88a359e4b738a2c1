import pytest

from voicebot.dialogue.answer.sentences import LONGEST_CHARACTERS, Splitter, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("하나입니다. 둘이에요! 셋인가요? 넷", ["하나입니다.", "둘이에요!", "셋인가요?", "넷"]),
        ("무게는 3.5킬로입니다. 끝.", ["무게는 3.5킬로입니다.", "끝."]),
        ("2026. 11. 22.까지 됩니다. 끝.", ["2026. 11. 22.까지 됩니다.", "끝."]),
        ("kt.com에서 됩니다. 네.", ["kt.com에서 됩니다.", "네."]),
        ("“됩니다.” 그렇습니다.", ["“됩니다.”", "그렇습니다."]),
        ("한 줄\n다음 줄", ["한 줄", "다음 줄"]),
        ("1. 앱을 엽니다. 2. 누릅니다.", ["1. 앱을 엽니다.", "2. 누릅니다."]),
        ("됩니다.안 됩니다.", ["됩니다.", "안 됩니다."]),
        ("  ", []),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


def test_a_sentence_is_handed_out_with_its_full_stop_and_not_with_the_next_word():
    splitter = Splitter()
    assert splitter.feed("배송비는 3") == []
    assert splitter.feed(",000원입니다") == []
    assert splitter.feed(".") == ["배송비는 3,000원입니다."]
    assert splitter.finish() == []


def test_a_point_behind_a_digit_waits_for_what_follows():
    splitter = Splitter()
    assert splitter.feed("무게는 3.") == []
    assert splitter.feed("5킬로입니다.") == ["무게는 3.5킬로입니다."]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_of_any_size_make_the_same_sentences(size):
    text = "50,000원 이상 사시면 배송비가 없고, 그보다 적으면 3,000원입니다. 무게는 3.5킬로예요. 끝"
    splitter = Splitter()
    found = [sentence for at in range(0, len(text), size) for sentence in splitter.feed(text[at : at + size])]
    assert [*found, *splitter.finish()] == sentences(text)


def test_text_without_end_does_not_pile_up():
    splitter = Splitter()
    found = [piece for _ in range(100) for piece in splitter.feed("가" * 100)]
    assert len("".join([*found, *splitter.finish()])) == 10_000
    assert max(map(len, found)) == LONGEST_CHARACTERS

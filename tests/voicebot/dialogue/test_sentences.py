import pytest

from voicebot.dialogue.scenario.step import Variant
from voicebot.dialogue.sentences import SENTENCES, Turns, wordings
from voicebot.dialogue.template import names_in


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_has_words_that_can_be_read(name: str) -> None:
    assert SENTENCES[name] and all(text.strip() for text in SENTENCES[name])
    for text in SENTENCES[name]:
        names_in(text)


def test_wordings_of_one_sentence_speak_of_the_same() -> None:
    for name, texts in SENTENCES.items():
        named = [names_in(text) - {"회사"} for text in texts]
        assert all(names == named[0] for names in named), name


def test_wordings_take_turns_in_each_conversation() -> None:
    one, other = Turns(), Turns()
    assert [one.next(["가", "나"]) for _ in range(3)] == ["가", "나", "가"]
    assert one.next(["다"]) == "다"
    assert one.next(["가", "나"]) == "나"
    assert other.next(["가", "나"]) == "가"


def test_a_look_at_the_wording_to_come_does_not_use_it_up() -> None:
    turns = Turns()
    for _ in range(3):
        assert turns.peek(["가", "나"]) == turns.peek(["가", "나"]) == turns.next(["가", "나"])


def test_a_wording_is_said_where_its_condition_holds() -> None:
    lines = ["늘", Variant(text="비쌀 때", when="금액 > 100"), Variant(text="쌀 때", when="금액 <= 100")]
    assert wordings(lines, {"금액": 500}) == ["늘", "비쌀 때"]
    assert wordings(lines, {"금액": 50}) == ["늘", "쌀 때"]
    assert wordings(lines[1:], {}) == []
    assert wordings("하나", {}) == ["하나"]

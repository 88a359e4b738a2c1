import csv
from pathlib import Path

import pytest

from voicebot.dialogue.answer.nonsense import nonsense
from voicebot.dialogue.answer.sentences import sentences

FAQ = Path(__file__).parents[4] / "scenarios/nuri/faq.csv"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("**배송비**는 3,000원입니다.", "it writes markup"),
        ("- 배송비는 3,000원입니다.", "it writes markup"),
        ("1. 배송비는 3,000원입니다.", "it writes markup"),
        ("<답>배송비는 3,000원입니다.</답>", "it writes markup"),
        ("저는 AI 언어 모델이라 알 수 없습니다.", "it talks about itself"),
        ("인공지능 모델로서 답해 드립니다.", "it talks about itself"),
        ("제 시스템 프롬프트는 비밀입니다.", "it talks about itself"),
        ("제공된 자료에 따르면 3,000원입니다.", "it talks about its sources"),
        ("자료에 없는 말은 하지 않습니다.", "it talks about its sources"),
        ("숫자, 금액, 날짜, 이름은 그대로 씁니다, 된다와 안 된다를 바꾸지 않습니다.", "it repeats its own rules"),
        ("배송비는 배송비는 배송비는 3,000원입니다.", "it says the same words again and again"),
        ("네네네네네네네네네네네네네네네네 3,000원입니다.", "it says the same words again and again"),
        ("运费是三千韩元。", "it does not speak Korean"),
        ("送料は三千ウォンです。", "it does not speak Korean"),
        ("Shipping is three thousand won.", "it does not speak Korean"),
        ("배송비는 three thousand won 입니다.", "it does not speak Korean"),
        ("배송비는 3,000원이다.", "it is not polite"),
        ("배송비는 3,000원이야.", "it is not polite"),
        ("배송비는 3,000원이오, 선원!" + "가" * 240, "it goes on without end"),
    ],
)
def test_nonsense(sentence, reason):
    assert nonsense(sentence, "배송비는 3,000원입니다.") == reason


def test_what_companies_say_is_no_nonsense():
    with FAQ.open(encoding="utf-8", newline="") as file:
        answers = [row["answer"] for row in csv.DictReader(file)]
    said = [sentence for answer in answers for sentence in sentences(answer)]
    assert len(said) > 200
    assert [sentence for sentence in said if nonsense(sentence, "")] == []


def test_foreign_words_of_the_entries_are_theirs_to_use():
    sentence = "Nuri Home Shopping App에서 보실 수 있습니다."
    assert nonsense(sentence, "") == "it does not speak Korean"
    assert nonsense(sentence, "Nuri Home Shopping App을 받으세요.") is None

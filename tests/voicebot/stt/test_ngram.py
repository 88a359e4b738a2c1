import math

import pytest

from voicebot.stt import tokens
from voicebot.stt.bundled import FOLDER, LANGUAGE
from voicebot.stt.ngram import START, NGram


@pytest.fixture(scope="module")
def language() -> NGram:
    return NGram(FOLDER / LANGUAGE)


def likelihood(language: NGram, text: str) -> float:
    context, total = START, 0.0
    for token in tokens.encode(text):
        log, context = language.next(context, token)
        total += log
    return total


@pytest.mark.parametrize("before", ["", "요금", "고객님 ", "쀍뛃", "안녕하세요 고객님 무엇을 도와드릴"])
def test_what_may_follow_adds_up_to_one(language: NGram, before: str) -> None:
    context = START
    for token in tokens.encode(before):
        _, context = language.next(context, token)
    total = sum(math.exp(language.next(context, token)[0]) for token in range(len(tokens.TOKENS)))
    assert total == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("written", "sounds_like"),
    [
        ("요금이 나왔어요", "요그미 나와써요"),
        ("해지하고 싶은데요", "해지하고 시픈데요"),
        ("삼만 오천 원", "삼마 노처 눤"),
    ],
)
def test_prefers_how_people_write(language: NGram, written: str, sounds_like: str) -> None:
    assert likelihood(language, written) > likelihood(language, sounds_like) + 5

import re
from collections import Counter
from pathlib import Path

import pytest

import audio_fixtures

FOLDER = Path(audio_fixtures.__file__).parent
SPOKEN = re.compile(r"[가-힣]+(?: [가-힣]+)*")  # as the recognizer writes: Hangul words, one space between
LONGEST_WORDS = 25


@pytest.fixture(scope="module", params=["turns.tsv", "turns_everyday_calls.tsv"])
def turns(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    lines = (FOLDER / request.param).read_text(encoding="utf-8").splitlines()
    return [(text, label) for text, label in (line.split("\t") for line in lines)]


def test_both_judgements_are_asked_equally_often(turns: list[tuple[str, str]]) -> None:
    assert Counter(label for _, label in turns) == {"end": 200, "open": 200}


def test_transcripts_are_what_a_recognizer_writes(turns: list[tuple[str, str]]) -> None:
    assert [text for text, _ in turns if not SPOKEN.fullmatch(text)] == []


def test_no_transcript_is_there_twice(turns: list[tuple[str, str]]) -> None:
    times = Counter(text.replace(" ", "") for text, _ in turns)
    assert [text for text, count in times.items() if count > 1] == []


@pytest.mark.parametrize("label", ["end", "open"])
def test_short_and_long_turns_are_there(turns: list[tuple[str, str]], label: str) -> None:
    words = [len(text.split()) for text, of in turns if of == label]
    assert min(words) == 1
    assert 20 <= max(words) <= LONGEST_WORDS

"""What no note and no chat model may see: numbers of cards and of residents, what was said off the record, abuse."""

from __future__ import annotations

import re

from voicebot.text.abuse import find
from voicebot.text.abuse import masked as _abuse_masked
from voicebot.text.private_numbers import without_numbers

_BEFORE_ABUSE = re.compile(r"(?:(?<![가-힣])(?:야|이|저|아|에이)[ ,]+)+$")
_BEHIND_ABUSE = re.compile(r"(?:들|놈|년)*[아야]?(?![가-힣])[ ,.!?]*")
_DIGIT = re.compile(r"\d")
_STARS = re.compile(r"\*{2,}")


def masked(text: str) -> str:
    """``text`` as a note may have it: without such numbers, abusive words masked."""
    return _abuse_masked(without_numbers(text))


def is_abusive(text: str) -> bool:
    return _abuse_masked(text) != text


def without_abuse(text: str) -> str:
    """What else was said: 기사가 던졌어요 of 야 이 씨발 기사가 던졌어요. A word that others lean on stays."""
    for start, end in reversed(find(text)):
        if behind := _BEHIND_ABUSE.match(text, end):
            text = f"{_BEFORE_ABUSE.sub('', text[:start])} {text[behind.end() :]}"
    return " ".join(text.split())


def without_figures(text: str) -> str:
    """``text`` with all digits as stars: the answer to a private question."""
    return _DIGIT.sub("*", text)


def is_masked(text: str) -> bool:
    """Whether the log has hidden something of it."""
    return _STARS.search(text) is not None

"""Which words of an answer count when it is compared with entries, and which say the same."""

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _vocabulary() -> dict[str, Any]:
    text = resources.files("voicebot.dialogue.answer").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def _same() -> dict[str, str]:
    return {word: group[0] for group in _vocabulary()["same"] for word in group}


@cache
def _courtesy() -> frozenset[str]:
    return frozenset(_vocabulary()["courtesy"].split())


def is_courtesy(word: str) -> bool:
    """Whether the word states nothing by itself: 말씀, 확인, 고객."""
    return word in _courtesy()


def one_for_all(word: str) -> str:
    """The word that stands for all that say the same: 바꾸 for 변경."""
    return _same().get(word, word)


def taken_apart(noun: str) -> tuple[str, ...]:
    """What a noun of cost is made of, however the analyzer cut it: 배송비 is 배송 and 비."""
    is_cost = len(noun) > 2 and noun[-1] in "비료값" and not noun.endswith("무료")
    return (noun[:-1], noun[-1]) if is_cost else (noun,)

"""Anger that words give away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from ruamel.yaml import YAML

from voicebot.text import abuse

_ABUSIVE = 0.8
_OWN_WORDS = 0.7  # of the company's list
_MARKS = re.compile(r"[.,?!~…\s]+")

Weighed = tuple[float, re.Pattern[str]]


class AngryWords:
    """The usual ones and a company's ``own``, regular expressions."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        own = tuple(own)
        self._weighed = (*([(_OWN_WORDS, re.compile("|".join(own)))] if own else []), *_usual())

    def heard(self, text: str) -> tuple[float, str]:
        """How sure the words make us (0 to 1), each adding to the others, and the plainest of them as it was said."""
        text = " ".join(_MARKS.sub(" ", text).split())
        doubt, plainest, plainest_sure = 1.0, "", 0.0
        if spans := abuse.find(text):
            doubt, plainest_sure = 1 - _ABUSIVE, _ABUSIVE
            plainest = text[spans[0].start : spans[0].end]
        for sure, pattern in self._weighed:
            for said in {match.group().strip() for match in pattern.finditer(text)}:
                doubt *= 1 - sure
                if sure > plainest_sure:
                    plainest, plainest_sure = said, sure
        return 1 - doubt, abuse.masked(plainest)


@cache
def _usual() -> tuple[Weighed, ...]:
    groups = YAML(typ="safe", pure=True).load(
        resources.files("assist.mood").joinpath("words.yaml").read_text(encoding="utf-8")
    )
    return tuple((float(group["sure"]), re.compile("|".join(group["words"]))) for group in groups)

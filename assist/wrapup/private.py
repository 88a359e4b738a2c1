"""What no note may show: numbers of cards and of residents, what was said off the record, abuse."""

from __future__ import annotations

import re

from voicebot.text.abuse import masked as _without_abuse

_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){14,15}\d(?!\d)")
_RESIDENT = re.compile(r"(?<!\d)(\d{6})[ -]?[1-8]\d{6}(?!\d)")
_DIGIT = re.compile(r"\d")
_STARS = re.compile(r"\*{2,}")


def without_numbers(text: str) -> str:
    """``text`` with the numbers of cards and residents as stars, each digit as one."""
    return _CARD.sub(_stars, _RESIDENT.sub(_stars, text))


def _stars(found: re.Match[str]) -> str:
    return _DIGIT.sub("*", found.group())


def masked(text: str) -> str:
    """``text`` as a note may have it: without such numbers, abusive words masked."""
    return _without_abuse(without_numbers(text))


def is_abusive(text: str) -> bool:
    return _without_abuse(text) != text


def without_figures(text: str) -> str:
    """``text`` with all digits as stars: the answer to a private question."""
    return _DIGIT.sub("*", text)


def is_masked(text: str) -> bool:
    """Whether the log has hidden something of it."""
    return _STARS.search(text) is not None

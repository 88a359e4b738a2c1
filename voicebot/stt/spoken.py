"""Text from an engine that writes, brought to the form that transcripts have: words, single spaces, no punctuation."""

import re
import unicodedata

# What stands inside a number is part of it: the point stays, the comma of the thousands goes without a space.
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")


def without_punctuation(text: str) -> str:
    """``" 네, 감사합니다."`` → ``"네 감사합니다"``; ``"1,500원, 3.5%"`` → ``"1500원 3.5%"``."""
    text = _THOUSANDS.sub("", text)
    points = {match.start() for match in _DECIMAL_POINT.finditer(text)}
    kept = [
        character if place in points or character == "%" or not _is_mark(character) else " "
        for place, character in enumerate(text)
    ]
    return " ".join("".join(kept).split())


def _is_mark(character: str) -> bool:
    """Punctuation, control characters, and signs such as ♪."""
    category = unicodedata.category(character)
    return category[0] in "PC" or category == "So"

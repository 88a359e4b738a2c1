"""Particles that a writer leaves open: ``냉장고(은/는)`` becomes 냉장고는, ``서울(으로/로)`` 서울로."""

import re

from voicebot.text.endings import ends_consonant, ends_rieul
from voicebot.text.spoken import to_spoken

_OPEN = re.compile(r"\((?P<closed>[가-힣]{1,6})/(?P<open>[가-힣]{1,6})\)")
_QUOTES = "\"'”’)"
_LONGEST_WORD_CHARS = 40  # of which the sound of the end depends


def settle_particles(text: str) -> str:
    """``text`` with each pair ``(closed/open)`` settled by how the word before it sounds; after nothing it is open."""
    settled, end = [], 0
    for pair in _OPEN.finditer(text):
        before = text[end : pair.start()]
        settled += [before, _settled(pair, before)]
        end = pair.end()
    return "".join([*settled, text[end:]])


def _settled(pair: re.Match[str], before: str) -> str:
    word = re.split(r"\s", before[-_LONGEST_WORD_CHARS:])[-1]
    if word.endswith(tuple(_QUOTES)):
        word = word[:-1]
    sound = "" if word.endswith(("(", ")")) else word[-1:]
    if sound and not "가" <= sound <= "힣":
        sound = to_spoken(word).text[-1:]
    closed = ends_consonant(sound) and not (pair["closed"] == "으로" and ends_rieul(sound))
    return pair["closed"] if closed else pair["open"]

"""Particles that a writer leaves open: ``냉장고(은/는)`` becomes 냉장고는, ``서울(으로/로)`` 서울로."""

import re

from voicebot.text.endings import ends_consonant, ends_rieul
from voicebot.text.spoken import to_spoken

_OPEN = re.compile(
    r"(?P<word>\S*?(?P<last>[^\s()]))?(?P<quote>[\"'”’)]?)\((?P<closed>[가-힣]{1,6})/(?P<open>[가-힣]{1,6})\)"
)


def settle_particles(text: str) -> str:
    """``text`` with each pair ``(closed/open)`` settled by how the word before it sounds; after nothing it is open."""
    return _OPEN.sub(_settle, text)


def _settle(pair: re.Match[str]) -> str:
    sound = pair["last"] or ""
    if not "가" <= sound <= "힣":
        sound = to_spoken(pair["word"] or "").text[-1:]
    closed = ends_consonant(sound) and not (pair["closed"] == "으로" and ends_rieul(sound))
    return f"{pair['word'] or ''}{pair['quote']}{pair['closed'] if closed else pair['open']}"

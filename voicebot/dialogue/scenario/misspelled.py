"""What somebody who misspelled a name may have meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def closest(word: str, known: Iterable[str]) -> str | None:
    """The most similar of ``known``, letter by letter: Hangul counts by jamo, so that 인증버노 is near 인증번호."""
    spelled = {_letters(other): other for other in known}
    found = get_close_matches(_letters(word), list(spelled), n=1, cutoff=0.65)
    return spelled[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The cure as a question; None where nothing is near."""
    near = closest(word, known)
    return f'did you mean "{near}"?' if near else None


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word).lower()

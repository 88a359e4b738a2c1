"""How names sound: figures and Latin letters spelt in Hangul, then taken apart into letters that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from kb.address.numerals import spelt, spelt_by_digits
from kb.address.sido import SIDO
from kb.jamo import letters

_LETTER_NAMES = """
에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트
"""
_LATIN = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
_WORDS = {"apec": "에이펙", "apt": "아파트", "city": "시티", "expo": "엑스포", "the": "더", "tower": "타워"}
_PIECE = re.compile(r"(?P<figures>\d+)|(?P<latin>[A-Za-z]+)|(?P<hangul>[가-힣])|(?P<other>.)", re.DOTALL)
_LONGEST_FIGURES = 5
_SIGNS = range(1, 101)  # that signs of their own are used for: Ⅱ, ②
_READ_BY_DIGITS = range(2, 4)  # figures of a name that are also read one by one: 63빌딩

# Letters that are taken for one another on the telephone; ㅎ is hardly heard.
_CLASSES = (
    "ㄱㄲㅋㄳㄺ ㄷㄸㅌ ㅂㅃㅍㅄㄿ ㅈㅉㅊ ㅅㅆ ㄴㅁㅇㄹㄵㄶㄻㄼㄽㄾㅀ ㅏㅑㅘ ㅓㅕㅝㅗㅛ ㅜㅠㅡ ㅣㅔㅖㅚㅟㅢ".split()
)
_COARSE = str.maketrans({**{letter: kind[0] for kind in _CLASSES for letter in kind}, "ㅎ": ""})
_KINDS = "빌딩 아파트 연립 주택 빌라 어린이집 유치원 교회 프라자 오피스텔 주식회사 하우스".split()
_KIND = re.compile(f"(?<=.{{5}})(?:{'|'.join(map(letters, _KINDS))})\\Z")
_CITIES = frozenset(letters(short) for shorts in SIDO.values() for short in shorts)
_NO_CORES = _CITIES | set(map(letters, _KINDS))
_OF_THE_CITY = re.compile(f"\\A(?:{'|'.join(sorted(_CITIES, key=len, reverse=True))})(?=.{{6}})")


def cores(name: str) -> set[str]:
    """What is left of a building's ``name``, in letters, without kind, city or both: 백두산 of 세종백두산빌딩."""
    without_kind = _KIND.sub("", name)
    found = {without_kind, _OF_THE_CITY.sub("", without_kind), _OF_THE_CITY.sub("", name)}
    return found - {name} - _NO_CORES


def spell(name: str, *, by_digits: bool = False) -> str:
    """``name`` in Hangul only, as it is said: 엘지트윈타워 for LG트윈타워, 보듬칠로 for 보듬7로.

    ``by_digits``: 육삼빌딩 for 63빌딩, and not 육십삼빌딩.
    """
    return "".join(sound for _, _, sound in pieces(name, by_digits=by_digits))


def pieces(text: str, *, by_digits: bool = False) -> list[tuple[int, int, str]]:
    """Start, end and Hangul of each figure run, Latin run and syllable of ``text``; nothing of spaces and marks."""
    found = []
    for match in _PIECE.finditer(text):
        sound = ""
        if figures := match["figures"]:
            one_by_one = len(figures) > _LONGEST_FIGURES or (by_digits and len(figures) in _READ_BY_DIGITS)
            sound = spelt_by_digits(figures) if one_by_one else spelt(int(figures))
        elif latin := match["latin"]:
            sound = _WORDS.get(latin.lower()) or "".join(_LATIN[letter] for letter in latin.lower())
        elif match["hangul"]:
            sound = match.group()
        elif (number := float(unicodedata.numeric(match.group(), 0))) in _SIGNS:  # Ⅱ, ②
            sound = spelt(int(number))
        if sound:
            found.append((match.start(), match.end(), sound))
    return found


def sounds(name: str) -> set[str]:
    """The letters of each way to say ``name``."""
    return {letters(spell(name)), letters(spell(name, by_digits=True))} - {""}


def likenesses(heard: Sequence[str], meant: Sequence[str]) -> NDArray[np.float32]:
    """Of each of ``heard`` to each of ``meant``, in letters, shape (heard, meant): 1 for the same, 0 for quite others.

    Edit distance (Levenshtein) in shares of the longer; a letter for one that sounds like it counts half.
    """
    fine = cdist(heard, meant, scorer=Levenshtein.normalized_similarity, dtype=np.float32)
    coarse = cdist(_coarse(heard), _coarse(meant), scorer=Levenshtein.normalized_similarity, dtype=np.float32)
    return np.asarray((fine + coarse) / 2, np.float32)


def _coarse(words: Sequence[str]) -> list[str]:
    return [word.translate(_COARSE) for word in words]

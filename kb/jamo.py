"""Syllables taken apart into letters, so that a misheard syllable or a wrong space costs a letter and not a word."""

import unicodedata

import numpy as np
from numpy.typing import NDArray

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
# Vowels that nobody hears apart are one letter: ㅐ ㅔ, ㅒ ㅖ, ㅙ ㅚ ㅞ.
_VOWELS = "ㅏㅔㅑㅖㅓㅔㅕㅖㅗㅘㅚㅚㅛㅜㅝㅚㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST_SYLLABLE = ord("가")
_SYLLABLES = 11_172
_CODES = 4_093  # a prime: five letters, each counted modulo it, make one number of 60 bits


def letters(text: str) -> str:
    """The text's letters and digits in a row: Hangul as compatibility jamo, Latin in lower case, nothing else.

    A silent initial ㅇ is left out, as 일이 and 이리 sound the same from it on.
    """
    apart: list[str] = []
    for character in unicodedata.normalize("NFC", text).lower():
        index = ord(character) - _FIRST_SYLLABLE
        if 0 <= index < _SYLLABLES:
            initial, rest = divmod(index, 588)
            vowel, final = divmod(rest, 28)
            apart.append(_INITIALS[initial].replace("ㅇ", "") + _VOWELS[vowel] + _FINALS[final])
        elif character.isalnum():
            apart.append(character)
    return "".join(apart)


def grams(text: str, shortest: int = 3, longest: int = 5) -> NDArray[np.int64]:
    """All runs of ``shortest`` to ``longest`` letters as numbers; a shorter text is a run of its own."""
    row = np.frombuffer(letters(text).encode("utf-32-le"), np.uint32).astype(np.int64) % _CODES
    if len(row) < shortest:
        return np.array([int("".join(f"{code:04d}" for code in row))] if len(row) else [], np.int64)
    runs = []
    for size in range(shortest, longest + 1):
        run = np.zeros(max(0, len(row) - size + 1), np.int64)
        for place in range(size):
            run = run * _CODES + row[place : len(row) - size + place + 1] if len(run) else run
        runs.append(run)
    return np.concatenate(runs)

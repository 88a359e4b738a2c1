"""Abusive words in what was said or typed: one lexicon, for the bot's warnings, for masking, beeps and alerts.

The text is folded first, so that what is written to get past a filter (시1발, 씨이발, ㅅㅣ발, 개 새 끼) reads like the
plain word; the words themselves are in ``abuse.yaml``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

from ruamel.yaml import YAML

from voicebot.text.rewrite import composed

MASK = "○"

_CONSONANTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_SILENT = _CONSONANTS.index("ㅇ")
_FIRST, _LAST = ord("가"), ord("힣")
_INSIDE = re.compile(r"(?<=[ㄱ-ㅎ가-힣])(?:[0-9]{1,2}|[._~\-*^@#+=:;'\"`·ㆍー—–ㅡㅣ]{1,4})(?=[ㄱ-ㅣ가-힣])")
_SPACE = re.compile(r"[\s.,?!~…\"'“”‘’()]+")
_LIKE_VOWEL = re.compile(rf"(?<=[{_CONSONANTS}])[l1|!](?=[{_CONSONANTS}가-힣])")
_LETTERS = re.compile(rf"[{_CONSONANTS}][{_VOWELS}]")
_CLOSING = re.compile(rf"[ㄴㄹㅇ](?![{_VOWELS}])")  # others begin the next word: 아ㅅㅂ
_APART = re.compile(r"(?<![^ ])[가-힣](?: [가-힣](?![^ ]))+")
_HANGUL_EIGHT = re.compile(r"(?<=[시씨])8(?=[놈년새아]|$)")


class Span(NamedTuple):
    """Characters ``start`` up to ``end`` of the text that was asked about."""

    start: int
    end: int


def find(text: str) -> list[Span]:
    """The abusive words, in order, none touching another; their time is that of the text's length."""
    return list(_found(text))


def masked(text: str) -> str:
    """What people read: of each abusive word the first letter, rings for the others: 개○○. A lone one is a ring."""
    for start, end in reversed(find(text)):
        word = text[start:end]
        shown = 1 if len(word) > 1 else 0
        rings = "".join(letter if letter.isspace() else MASK for letter in word[shown:])
        text = text[:start] + word[:shown] + rings + text[end:]
    return text


@lru_cache(maxsize=512)  # partials, finals and turns bring the same words to several readers
def _found(text: str) -> tuple[Span, ...]:
    folded = _Folded.of(text)
    abusive, harmless = _lexicon()
    innocent = [match.span() for match in harmless.finditer(folded.text)]
    spans: list[Span] = []
    at = 0
    while (match := abusive.search(folded.text, at)) is not None:
        start, end = match.span()
        at = max(end, start + 1)
        if any(first < end and start < last for first, last in innocent):
            at = start + 1
            continue
        span = Span(folded.offsets[start], folded.offsets[end - 1] + folded.lengths[end - 1])
        if spans and span.start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(span.end, spans[-1].end))
        else:
            spans.append(span)
    return tuple(spans)


class _Folded:
    """A text as the lexicon reads it; each of its characters stands for ``lengths`` of the source at ``offsets``."""

    def __init__(self, text: str, offsets: list[int], lengths: list[int]) -> None:
        self.text, self.offsets, self.lengths = text, offsets, lengths

    @classmethod
    def of(cls, source: str) -> _Folded:
        together, offsets = composed(source)
        starts = offsets or list(range(len(together) + 1))
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in together)
        folded = cls(lower, starts[:-1], [end - start for start, end in pairwise(starts)])
        folded._sub(_HANGUL_EIGHT, "팔")
        folded._sub(_LIKE_VOWEL, "ㅣ")
        folded._sub(_LETTERS, None)
        folded._sub(_INSIDE, "")
        folded._sub(_SPACE, " ")
        folded._strip()
        folded._close_syllables()
        folded._shorten()
        folded._join_apart()
        return folded

    def _sub(self, pattern: re.Pattern[str], by: str | None) -> None:
        """Each match becomes the one letter ``by``, nothing where that is empty, their syllable where it is None."""
        for match in reversed(list(pattern.finditer(self.text))):
            start, end = match.span()
            self._put(start, end, _syllable(match.group()) if by is None else by)

    def _put(self, start: int, end: int, letter: str) -> None:
        first, last = self.offsets[start], self.offsets[end - 1] + self.lengths[end - 1]
        self.text = self.text[:start] + letter + self.text[end:]
        self.offsets[start:end] = [first] * len(letter)
        self.lengths[start:end] = [last - first] * len(letter)

    def _strip(self) -> None:
        if self.text.endswith(" "):
            self._put(len(self.text) - 1, len(self.text), "")
        if self.text.startswith(" "):
            self._put(0, 1, "")

    def _close_syllables(self) -> None:
        """바ㄹ is 발."""
        for match in reversed(list(_CLOSING.finditer(self.text))):
            at = match.start()
            parts = _parts(self.text[at - 1]) if at else None
            if parts is not None and not parts[2]:
                self._put(at - 1, at + 1, _compose(parts[0], parts[1], _FINALS.index(match.group())))

    def _shorten(self) -> None:
        """씨이이 is 씨, 바아알 is 발: a silent syllable goes on with the vowel in front of it."""
        for at in range(len(self.text) - 1, 0, -1):
            before, this = _parts(self.text[at - 1]), _parts(self.text[at])
            if before and this and not before[2] and this[0] == _SILENT and this[1] == before[1]:
                self._put(at - 1, at + 1, _compose(before[0], before[1], this[2]))

    def _join_apart(self) -> None:
        for match in reversed(list(_APART.finditer(self.text))):
            for at in range(match.end() - 1, match.start(), -1):
                if self.text[at] == " ":
                    self._put(at, at + 1, "")


def _parts(letter: str) -> tuple[int, int, int] | None:
    """Initial, vowel and final of a syllable by number."""
    if not _FIRST <= ord(letter) <= _LAST:
        return None
    initial, rest = divmod(ord(letter) - _FIRST, 588)
    return initial, *divmod(rest, 28)


def _compose(initial: int, vowel: int, final: int) -> str:
    return chr(_FIRST + (initial * 21 + vowel) * 28 + final)


def _syllable(letters: str) -> str:
    return _compose(_CONSONANTS.index(letters[0]), _VOWELS.index(letters[1]), 0)


@cache
def _lexicon() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lists = YAML(typ="safe", pure=True).load(
        resources.files("voicebot.text").joinpath("abuse.yaml").read_text(encoding="utf-8")
    )
    return re.compile("|".join(lists["abusive"])), re.compile("|".join(lists["harmless"]))

"""Whether a number with its counter is meant as one: 사장, 이 분, 세배 and 네 명의 변경 look it and are not."""

from __future__ import annotations

import re

from voicebot.text.counters import Counter, Lone
from voicebot.text.endings import stands_alone
from voicebot.text.lookalikes import (
    BARE,
    BUTTON_OR_EXIT,
    COUNTED,
    LASTING,
    NOT_BEFORE,
    NOUN_AFTER_LONE,
    word_before_a_guess,
)
from voicebot.text.numbers import DIGIT, DIGITS, NATIVE_OLD, NATIVE_ONES, UNIT, Numeral

_VALUES = {word: value for word, value in (*NATIVE_ONES.items(), *DIGITS.items()) if value}


def is_guess(text: str, at: int, value: int) -> bool:
    """Whether the word before makes the number vague: 몇 천 원, 삼 사 일, 두 세 개."""
    word = word_before_a_guess(text, at)
    if word is None:
        return False
    return word not in _VALUES or str(value)[0] == str(_VALUES[word] + 1)


def is_other_word(text: str, surface: str, end: int) -> bool:
    """Whether what follows ``end`` gives ``surface`` another meaning: 십분 이해합니다."""
    following = NOT_BEFORE.get(surface)
    return following is not None and following.match(text, end) is not None


# ---- Sino-Korean


def sino_is_meant(
    text: str, at: int, numeral: Numeral, counter: Counter, found: re.Match[str], *, in_order: bool
) -> bool:
    """Whether a Sino-Korean number from ``at`` and the counter ``found`` behind it mean what they say.

    ``found`` has the space between them as its first group and the counter as its second. ``in_order`` tells that the
    counter belongs to its neighbours, as 분 after 시: then what only might be a number is one.
    """
    end, spaced = found.end(), bool(found[1])
    surface = text[at:end]
    if not _is_possible(text, at, numeral, counter) or is_other_word(text, surface, end):
        return False
    if in_order:
        return True
    if is_guess(text, at, numeral.value):
        return False
    if surface == "이번":
        return BUTTON_OR_EXIT.match(text, end) is not None
    if surface in COUNTED:
        return counter.word in _DURATIONS and LASTING.match(text, end) is not None
    if numeral.end - at > 1:
        return spaced or not _begins_a_word(text[at : numeral.end], counter)
    return _lone_is_meant(text, at, numeral, counter, found)


_DURATIONS = ("분", "일", "주", "초")
_SPLIT = re.compile(f"[{DIGIT}] ([{UNIT}])")
_FIRST_SINO_HOUR = 10


def is_split(text: str, at: int, end: int) -> bool:
    """Whether a digit stands apart from its place, as in 이 백만: two million, or "this million"."""
    return _SPLIT.search(text, at, end) is not None


def _is_possible(text: str, at: int, numeral: Numeral, counter: Counter) -> bool:
    value = numeral.value
    if counter.largest is not None and value > counter.largest:
        return False
    if counter.word == "월":
        return value > 0
    if counter.word == "시":
        return value == 0 or value >= _FIRST_SINO_HOUR  # 이시, 사시 and 구시 are words
    split = _SPLIT.search(text, at, numeral.end)
    return not split or (counter.currency and split[1] not in "조경")


def _begins_a_word(numeral: str, counter: Counter) -> bool:
    """Whether a numeral of some syllables, joined to the counter, is rather a word: 구조대, 백사장, 이천동, 구천도."""
    if numeral[1] == "경" or (len(numeral) == 2 and numeral[1] == "조" and not counter.currency):
        return True
    if counter.word in ("동", "면") and numeral[-1] == "천":
        return True  # names of towns
    if counter.word == "도" and (numeral in BARE or numeral[-1] in "천만억"):
        return True  # 도 is also the particle "too"
    return numeral in BARE and counter.lone is Lone.NEVER


def _lone_is_meant(text: str, at: int, numeral: Numeral, counter: Counter, found: re.Match[str]) -> bool:
    """The same for a number of one syllable, which is the most doubtful."""
    spaced = bool(found[1])
    if spaced and NOUN_AFTER_LONE.match(text, found.start(2)):
        return False
    if text[at] in UNIT:
        return spaced or _joins_round_number(text[at], counter)
    if numeral.value == 0:
        return text[at] == "영" and (spaced or counter.word in _AFTER_ZERO)
    if counter.lone is Lone.NEVER or (counter.lone is Lone.SPACED and not spaced):
        return False
    if text[at] == "이" and spaced and counter.pointed_at:
        lasting = counter.word in _DURATIONS and LASTING.match(text, found.end()) is not None
        return lasting or stands_alone(text, at, found.end())
    return True


_AFTER_ZERO = ("시", "번째", "퍼센트", "도", "원", "점")


def _joins_round_number(numeral: str, counter: Counter) -> bool:
    """Whether 십, 백, 천, 만 and 억 count in one word with the counter: 백명, but not 백기, 천호, 억장."""
    if numeral == "억":
        return counter.currency or counter.word in ("명", "년")
    if counter.word.startswith("년"):
        return numeral == "십"  # 백년, 천년 and 만년 are "for ever"
    return counter.lone is not Lone.SPACED and not counter.word.startswith("호")


# ---- native

_AFTER_YES = frozenset(("개", "명", "시", "시간", "번", "번째", "장", "건", "자리", "가지", "대"))
_SENTENCE_START = re.compile(r"(?:^|[.?!,…])\s*\Z")
_COUNTED_THE_OLD_WAY = ("달", "장", "잔")


def native_is_meant(text: str, start: int, numeral: Numeral, counter: Counter, found: re.Match[str]) -> bool:
    """The same for a native number: 두 개, but not 두통, and not 네 in 네 명의 변경이요 ("yes")."""
    spoken, surface = text[start : numeral.end], text[start : found.end()]
    if not counter.heard_native or (counter.largest is not None and numeral.value > counter.largest):
        return False
    if numeral.value == 1 and not counter.one:
        return False
    if spoken in NATIVE_OLD and counter.word not in _COUNTED_THE_OLD_WAY:
        return False
    if numeral.value > 100 and 0 < numeral.value % 100 < 10 and not found[1]:
        return False  # 백두대간
    if spoken[-1] in "나둘셋넷" or surface in COUNTED or is_guess(text, start, numeral.value):
        return False
    if is_other_word(text, surface, found.end()):
        return False
    if numeral.value < 10 and NOUN_AFTER_LONE.match(text, found.start(2)):
        return False
    says_yes = spoken == "네" and found[1] and _SENTENCE_START.search(text[max(0, start - 2) : start])
    return not says_yes or counter.word in _AFTER_YES

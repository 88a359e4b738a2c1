"""From spoken to written Korean (inverse text normalization): 삼만 오천 원 becomes 35,000원.

The scanner looks at the start of every word for a number. What it finds there is one of four things, tried in this
order: digits dictated one by one, a Sino-Korean number with or without its counter, a native number with its counter,
or an irregular word (유월, 반). A number is believed only if its word ends properly behind it, so that 이상하네요 and
사과 stay (``endings``); the doubtful cases, such as 이 분, 사장 and 이천, are settled in ``doubts`` and ``lookalikes``.
"""

from __future__ import annotations

import re

from voicebot.text.bare import read_bare, read_bare_figure, read_dashed
from voicebot.text.counted import closes, leads_on, read_counted, read_day, read_figure, read_native_counted
from voicebot.text.counters import COUNTERS, Found
from voicebot.text.dictation import DASH, FILLER, read_dictation
from voicebot.text.endings import ends_counter, ends_number, is_hangul, stands_alone
from voicebot.text.numbers import (
    DIGIT,
    NATIVE_OLD,
    NATIVE_ONES,
    NATIVE_TENS,
    UNIT,
    Figure,
    read_decimal,
    read_fraction,
    read_sino,
)
from voicebot.text.rewrite import Edit, Rewritten, composed, rewrite


def to_written(text: str, *, partial: bool = False) -> Rewritten:
    """Write the numbers in spoken Korean as people read them; everything else stays as it is.

    With ``partial``, more words may follow: a number at the end that they could still change stays as spoken until it
    is decided, so that what has been written once is never taken back.
    """
    if not _NUMERAL.search(text):
        return rewrite(text, [])
    scanned, offsets = composed(text)
    if partial:
        scanned = scanned[: _decided(scanned)]
    edits = _scan(scanned)
    if offsets is not None:
        edits = [Edit(offsets[edit.start], offsets[edit.end], edit.text) for edit in edits]
    return rewrite(text, edits)


# ---- the scanner

_SINO_STARTS = f"{DIGIT}{UNIT}마루-"  # 마이너스, 루트
_NATIVE_STARTS = "".join({word[0] for word in (*NATIVE_ONES, *NATIVE_OLD, *NATIVE_TENS)}) + "백천만"
_IRREGULAR_STARTS = "유시첫반"
_STARTS = f"{DIGIT}{UNIT}마루{_NATIVE_STARTS}{_IRREGULAR_STARTS}"
_NUMERAL = re.compile(f"[{_STARTS}\u1100-\u1112]")  # the conjoining consonants may hide one in NFD
_TIME_OF_DAY = "오전|오후|새벽|아침|점심|저녁|밤|낮"
_WORD_START = re.compile(
    rf"(?<![가-힣A-Za-z0-9])(?:(?P<time_of_day>{_TIME_OF_DAY})(?=[{_STARTS}])|(?P<lead>제|총|약)(?=[{DIGIT}{UNIT}])"
    rf"|(?=[{_STARTS}]|- ?[{DIGIT}{UNIT}]))"
)


def _scan(text: str) -> list[Edit]:
    edits: list[Edit] = []
    before: Found | None = None
    at = 0
    while start := _WORD_START.search(text, at):
        items = _numbers_of_word(text, start.end(), before)
        if not items or not _goes_with(start, items[0]):
            at = start.end() + 1
            continue
        for item in items:
            apart = is_hangul(text[item.start - 1 : item.start]) and not start["lead"]
            edits.append(Edit(item.start, item.end, f" {item.text}" if apart else item.text))
        before = items[-1]
        at = before.end
    return edits


_SURE_AFTER_LEAD = 3


def _goes_with(start: re.Match[str], item: Found) -> bool:
    """Whether a number joined to a word in front is one: 오후세시, 총삼만원, 제이십회, but not 약사회, 제한시간."""
    if start["time_of_day"]:
        return item.counter == "시"
    if start["lead"]:
        return item.counter != "" and (start["lead"] == "제" or item.end - item.start >= _SURE_AFTER_LEAD)
    return True


def _numbers_of_word(text: str, start: int, before: Found | None) -> list[Found]:
    """The numbers that make up the word at ``start``: one as a rule, three in 이천이십사년팔월이십팔일."""
    items: list[Found] = []
    while True:
        item = _number(text, items[-1].end if items else start, before)
        if item is None:
            return []
        items.append(item)
        before = item
        ends = ends_counter if item.counter else ends_number
        if ends(text, item.end) and not leads_on(text, item.end, item.counter):
            return items


def _number(text: str, start: int, before: Found | None) -> Found | None:
    left = before.counter if before and text[before.end : start] in ("", " ") else ""
    first = text[start : start + 1]
    found: Found | None = None
    if not first:
        return None
    if first in DIGIT:
        found = read_dictation(text, start)
    if not found and first in _SINO_STARTS:
        found = _sino(text, start, left)
    if not found and first in _NATIVE_STARTS:
        found = read_native_counted(text, start)
    if not found and first in _IRREGULAR_STARTS:
        found = _irregular(text, start, left)
    return found


_SIGN = re.compile("마이너스 ?|- ?")
_ROOT = re.compile("루트 ?")
_AGE = re.compile(" ?(?:세|살|년|개월|일)")


def _sino(text: str, start: int, left: str) -> Found | None:
    """A Sino-Korean number with all that may belong to it: sign, root, fraction, decimals, counter."""
    sign = _SIGN.match(text, start)
    at = sign.end() if sign else start
    minus = "-" if sign else ""
    for fraction in read_fraction(text, at):
        if item := _figure(text, start, minus, fraction):
            return item
    if root := _ROOT.match(text, at):
        at, minus = root.end(), f"{minus}√"
    numerals = read_sino(text, at)
    if not numerals:
        return None
    longest = numerals[-1]
    for decimal in read_decimal(text, longest):
        pointing = text[at : longest.end] == "이" and text[longest.end] == " "  # 이 점 이상해요
        if item := _figure(text, start, minus, decimal, counted_only=pointing):
            return item
    if text[start] == "-" and not stands_alone(text, start, longest.end):
        return None  # the dash of a list
    if at > start and text[at - 1] != " " and text[at : longest.end] in UNIT:
        return None  # 마이너스만, 루트만
    if text.startswith("만 ", at) and _AGE.match(text, longest.end):
        return None  # 만 십팔 세: eighteen full years, not ten thousand and eighteen
    return (
        read_counted(text, start, at, longest, left, minus)
        or read_day(text, start, at, numerals, left)
        or (None if minus else read_dashed(text, start, longest))
        or read_bare(text, start, at, numerals, minus)
    )


def _figure(text: str, start: int, minus: str, figure: Figure, *, counted_only: bool = False) -> Found | None:
    signed = Figure(figure.end, minus + figure.text)
    item = read_figure(text, start, signed)
    return item or (None if counted_only else read_bare_figure(text, start, signed))


_MONTH = re.compile("(유|시)월")
_FIRST = re.compile("첫 ?번째")


def _irregular(text: str, start: int, left: str) -> Found | None:
    if month := _MONTH.match(text, start):
        item = Found(start, month.end(), "6월" if month[1] == "유" else "10월", "월")
        return item if closes(text, item) else None
    if first := _FIRST.match(text, start):
        return Found(start, first.end(), "1번째", "번째")
    if left == "시" and text[start] == "반" and ends_counter(text, start + 1):
        return Found(start, start + 1, "30분", "반")
    return None


# ---- partial transcripts

_COUNTER_WORDS = "|".join(COUNTERS)
_UNDECIDED = re.compile(
    rf"(?<![가-힣A-Za-z0-9])(?:[{_STARTS}-]|{FILLER}|{DASH}|{_TIME_OF_DAY}|{_COUNTER_WORDS}|점|분의|국|제|총|약|몇)"
)
_WORD = re.compile(r"\S+")


def _decided(text: str) -> int:
    """How much of a growing text no further word can change.

    A number may depend on the words that continue it and on the first plain word behind them. So everything up to the
    last complete plain word is decided: a word that begins like no part of a number.
    """
    decided = 0
    for word in _WORD.finditer(text):
        complete = word.end() < len(text)
        if complete and not _UNDECIDED.search(word[0]) and any(char.isalnum() for char in word[0]):
            decided = word.end() + 1
    return decided

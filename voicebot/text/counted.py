"""Numbers with a counter, as they are heard: 삼만 오천 원, 두 시, 시월 십일, 삼 점 오 퍼센트."""

from __future__ import annotations

import re
from decimal import Decimal

from voicebot.text.counters import COUNTERS, FOLLOWED_BY, Counter, Found
from voicebot.text.doubts import native_is_meant, sino_is_meant
from voicebot.text.endings import ends_counter, ends_number
from voicebot.text.lookalikes import FOR_DAYS, LASTING, ON_A_DAY
from voicebot.text.numbers import MYRIADS, Figure, Numeral, read_native, read_sino

COUNTER = re.compile(f"( ?)({'|'.join(sorted(COUNTERS, key=len, reverse=True))})")


def read_counted(text: str, start: int, at: int, numeral: Numeral, left: str, minus: str = "") -> Found | None:
    """A Sino-Korean number from ``at`` (``start``, its sign included) with the counter right behind it.

    ``left`` is the counter of the number just before, or "".
    """
    found = COUNTER.match(text, numeral.end)
    if not found:
        return None
    counter = COUNTERS[found[2]]
    item = _measured(start, found.end(), numeral.value, counter, minus)
    in_order = counter.word in FOLLOWED_BY.get(left, ()) or leads_on(text, found.end(), counter.word, gap=" ")
    meant = sino_is_meant(text, at, numeral, counter, found, in_order=in_order)
    return item if meant and closes(text, item) else None


def read_day(text: str, start: int, at: int, numerals: list[Numeral], left: str) -> Found | None:
    """A last 일 that is no digit but the day: 시월 십일, 이십 일 동안, 이십일까지."""
    longest = numerals[-1]
    if len(numerals) < 2 or text[longest.end - 1] != "일" or not ends_counter(text, longest.end):
        return None
    days = numerals[-2].value
    apart = longest.last_word == longest.end - 1
    dated = (ON_A_DAY if days < _LONGEST_MONTH else FOR_DAYS).match(text, longest.end)
    if left == "월" or dated or (apart and LASTING.match(text, longest.end)):
        return _measured(start, longest.end, days, COUNTERS["일"])
    return None


_LONGEST_MONTH = 31


_DECIMAL_MYRIADS = re.compile(r"(-?\d+\.\d+)([만억조경])")


def read_figure(text: str, start: int, figure: Figure) -> Found | None:
    """A decimal or a fraction with the counter behind it."""
    found = COUNTER.match(text, figure.end)
    if not found or not ends_counter(text, found.end()):
        return None
    counter = COUNTERS[found[2]]
    amount = figure.text
    if counter.currency and (myriads := _DECIMAL_MYRIADS.fullmatch(amount)):
        amount = f"{int(Decimal(myriads[1]) * MYRIADS[myriads[2]]):,}"
    return Found(start, found.end(), amount + (counter.written or counter.word), counter.word)


def read_native_counted(text: str, start: int) -> Found | None:
    """A native number with its counter; without one, only what is long enough to be sure: 스물다섯."""
    numeral = read_native(text, start)
    if not numeral:
        return None
    found = COUNTER.match(text, numeral.end)
    if not found:
        sure = numeral.value > 10 and numeral.value % 10 and text[numeral.end - 1] not in "한두세네석넉"
        return Found(start, numeral.end, str(numeral.value)) if sure and ends_number(text, numeral.end) else None
    counter = COUNTERS[found[2]]
    item = _measured(start, found.end(), numeral.value, counter)
    return item if native_is_meant(text, start, numeral, counter, found) and closes(text, item) else None


def _measured(start: int, end: int, value: int, counter: Counter, minus: str = "") -> Found:
    amount = f"{value:,}" if counter.currency else str(value)
    return Found(start, end, minus + amount + (counter.written or counter.word), counter.word)


# ---- words made of several numbers: 이천이십육년삼월일일, 두시반

_MONTH_OR_HALF = re.compile("([유시]월)|(반)")


def closes(text: str, item: Found) -> bool:
    """Whether the word ends after ``item``, or goes on with the number that belongs behind it."""
    return ends_counter(text, item.end) or leads_on(text, item.end, item.counter)


def leads_on(text: str, end: int, counter: str, gap: str = "") -> bool:
    """Whether a number that belongs behind ``counter`` follows ``gap`` at ``end``: 이십오년삼월, and 이동 삼백일호."""
    wanted = FOLLOWED_BY.get(counter)
    if not wanted or not text.startswith(gap, end):
        return False
    at = end + len(gap)
    if irregular := _MONTH_OR_HALF.match(text, at):
        following = "월" if irregular[1] else "반"
        return following in wanted and _goes_on(text, irregular.end(), following)
    numerals = read_sino(text, at)
    native = None if numerals else read_native(text, at)
    for numeral in (*numerals[-1:], *((native,) if native else ())):
        found = COUNTER.match(text, numeral.end)
        if found and found[2] in wanted:
            return _goes_on(text, found.end(), found[2])
    day = len(numerals) > 1 and text[numerals[-1].end - 1] == "일"
    return day and "일" in wanted and _goes_on(text, numerals[-1].end, "일")


def _goes_on(text: str, end: int, counter: str) -> bool:
    return ends_counter(text, end) or leads_on(text, end, counter)

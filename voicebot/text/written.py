"""From spoken to written Korean (inverse text normalization): 삼만 오천 원 becomes 35,000원.

The scanner looks at the start of every word for a number. What it finds there is one of four things, tried in this
order: digits dictated one by one, a Sino-Korean number with or without its counter, a native number with its counter,
or an irregular word (유월, 반). A number is believed only if its word ends properly behind it, so that 이상하네요 and
사과 stay; the doubtful cases (이 분, 사장, 이천) are settled by ``counters`` and ``lookalikes``.
"""

from __future__ import annotations

import re

from .counters import COUNTERS, FOLLOWED_BY, Counted, Counter, Lone
from .dictation import DASH, FILLER, read_dictation
from .endings import COPULA_AFTER_I, ends_counter, ends_number, is_hangul
from .lookalikes import BARE, COUNTED, LASTING, NOT_BEFORE, NOUN_AFTER_LONE, ON_A_DAY, POINTED_AT, SAID_ALONE, VAGUE
from .numbers import (
    DIGIT,
    DIGITS,
    MYRIADS,
    NATIVE_OLD,
    NATIVE_ONES,
    NATIVE_TENS,
    UNIT,
    Figure,
    Numeral,
    read_decimal,
    read_fraction,
    read_native,
    read_sino,
)
from .rewrite import Edit, Rewritten, composed, rewrite


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


_STARTS = DIGIT + UNIT + "한두세석네넉다여일아열스서마쉰예첫유시루반"
_STARTS_SET = frozenset(_STARTS)
_NUMERAL = re.compile(f"[{_STARTS}\u1100-\u1112]")
_HOUR_LEAD = "오전|오후|새벽|아침|점심|저녁|밤|낮"
_WORD_START = re.compile(
    rf"(?<![가-힣A-Za-z0-9])(?:(?P<hour>{_HOUR_LEAD})(?=[{_STARTS}])|(?P<lead>제|총|약)(?=[{DIGIT}{UNIT}])"
    rf"|(?=[{_STARTS}]|- ?[{DIGIT}{UNIT}]))"
)


def _scan(text: str) -> list[Edit]:
    edits: list[Edit] = []
    before: Counted | None = None
    at = 0
    while start := _WORD_START.search(text, at):
        items = _joined(text, start.end(), before)
        if items and not _goes_with(start, items[0]):
            items = []
        for item in items:
            space = " " if is_hangul(text[item.start - 1 : item.start]) and not start["lead"] else ""
            edits.append(Edit(item.start, item.end, space + item.text))
        at = items[-1].end if items else start.end() + 1
        before = items[-1] if items else before
    return edits


def _goes_with(start: re.Match[str], item: Counted) -> bool:
    """Whether a number joined to a word in front is one: 오후세시, 총삼만원, 제이십회, but not 약사회, 제한시간."""
    if start["hour"]:
        return item.counter == "시"
    if start["lead"]:
        return item.counter != "" and (start["lead"] == "제" or item.end - item.start >= _SURE_AFTER_LEAD)
    return True


_SURE_AFTER_LEAD = 4


def _joined(text: str, start: int, before: Counted | None) -> list[Counted]:
    """The numbers that make up the word at ``start``: one as a rule, three in 이천이십사년팔월이십팔일."""
    items: list[Counted] = []
    at = start
    while True:
        item = _item(text, at, before)
        if item is None:
            return []
        items.append(item)
        before, at = item, item.end
        if not _continues(text, item) and (ends_counter(text, at) if item.counter else ends_number(text, at)):
            return items


def _item(text: str, start: int, before: Counted | None, wanted: tuple[str, ...] = ()) -> Counted | None:
    """The number at ``start``; one that ends in a counter of ``wanted``, if that is not empty."""
    left = before.counter if before and text[before.end : start] in ("", " ") else ""
    first = text[start]
    found: Counted | None = None
    if first in DIGIT:
        found = read_dictation(text, start)
    if not found and first in _SINO_STARTS:
        found = _sino(text, start, left, wanted)
    if not found and first in _NATIVE_STARTS:
        found = _native(text, start, wanted)
    if not found and first in _IRREGULAR_STARTS:
        found = _irregular(text, start, left)
    return None if found and wanted and found.counter not in wanted else found


_SINO_STARTS = DIGIT + UNIT + "마루-"
_NATIVE_STARTS = "".join({word[0] for word in (*NATIVE_ONES, *NATIVE_OLD, *NATIVE_TENS)}) + "백천만"
_IRREGULAR_STARTS = "유시첫반"


# ---- Sino-Korean numbers

_SIGN = re.compile("마이너스 ?|- ?")
_ROOT = re.compile("루트 ?")
_COUNTER = re.compile(f"( ?)({'|'.join(sorted(COUNTERS, key=len, reverse=True))})")


def _sino(text: str, start: int, left: str, wanted: tuple[str, ...]) -> Counted | None:
    sign = _SIGN.match(text, start)
    at = sign.end() if sign else start
    minus = "-" if sign else ""
    for fraction in read_fraction(text, at):
        if item := _figure(text, start, Figure(fraction.end, minus + fraction.text)):
            return item
    if root := _ROOT.match(text, at):
        at, minus = root.end(), f"{minus}√"
    numerals = read_sino(text, at)
    if not numerals:
        return None
    longest = numerals[-1]
    if text.startswith("만 ", at) and _AGE.match(text, longest.end):
        return None  # 만 십팔 세: eighteen full years, not ten thousand and eighteen
    if at > start and text[at - 1] != " " and text[at : longest.end] in UNIT:
        return None  # 마이너스만, 루트만
    for decimal in read_decimal(text, longest):
        pointing = text[at : longest.end] == "이" and text[longest.end] == " "
        if item := _figure(text, start, Figure(decimal.end, minus + decimal.text), counted_only=pointing):
            return item
    if text[start] == "-" and not _all_there_is(text, start, longest.end):
        return None
    return (
        _counted(text, start, at, longest, left, minus, wanted)
        or _day(text, start, at, numerals, left)
        or (None if minus else _dashed(text, start, longest))
        or _bare(text, start, at, numerals, minus)
    )


_AGE = re.compile(" ?(?:세|살|년|개월|일)")


def _figure(text: str, start: int, figure: Figure, *, counted_only: bool = False) -> Counted | None:
    """A decimal or a fraction, with its counter where there is one."""
    found = _COUNTER.match(text, figure.end)
    if found and ends_counter(text, found.end()):
        counter = COUNTERS[found[2]]
        amount = figure.text
        if counter.currency and amount[-1] in MYRIADS:
            amount = f"{round(float(amount[:-1]) * MYRIADS[amount[-1]]):,}"
        return Counted(start, found.end(), amount + (counter.written or counter.word), counter.word)
    particle = text[figure.end - 1] == "이" and (
        COPULA_AFTER_I.match(text, figure.end)
        or (text[figure.end - 2] == "점" and not _all_there_is(text, start, figure.end))  # 백 점이 나왔어요
    )
    if counted_only or particle or not ends_number(text, figure.end):
        return None
    return Counted(start, figure.end, figure.text)


def _counted(
    text: str, start: int, at: int, numeral: Numeral, left: str, minus: str, wanted: tuple[str, ...]
) -> Counted | None:
    """The number with the counter right behind it."""
    found = _COUNTER.match(text, numeral.end)
    if not found or (wanted and found[2] not in wanted):
        return None
    counter = COUNTERS[found[2]]
    item = _measured(start, found.end(), numeral.value, counter, minus)
    if not _believed(text, at, numeral, counter, found, left) or not _ends(text, item):
        return None
    return item


def _measured(start: int, end: int, value: int, counter: Counter, minus: str = "") -> Counted:
    amount = f"{value:,}" if counter.currency else str(value)
    return Counted(start, end, minus + amount + (counter.written or counter.word), counter.word)


def _ends(text: str, item: Counted) -> bool:
    return ends_counter(text, item.end) or _continues(text, item)


def _continues(text: str, item: Counted) -> bool:
    """Whether the word goes on with the number that belongs behind ``item``: 이십오년삼월."""
    if item.counter not in FOLLOWED_BY or text[item.end : item.end + 1] not in _STARTS_SET:
        return False
    return _item(text, item.end, item, FOLLOWED_BY[item.counter]) is not None


def _believed(text: str, at: int, numeral: Numeral, counter: Counter, found: re.Match[str], left: str) -> bool:
    """Whether a Sino-Korean number and its counter mean what they say."""
    value, spaced = numeral.value, bool(found[1])
    if counter.largest is not None and value > counter.largest:
        return False
    if counter.word == "월" and not value:
        return False
    if (split := _SPLIT.search(text, at, numeral.end)) and not (counter.currency and split[1] not in "조경"):
        return False
    surface = text[at : found.end()]
    if (block := NOT_BEFORE.get(surface)) and block.match(text, found.end()):
        return False
    if counter.word in FOLLOWED_BY.get(left, ()) or _leads_on(text, found.end(), counter.word):
        return True
    if _is_vague(text, at, value):
        return False
    if surface == "이번":
        return POINTED_AT.match(text, found.end()) is not None
    if surface in COUNTED:
        return counter.word in _DURATIONS and LASTING.match(text, found.end()) is not None
    if counter.word == "시" and 0 < value < 10:
        return False  # hours up to twelve are native: 이시, 사시 and 구시 are words
    if numeral.end - at > 1:
        return spaced or counter.currency or not _names_something(text[at : numeral.end], counter)
    if spaced and NOUN_AFTER_LONE.match(text, found.start(2)):
        return False
    if text[at] in UNIT:
        return spaced or _joins_round_number(text[at], counter)
    if not value:
        return text[at] == "영" and (spaced or counter.word in _AFTER_ZERO)
    if counter.lone is Lone.NEVER or (counter.lone is Lone.SPACED and not spaced):
        return False
    if text[at] == "이" and spaced and counter.pointed_at:
        lasting = counter.word in _DURATIONS and LASTING.match(text, found.end()) is not None
        return lasting or _all_there_is(text, at, found.end())
    return True


def _leads_on(text: str, end: int, counter: str) -> bool:
    """Whether the next word is the number that belongs behind ``counter``: 이동 삼백일호."""
    if counter not in FOLLOWED_BY or text[end : end + 1] != " " or text[end + 1 : end + 2] not in _STARTS_SET:
        return False
    return _item(text, end + 1, None, FOLLOWED_BY[counter]) is not None


def _names_something(numeral: str, counter: Counter) -> bool:
    """Whether a numeral of some syllables is a word before it is a number: 구조대, 백사장, 이천동, 구천도."""
    if numeral[-1] in "조경" and len(numeral) == 2:
        return True
    if numeral[-1] == "천" and counter.word in ("동", "면"):
        return True  # names of towns
    if counter.word == "도" and (numeral in BARE or numeral[-1] in "천만억"):
        return True  # 도 is "too" as well
    return numeral in BARE and counter.lone is Lone.NEVER


def _joins_round_number(numeral: str, counter: Counter) -> bool:
    """Whether 십, 백, 천, 만 and 억 count in one word with the counter: 백명, but not 백기, 천구, 억장."""
    if numeral == "억":
        return counter.currency or counter.word in ("명", "년")
    if counter.word.startswith("년"):
        return numeral == "십"
    return counter.lone is not Lone.SPACED and not counter.word.startswith("호")


_DURATIONS = ("분", "일", "주", "초")
_SPLIT = re.compile(f"[{DIGIT}] ([{UNIT}])")  # 이 백만: two million, or this million
_AFTER_ZERO = ("시", "번째", "%", "퍼센트", "도", "원", "점")


def _day(text: str, start: int, at: int, numerals: list[Numeral], left: str) -> Counted | None:
    """A last 일 that is no digit but the day: 시월 십일, 이십 일 동안, 이십일까지."""
    longest = numerals[-1]
    if len(numerals) < 2 or text[longest.end - 1] != "일" or not ends_counter(text, longest.end):
        return None
    number = numerals[-2]
    apart = longest.last_word == longest.end - 1
    if left != "월" and not (number.value <= 31 or apart):
        return None
    if left == "월" or (LASTING if apart else ON_A_DAY).match(text, longest.end):
        return _measured(start, longest.end, number.value, COUNTERS["일"])
    return None


_DASH = re.compile(f" ?(?:{DASH}) ?")
_DASHED_COUNTER = re.compile(" ?(번지|호)")


def _dashed(text: str, start: int, longest: Numeral) -> Counted | None:
    """Two numbers with 다시 between them: 백이십삼 다시 사 is 123-4."""
    dash = _DASH.match(text, longest.end)
    if not dash or dash.end() >= len(text):
        return None
    for second in reversed(read_sino(text, dash.end())):
        if text[dash.end() : second.end] in UNIT:
            return None
        written = f"{longest.value}-{second.value}"
        counter = _DASHED_COUNTER.match(text, second.end)
        if counter and ends_counter(text, counter.end()):
            return Counted(start, counter.end(), written + counter[1], counter[1])
        particle = text[second.end - 1] == "이" and COPULA_AFTER_I.match(text, second.end)
        if not particle and ends_number(text, second.end):
            return Counted(start, second.end, written)
    return None


_RANGE = re.compile("(?:에서|부터|내지) ")


def _bare(text: str, start: int, at: int, numerals: list[Numeral], minus: str) -> Counted | None:
    """A number without a counter; it must be long enough, or all that was said, to be believed."""
    zeros = numerals[-1].value == 0 and _ZEROS.match(text, at)
    if zeros and _all_there_is(text, start, zeros.end()):
        behind = read_sino(text, zeros.end(1))
        if len(behind) > 1 and behind[-1].end == zeros.end():
            return Counted(start, zeros.end(), " ".join([*"0" * len(zeros[1]), str(behind[-1].value)]))
    for numeral in reversed(numerals):
        alone = _all_there_is(text, start, numeral.end)
        if not alone and at < numeral.last_word == numeral.end - 1:
            continue  # 삼백 이 사람
        if text[numeral.end - 1] == "이" and numeral is not numerals[0] and _is_particle(text, numeral, alone):
            continue
        if not alone and text[numeral.end - 1] in MYRIADS and text[numeral.end : numeral.end + 1] == " ":
            return None  # 백만 관객 reads better than 1000000 관객
        if ends_number(text, numeral.end) and (minus or _is_number(text, at, numeral, alone)):
            return Counted(start, numeral.end, f"{minus}{numeral.value}")
    return None


_ZEROS = re.compile(f"([영공]+)([{DIGIT}{UNIT}]+)")


def _is_particle(text: str, numeral: Numeral, alone: bool) -> bool:
    """Whether the last 이 of a number is a particle or the copula: 오천이에요, 만이천이 부족해요."""
    follows_unit = numeral.value % 100 == 2
    if text.startswith("예요", numeral.end):
        return follows_unit  # 삼십이예요 is 32, but 오천이예요 is a misspelt 5000
    return COPULA_AFTER_I.match(text, numeral.end) is not None or (follows_unit and not alone)


def _is_number(text: str, at: int, numeral: Numeral, alone: bool) -> bool:
    surface = text[at : numeral.end]
    if (block := NOT_BEFORE.get(surface)) and block.match(text, numeral.end):
        return False
    if alone:
        return surface not in SAID_ALONE and (len(surface) > 1 or _LONE_ANSWER.match(text, numeral.end) is not None)
    if len(surface) < 2:
        return surface not in "일이" and surface not in UNIT and _is_range(text, numeral.end)
    if surface in BARE or _SPLIT.search(surface) or _is_vague(text, at, numeral.value):
        return False
    return surface[1] not in "조경" or len(surface) > 4  # 구조, 이경백


def _is_range(text: str, end: int) -> bool:
    """Whether a counted number follows as the upper end of a range: 삼에서 오 일."""
    to = _RANGE.match(text, end)
    numerals = read_sino(text, to.end()) if to else []
    return bool(to and numerals) and _counted(text, to.end(), to.end(), numerals[-1], "", "", ()) is not None


_LONE_ANSWER = re.compile("이요|이에요|입니다|(?![가-힣])")


def _all_there_is(text: str, start: int, end: int) -> bool:
    """Whether nothing but particles and punctuation surrounds the number."""
    return not text[:start].strip() and _NOTHING_MORE.match(text, end) is not None


_NOTHING_MORE = re.compile(r"[가-힣]{0,4}[\s.,?!…]*\Z")
_VALUES = {word: value for word, value in (*NATIVE_ONES.items(), *DIGITS.items()) if value}


def _is_vague(text: str, at: int, value: int) -> bool:
    """Whether the word before makes the number a guess: 몇 천 원, 삼 사 일, 두 세 개."""
    before = VAGUE.search(text[max(0, at - 4) : at])
    if not before:
        return False
    word = before.group().strip()
    return word not in _VALUES or str(value)[0] == str(_VALUES[word] + 1)


# ---- native numbers

_AFTER_YES = frozenset("개 명 시 시간 번 번째 장 건 자리 가지 대".split())
_SENTENCE_START = re.compile(r"(?:^|[.?!,…])\s*\Z")


def _native(text: str, start: int, wanted: tuple[str, ...]) -> Counted | None:
    numeral = read_native(text, start)
    if not numeral:
        return None
    found = _COUNTER.match(text, numeral.end)
    if not found:
        surface = text[start : numeral.end]
        told = numeral.value > 10 and numeral.value % 10 and surface[-1] not in "한두세네석넉"
        return Counted(start, numeral.end, str(numeral.value)) if told and ends_number(text, numeral.end) else None
    if wanted and found[2] not in wanted:
        return None
    counter = COUNTERS[found[2]]
    item = _measured(start, found.end(), numeral.value, counter)
    return item if _native_believed(text, start, numeral, counter, found) and _ends(text, item) else None


def _native_believed(text: str, start: int, numeral: Numeral, counter: Counter, found: re.Match[str]) -> bool:
    surface = text[start : found.end()]
    if not counter.heard_native or (counter.largest is not None and numeral.value > counter.largest):
        return False
    if numeral.value == 1 and not counter.one:
        return False
    if surface[: numeral.end - start] in NATIVE_OLD and counter.word not in ("달", "장", "잔"):
        return False
    if numeral.value > 100 and 0 < numeral.value % 100 < 10 and not found[1]:
        return False  # 백두대간
    if text[numeral.end - 1] in "나둘셋넷" or surface in COUNTED or _is_vague(text, start, numeral.value):
        return False
    if (block := NOT_BEFORE.get(surface)) and block.match(text, found.end()):
        return False
    if numeral.value < 10 and NOUN_AFTER_LONE.match(text, found.start(2)):
        return False
    is_yes = text[start] == "네" and found[1] and _SENTENCE_START.search(text[max(0, start - 2) : start])
    return not is_yes or counter.word in _AFTER_YES


# ---- irregular words

_MONTH = re.compile("(유|시)월")
_FIRST = re.compile("첫 ?번째")
_HALF = re.compile("반(?:에|에는|까지|부터|쯤|쯤에|경|경에|정도|정도에|으로|이요|이에요|입니다|이고|인데|인데요|전|이나|이면)?(?![가-힣])")


def _irregular(text: str, start: int, left: str) -> Counted | None:
    if month := _MONTH.match(text, start):
        item = Counted(start, month.end(), "6월" if month[1] == "유" else "10월", "월")
        return item if _ends(text, item) else None
    if first := _FIRST.match(text, start):
        return Counted(start, first.end(), "1번째", "번째")
    if left == "시" and _HALF.match(text, start):
        return Counted(start, start + 1, "30분", "반")
    return None


# ---- partial transcripts

_UNDECIDED = re.compile(rf"[{_STARTS}-]|(?:{FILLER}|{DASH}|{_HOUR_LEAD}|{'|'.join(COUNTERS)}|점|분의|국|제|총|약|몇)")
_WORD = re.compile(r"\S+")


def _decided(text: str) -> int:
    """How much of a growing text no further word can change.

    A number may depend on the words that continue it and on the first plain word behind them, so everything up to the
    last complete plain word is decided.
    """
    end = 0
    for word in _WORD.finditer(text):
        complete = word.end() < len(text)
        if complete and not _UNDECIDED.match(word[0]) and any(char.isalnum() for char in word[0]):
            end = word.end() + 1
    return end

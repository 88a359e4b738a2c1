"""Korean numerals, both ways.

Korean counts in two systems. Sino-Korean (일 이 삼) has places 십 백 천 inside groups of ten thousand named 만 억 조
경, and is also read digit by digit (공일공). Native numerals (하나 둘) go to 99 and shorten before a noun (한 두).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

DIGITS = {"영": 0, "공": 0, "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6, "칠": 7, "팔": 8, "구": 9}
PLACES = {"십": 10, "백": 100, "천": 1000}
MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16}
NATIVE_TENS = {
    "열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90,
}  # fmt: skip
NATIVE_ONES = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}  # fmt: skip
NATIVE_ALONE = {"하나": 1, "둘": 2, "셋": 3, "넷": 4}
NATIVE_OLD = {"석": 3, "넉": 4}  # 석 달, 넉 장

LARGEST = 10**20 - 1  # 9999경 9999조 9999억 9999만 9999
DIGIT = "".join(DIGITS)
UNIT = "".join((*PLACES, *MYRIADS))

_DIGIT_NAMES = "영일이삼사오육칠팔구"
_PLACE_NAMES = ("", "십", "백", "천")
_MYRIAD_NAMES = ("", "만", "억", "조", "경")


# ---- from figures to words


def sino(value: int, gap: str = " ") -> str:
    """``35000`` as 삼만 오천, with ``gap`` between groups of ten thousand; 0 up to ``LARGEST``.

    One is not said before a place nor before 만 (만 오천, 천만), but it is before 억 and above (일억).
    """
    if not 0 <= value <= LARGEST:
        raise ValueError(f"no Korean numeral for {value}: it must be from 0 to {LARGEST}")
    if value == 0:
        return "영"
    groups = []
    for myriad in _MYRIAD_NAMES:
        value, group = divmod(value, 10**4)
        if group:
            groups.append("만" if group == 1 and myriad == "만" else _below_myriad(group) + myriad)
    return gap.join(reversed(groups))


def _below_myriad(value: int) -> str:
    said = ""
    for place in _PLACE_NAMES:
        value, digit = divmod(value, 10)
        if digit:
            said = ("" if digit == 1 and place else _DIGIT_NAMES[digit]) + place + said
    return said


def digit_by_digit(digits: str, zero: str = "영") -> str:
    """``"7890"`` as 칠팔구영; telephones say 공 for ``zero``."""
    return "".join(zero if digit == "0" else _DIGIT_NAMES[int(digit)] for digit in digits)


def native(value: int) -> str:
    """The native numeral before a noun: 세 for 3, 스무 for 20, 스물한 for 21; 1 up to 99."""
    return _NATIVE_BEFORE_NOUN[value]


def _native_before_noun() -> Iterator[tuple[int, str]]:
    tens = {value: name for name, value in NATIVE_TENS.items()} | {0: ""}
    ones = {value: name for name, value in NATIVE_ONES.items()} | {0: ""}
    for value in range(1, 100):
        yield value, "스무" if value == 20 else tens[value // 10 * 10] + ones[value % 10]


_NATIVE_BEFORE_NOUN = dict(_native_before_noun())


# ---- from words to figures


class Numeral(NamedTuple):
    """A numeral found in text: where it ends, and its value.

    ``last_word`` is where its last word starts: 삼백 이 ends in a word of its own, 이.
    """

    end: int
    value: int
    last_word: int


# A hesitation may stand between the words of a number: 삼만 어 오천 원. Dictation allows more of them.
HESITATION = "어+|으?음+|아+|으+|엄+|그|저|저기"
_GAP = re.compile(rf",? (?:(?:{HESITATION})[,.…]* )*")


def read_sino(text: str, start: int) -> list[Numeral]:
    """Every place after ``start`` where a Sino-Korean numeral could end, nearest first; empty if there is none.

    삼만 오천 gives 3, 30000, 30005 and 35000. Spaces and hesitations are allowed after a place or a 만, and where a
    recognizer has split 삼 백만.
    """
    found: list[Numeral] = []
    total = group = 0
    digit: int | None = None
    below_place, below_myriad = 10**4, 10**20
    last_word = at = start
    while at < len(text):
        char = text[at]
        if char in DIGITS:
            if digit is not None or (DIGITS[char] == 0 and found):
                break
            digit = DIGITS[char]
            if digit == 0:
                return [Numeral(at + 1, 0, start)]
        elif char in PLACES:
            if PLACES[char] >= below_place:
                break
            below_place = PLACES[char]
            group += below_place * (1 if digit is None else digit)
            digit = None
        elif char in MYRIADS:
            amount = group + (digit or 0)
            if MYRIADS[char] >= below_myriad or (not amount and (found or char in "조경")):
                break  # 만 and 억 may open a number, 조 and 경 need one before them: 조사, 경유
            below_myriad = MYRIADS[char]
            total += below_myriad * (amount or 1)
            group, digit, below_place = 0, None, 10**4
        elif found and (gap := _GAP.match(text, at)):
            at = gap.end()
            opens_word = text[at : at + 1]
            if not opens_word or opens_word not in (UNIT if digit is not None else DIGIT + UNIT):
                break
            last_word = at
            continue
        else:
            break
        at += 1
        found.append(Numeral(at, total + group + (digit or 0), last_word))
    return found


_ONES = "|".join((*NATIVE_ONES, *NATIVE_OLD, *NATIVE_ALONE))
_NATIVE = re.compile(rf"(스무)|(?:({'|'.join(NATIVE_TENS)})(?: (?=(?:{'|'.join(NATIVE_ONES)}) ?[가-힣]))?)?({_ONES})?")
_NATIVE_UNITS = NATIVE_ONES | NATIVE_OLD | NATIVE_ALONE


def read_native(text: str, start: int) -> Numeral | None:
    """The native numeral at ``start``, after Sino-Korean hundreds if there are any (백스무)."""
    hundreds = 0
    at = start
    above = [numeral for numeral in read_sino(text, start) if numeral.value % 100 == 0 and numeral.value]
    if above and text[start : above[-1].end] not in ("천", "만"):  # 천한 and 만한 are words
        hundreds, at = above[-1].value, above[-1].end
    match = _NATIVE.match(text, at)
    if not match or match.end() == at:
        return None
    twenty, tens, ones = match.groups()
    value = 20 if twenty else NATIVE_TENS.get(tens, 0) + _NATIVE_UNITS.get(ones, 0)
    return Numeral(match.end(), hundreds + value, start)


class Figure(NamedTuple):
    """A number that is more than a numeral, as it is written: ``1.5``, ``-2 1/10``, ``√16``."""

    end: int
    text: str


_SINO = "".join(char for char in DIGIT + UNIT if char not in "영공")
_POINT = re.compile(rf" ?점 ?((?:[{DIGIT}](?: (?=[{DIGIT}](?![가-힣])))?)*[{DIGIT}])(?![십백천])")
_FRACTION = re.compile(
    rf"(?:(?P<whole>[{_SINO}]+)[과와] ?)?(?P<root_below>루트 ?)?(?P<below>[{_SINO}]+)(?P<gap> ?)분의 ?(?P<root>루트 ?)?"
)


def read_decimal(text: str, whole: Numeral) -> list[Figure]:
    """삼점오 as ``3.5``, and 일점오억 as ``1.5억``, where the point follows ``whole``.

    Longest first: a last 이 may be a particle, a last 일 a day.
    """
    point = _POINT.match(text, whole.end)
    if not point:
        return []
    end = point.end()
    figures = []
    if text[end : end + 1] in MYRIADS:
        figures.append(Figure(end + 1, f"{whole.value}.{read_digits(point[1])}{text[end]}"))
    figures.append(Figure(end, f"{whole.value}.{read_digits(point[1])}"))
    if len(read_digits(point[1])) > 1 and text[end - 1] in "이일":
        figures.append(Figure(end - 1, f"{whole.value}.{read_digits(point[1])[:-1]}"))
    return figures


def read_fraction(text: str, start: int) -> list[Figure]:
    """사분의삼 as ``3/4``, 일과 이분의 일 as ``1 1/2``, 구분의 루트 십육 as ``√16/9``; longest first."""
    if text.find("분의", start, start + 24) < 0:
        return []
    match = _FRACTION.match(text, start)
    if not match or (match["below"] == "이" and match["gap"]):  # 이 분의 is also "of this person"
        return []
    below = _whole_run(match["below"])
    whole = _whole_run(match["whole"]) if match["whole"] else None
    above = read_sino(text, match.end())
    if below is None or not above or (match["whole"] and whole is None):
        return []
    tops = [Figure(numeral.end, str(numeral.value)) for numeral in reversed(above)]
    tops = read_decimal(text, above[-1]) + tops
    root, root_below = "√" if match["root"] else "", "√" if match["root_below"] else ""
    head = f"{whole} " if whole is not None else ""
    return [Figure(top.end, f"{head}{root}{top.text}/{root_below}{below}") for top in tops]


def _whole_run(spoken: str) -> int | None:
    found = read_sino(spoken, 0)
    return found[-1].value if found and found[-1].end == len(spoken) else None


def read_digits(spoken: str) -> str:
    """공일공 as ``"010"``; characters that are no digits are left out."""
    return "".join(str(DIGITS[char]) for char in spoken if char in DIGITS)

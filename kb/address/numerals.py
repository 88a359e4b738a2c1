"""Sino-Korean numerals, spelt and read: 146 is 백사십육, and digit by digit 일사육."""

import re
from collections.abc import Iterator

DIGITS = "영일이삼사오육칠팔구"
_PLACES = ((1000, "천"), (100, "백"), (10, "십"))
_TEN_THOUSAND = "만"
_VALUES = {**{digit: value for value, digit in enumerate(DIGITS)}, "공": 0, "륙": 6}
NUMERAL = f"[{''.join(_VALUES)}십백천{_TEN_THOUSAND}]"
"""One syllable of a numeral, as a pattern."""

_DIGIT = f"[{''.join(_VALUES)}]"
_GROUP = "".join(f"(?:({_DIGIT})?{name})?" for _, name in _PLACES)
_COUNTED = re.compile(f"{_GROUP}({_DIGIT})?")
_FEWEST_DICTATED = 3
_HEARD_FOR = {"1": "278", "2": "1", "3": "4", "4": "3", "5": "9", "6": "9", "7": "1", "8": "1", "9": "65"}
_DICTATED = re.compile(f"{_DIGIT}+")


def spelt(number: int) -> str:
    """``number``, 0 to 99,999,999, as it is said: 백사십육."""
    if not number:
        return DIGITS[0]
    upper, lower = divmod(number, 10_000)
    front = (_spelt_group(upper) if upper > 1 else "") + _TEN_THOUSAND if upper else ""
    return front + _spelt_group(lower)


def spelt_by_digits(figures: str) -> str:
    return "".join(DIGITS[int(figure)] for figure in figures)


def value_of(numeral: str) -> int | None:
    """The number that all of ``numeral`` says: 146 for 백사십육 and for 일사육; None where it says none."""
    if not numeral:
        return None
    if _DICTATED.fullmatch(numeral):
        return int("".join(str(_VALUES[digit]) for digit in numeral))
    front, ten_thousand, rest = numeral.rpartition(_TEN_THOUSAND)
    upper = (_value_of_group(front) if front else 1) if ten_thousand else 0
    lower = _value_of_group(rest) if rest else 0
    return None if upper is None or lower is None else upper * 10_000 + lower


def value_of_words(numerals: str) -> int | None:
    """The number that words apart say together: 2130 for 이천 백삼십; None for 백십 이백삼, which are two.

    Digits one by one are a number from three on: 일 팔 삼 구.
    """
    words = numerals.split()
    if len(words) >= _FEWEST_DICTATED and all(map(re.compile(_DIGIT).fullmatch, words)):
        return value_of("".join(words))
    values = [value_of(word) for word in words]
    together = value_of(numerals.replace(" ", ""))
    return together if together is not None and together == sum(value or 0 for value in values) else None


def splits(numerals: str) -> Iterator[tuple[int, int, int]]:
    """The ways to part ``numerals`` in two: syllables of the first, and both values, 406 and 1804 of 사백육천팔백사."""
    for length in range(len(numerals) - 1, 0, -1):
        first, second = value_of(numerals[:length]), value_of(numerals[length:])
        if first and second and not numerals[length:].startswith(("영", "공")):
            yield length, first, second


def alike_numbers(number: int) -> Iterator[int]:
    """Numbers with one digit that is taken for another on the telephone: 118 and 12 for 112."""
    digits = str(number) if number else ""
    for at, digit in enumerate(digits):
        for other in _HEARD_FOR.get(digit, ""):
            yield int(digits[:at] + other + digits[at + 1 :])


def _spelt_group(number: int) -> str:
    said = ""
    for place, name in _PLACES:
        digit, number = divmod(number, place)
        said += ("" if digit == 1 else DIGITS[digit]) + name if digit else ""
    return said + (DIGITS[number] if number else "")


def _value_of_group(numeral: str) -> int | None:
    match = _COUNTED.fullmatch(numeral)
    if not match:
        return None
    value = sum(
        place * (_VALUES[digit] if digit else 1)
        for (place, name), digit in zip(_PLACES, match.groups(), strict=False)
        if name in numeral
    )
    return value + (_VALUES[match[4]] if match[4] else 0)

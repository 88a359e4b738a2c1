"""Which one in a list is meant: 1번, 두 번째 거, 마지막, 위에 거, 둘이요."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from voicebot.dialogue.slots.around import cores
from voicebot.text.numbers import DIGITS, NATIVE_ALONE, NATIVE_ONES


class Place(NamedTuple):
    """``number`` counts from 1; ``bare``: nothing but a number was said."""

    start: int
    end: int
    number: int
    bare: bool = False


_FIRST_AND_LAST = {
    **dict.fromkeys(("첫째", "첫 번째", "첫번째", "처음", "맨 앞", "맨 위", "맨 처음"), 1),
    **dict.fromkeys(("제일 앞", "제일 위", "제일 처음"), 1),
    "둘째": 2, "셋째": 3, "넷째": 4, "다섯째": 5,
    **dict.fromkeys(("마지막", "맨 마지막", "제일 마지막", "맨 끝", "맨 뒤", "맨 아래", "맨 나중"), -1),
    **dict.fromkeys(("끝에", "제일 끝", "제일 뒤"), -1),
}  # fmt: skip
_MIDDLE = ("가운데", "중간")
_OF_TWO = {
    "앞에": 1,
    "앞의": 1,
    "앞쪽": 1,
    "위에": 1,
    "위쪽": 1,
    "전자": 1,
    "먼저": 1,
    "뒤에": 2,
    "뒤의": 2,
    "뒤쪽": 2,
    "아래": 2,
    "후자": 2,
    "나중": 2,
}
_WORDS = (*_FIRST_AND_LAST, *_OF_TWO, *_MIDDLE)
_ORDINAL = re.compile(
    rf"(?<![가-힣])(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True)).replace(' ', ' ?')})"
    r"|(?<![가-힣])(?P<native>두|세|네|다섯) ?번째"
    r"|(?<![\d가-힣,.-])(?P<number>\d{1,2}) ?(?:번째|번(?!지|길))"
    r"|(?<![가-힣])(?P<this>이)번(?=이요|이에요|으로|요|\Z|을)"
)
_NUMBERS = {digit: value for digit, value in DIGITS.items() if value} | NATIVE_ONES | NATIVE_ALONE


def places(text: str, count: int) -> Iterator[Place]:
    """The places that ``text`` names, of ``count``; a number alone where nothing else was said."""
    found = False
    for match in _ORDINAL.finditer(text):
        number = _number(match, count)
        if number:
            found = True
            yield Place(*match.span(), number)
    if not found:
        for start, end in cores(text):
            word = text[start:end]
            number = int(word) if word.isdecimal() and len(word) <= 2 else _NUMBERS.get(word, 0)
            if number:
                yield Place(start, end, number, bare=True)
                return


def _number(match: re.Match[str], count: int) -> int:
    if match["number"]:
        return int(match["number"])
    if match["native"]:
        return NATIVE_ONES[match["native"]]
    if match["this"]:
        return 2  # 이번이요: number two; "this time" is no answer
    word = match["word"]
    if word in _MIDDLE:
        return (count + 1) // 2 if count % 2 else 0
    if word in _OF_TWO:
        return _OF_TWO[word] if count == 2 else 0
    place = {name.replace(" ", ""): number for name, number in _FIRST_AND_LAST.items()}[word.replace(" ", "")]
    return place if place > 0 else count

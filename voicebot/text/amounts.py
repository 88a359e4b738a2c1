"""How figures are said together with what stands behind them: 3개, 35,000원, 1.5%, 12km, 3억, 10~20분.

The readers of this module and of ``spoken`` answer with what is said and where it ends in the text, or with None.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from voicebot.text.counters import COUNTERS, PEOPLE, Counter
from voicebot.text.endings import agreeing_particle, ends_consonant, ends_counter, ends_number
from voicebot.text.latin import CELSIUS, CURRENCIES, CURRENCY, CURRENCY_CODE, FAHRENHEIT, UNIT, said_unit
from voicebot.text.numbers import digit_by_digit, native, sino


class Said(NamedTuple):
    """``text`` is said for the input up to ``end``; ``attached`` text follows what is before it without a space."""

    end: int
    text: str
    attached: bool = False


class _Figure(NamedTuple):
    """A figure: where it ends, how it is said, and its value where it is a whole number without a sign."""

    end: int
    text: str
    value: int | None


_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SIGN = r"(?P<sign>[-−])?"
_PLAIN = re.compile(rf"{_SIGN}(?P<root>√)?(?P<number>{_NUMBER})")
_ABOVE = rf"(?P<root>√)?(?P<above>{_NUMBER})"
_BELOW = rf"(?P<root_below>√)?(?P<below>{_NUMBER})"
_FRACTIONS = (
    re.compile(rf"{_SIGN}(?:(?P<whole>\d+)(?:[과와] ?| ))?{_ABOVE}/{_BELOW}(?![/\d])"),
    re.compile(rf"{_SIGN}(?:(?P<whole>\d+)[과와] ?)?{_BELOW}분의 ?{_ABOVE}"),
)
_LONGEST_AMOUNT = 16  # digits; longer figures number something and are read digit by digit


def read_amount(text: str, start: int) -> Said | None:
    """The figure at ``start`` with its unit, counter or currency."""
    figure = _figure(text, start)
    if not figure:
        return None
    return (
        _with_sign(text, figure)
        or _with_myriads(text, figure)
        or _with_counter(text, figure)
        or _to_the_next(text, start, figure)
        or _bare(text, start, figure)
    )


def read_money(text: str, start: int) -> Said | None:
    """A currency in front of its amount: ₩30조, US$ 1,234."""
    match = _MONEY.match(text, start)
    if not match:
        return None
    name = CURRENCIES[match["currency"].upper()]
    said = f"{say_number(match['number'])}{match['myriad'] or ''} {name}"
    return agreeing(text, match.end(), said)


_MONEY = re.compile(
    rf"(?P<currency>{CURRENCY}) ?(?P<number>{_NUMBER})(?P<myriad>[십백천]?[만억조])?(?:원(?![가-힣]))?",
    re.IGNORECASE,
)


def say_number(figure: str) -> str:
    """``1,234.5`` as 천이백삼십사점오; a figure with leading zeros, or a very long one, digit by digit."""
    whole, _, decimals = figure.replace(",", "").partition(".")
    by_digit = (len(whole) > 1 and whole[0] == "0") or len(whole) > _LONGEST_AMOUNT
    said = digit_by_digit(whole) if by_digit else sino(int(whole))
    return f"{said}점{digit_by_digit(decimals)}" if decimals else said


def agreeing(text: str, end: int, said: str) -> Said:
    """``said``, and a particle behind it in the form its last sound asks for: 4/5이 is 오분의 사가."""
    particle_end, particle = agreeing_particle(said, text, end)
    return Said(particle_end, said + particle)


def _figure(text: str, start: int) -> _Figure | None:
    for pattern in _FRACTIONS:
        if match := pattern.match(text, start):
            return None if _no_sign(text, match) else _Figure(match.end(), _fraction(match), None)
    match = _PLAIN.match(text, start)
    if not match or _no_sign(text, match):
        return None
    number = match["number"].replace(",", "")
    said = ("마이너스 " if match["sign"] else "") + ("루트 " if match["root"] else "") + say_number(number)
    plain = number.isdecimal() and len(number) <= _LONGEST_AMOUNT and not match["sign"] and not match["root"]
    return _Figure(match.end(), said, int(number) if plain else None)


def _no_sign(text: str, match: re.Match[str]) -> bool:
    """Whether a dash in front of a figure joins it to something, as in B-12."""
    before = text[match.start() - 1 : match.start()]
    return match["sign"] is not None and (before.isalnum() or before in (")", "-"))


def _fraction(match: re.Match[str]) -> str:
    below = ("루트 " if match["root_below"] else "") + say_number(match["below"])
    above = ("루트 " if match["root"] else "") + say_number(match["above"])
    said = f"{below}분의 {above}"
    if match["whole"]:
        whole = say_number(match["whole"])
        said = f"{whole}{'과' if ends_consonant(whole) else '와'} {said}"
    return f"마이너스 {said}" if match["sign"] else said


# ---- what stands behind a figure


def _with_sign(text: str, figure: _Figure) -> Said | None:
    """A unit in Latin letters, a sign or a currency code."""
    for pattern, scale in ((CELSIUS, "섭씨"), (FAHRENHEIT, "화씨")):
        if degrees := pattern.match(text, figure.end):
            return agreeing(text, degrees.end(), f"{scale} {figure.text} 도")
    if unit := UNIT.match(text, figure.end):
        return agreeing(text, unit.end(), f"{figure.text} {said_unit(unit['unit'], unit['per'])}")
    if code := CURRENCY_CODE.match(text, figure.end):
        return agreeing(text, code.end(), f"{figure.text} {CURRENCIES[code[1]]}")
    return None


_MYRIADS = re.compile("[십백천]?[만억조경]|[십백천]")
_COUNTERS = COUNTERS | {PEOPLE.word: PEOPLE}
_WRITTEN_COUNTER = re.compile(f"( ?)({'|'.join(sorted(_COUNTERS, key=len, reverse=True))})")


def _with_myriads(text: str, figure: _Figure) -> Said | None:
    """Figures mixed with 천, 만, 억: 3만, 5천 원, 1.5억."""
    place = _MYRIADS.match(text, figure.end)
    if not place:
        return None
    amount = place.group() if figure.value == 1 and place[0][0] in "십백천만" else figure.text + place.group()
    counter = _WRITTEN_COUNTER.match(text, place.end())
    if counter and ends_counter(text, counter.end()):
        return Said(counter.end(), f"{amount} {counter[2]}")
    return Said(place.end(), amount) if ends_number(text, place.end()) else None


def _with_counter(text: str, figure: _Figure) -> Said | None:
    found = _WRITTEN_COUNTER.match(text, figure.end)
    if not found or (found[1] and not ends_counter(text, found.end())):
        return None
    counter = _COUNTERS[found[2]]
    on_the_hour = _NO_MINUTES.match(text, found.end()) if counter.word == "시" else None
    return Said((on_the_hour or found).end(), _counted(figure, counter, text, found.end()))


_NO_MINUTES = re.compile(" ?00분")


def _counted(figure: _Figure, counter: Counter, text: str, end: int) -> str:
    value = figure.value
    if value is None:
        return f"{figure.text} {counter.word}"
    if counter.word == "월" and value in _IRREGULAR_MONTHS:
        return f"{_IRREGULAR_MONTHS[value]}월"
    if counter.word == "번째" and value == 1:
        return "첫 번째"
    up_to = counter.native_up_to
    if counter.word == "번" and _TIMES.match(text, end):
        up_to = _TIMES_UP_TO
    if counter.word == "대" and (value % 10 == 0 or text.startswith(" 보험", end)):
        up_to = 0  # 20대: people in their twenties; 4대 보험: the four public insurances
    number = native(value) if 1 <= value <= up_to else sino(value)
    return f"{number}{counter.word}" if counter.joined_when_said else f"{number} {counter.word}"


_IRREGULAR_MONTHS = {6: "유", 10: "시"}
_TIMES = re.compile(" ?(?:이상|이하|더|째|만에|연속|반복|시도|전화|정도|씩|모두|까지 (?:가능|시도))")
_TIMES_UP_TO = 39


_RANGE_COUNTERS = sorted(COUNTERS.keys() - {"번지", "호", "동", "길", "번길", "호실"}, key=len, reverse=True)
_TO = re.compile(rf"(?: ?[〜~∼–—] ?|-)(?={_NUMBER})")


def _to_the_next(text: str, start: int, figure: _Figure) -> Said | None:
    """The lower end of a range, whose unit is named behind the upper end: 10~20분, 3~4명, 1970〜1980년대."""
    to = _TO.match(text, figure.end)
    upper = _figure(text, to.end()) if to else None
    if not to or not upper:
        return None
    found = _WRITTEN_COUNTER.match(text, upper.end)
    counter = _COUNTERS[found[2]] if found else None
    is_year = counter is not None and counter.word.startswith("년") and (figure.value or 0) >= _FIRST_YEAR
    if is_year or text[start - 1 : start] == "월":
        return Said(to.end(), f"{figure.text}부터 ")
    if counter and counter.word in ("시", "월"):
        return Said(to.end(), f"{_counted(figure, counter, text, to.end())}부터 ")
    if counter and counter.native_up_to:
        return Said(to.end(), f"{_counted(figure, counter, text, to.end())}에서 ")
    return Said(to.end(), f"{figure.text}에서 ")


_FIRST_YEAR = 1000
_DASHED_RANGE = re.compile(rf"\d{{1,4}}-\d{{1,4}} ?({'|'.join(_RANGE_COUNTERS)})")


def is_range(text: str, start: int) -> bool:
    """Whether two figures with a dash between them are a range (2-3일), not a lot number (123-4)."""
    match = _DASHED_RANGE.match(text, start)
    return match is not None and ends_counter(text, match.end())


_DICTATED = re.compile(r"(?:번호|자리|코드|비번|계좌|암호|PIN|핀)(?:는|은|가|이|을|를|로)?[ :]{0,2}\Z")
_LOOK_BACK = 10
_EMERGENCY = ("112", "114", "119")  # police, directory, fire


def _bare(text: str, start: int, figure: _Figure) -> Said:
    digits = text[start : figure.end]
    if digits in _EMERGENCY:
        return agreeing(text, figure.end, digit_by_digit(digits))
    if digits.isdecimal() and len(digits) > 1 and _DICTATED.search(text[max(0, start - _LOOK_BACK) : start]):
        return agreeing(text, figure.end, digit_by_digit(digits))
    return agreeing(text, figure.end, figure.text)

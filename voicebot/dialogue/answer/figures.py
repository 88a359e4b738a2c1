"""The figures of a text, comparable however they are written: 삼천 원 and 3,000원, 이틀 and 2일, 오후 6시 and 18:00."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from voicebot.text import to_written
from voicebot.text.counters import COUNTERS
from voicebot.text.endings import ends_counter
from voicebot.text.telephone import is_telephone

Half = Literal["", "am", "pm"]
Bound = Literal["", "least", "most"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its ``unit`` ("" for none), of a time of day its ``half``, and what it is a ``bound`` of.

    Equal spans have one unit: weeks are days, years are months. ``start`` and ``end`` are offsets in the text as
    :func:`plain` writes it.
    """

    value: Decimal
    unit: str
    half: Half = ""
    bound: Bound = ""
    start: int = 0
    end: int = 0

    def agrees(self, other: "Figure") -> bool:
        """Whether both can mean the same; what one of them leaves open does not part them."""
        return (
            self.value == other.value
            and (self.unit == other.unit or not self.unit or not other.unit)
            and (self.half == other.half or not self.half or not other.half)
            and (self.bound == other.bound or not self.bound or not other.bound)
        )


def plain(text: str) -> str:
    """``text`` with the numbers that are spelled out written in digits."""
    return _ONE.sub(_one, _SPELLED_DAYS.sub(_days, to_written(text).text))


def figures(written: str) -> list[Figure]:
    """The figures of a text that :func:`plain` wrote, in order."""
    found = [*_telephones(written)]
    taken = [(figure.start, figure.end) for figure in found]
    for figure in [*_clock_times(written), *_named_days(written), *_counted(written)]:
        if not any(start < figure.end and figure.start < end for start, end in taken):
            found.append(figure)
            taken.append((figure.start, figure.end))
    return sorted(found, key=lambda figure: figure.start)


def unfounded(said: Iterable[Figure], known: Iterable[Figure]) -> Figure | None:
    """The first of ``said`` that none of the ``known`` agrees with."""
    known = list(known)
    return next((figure for figure in said if not any(figure.agrees(other) for other in known)), None)


# ---- numbers that are words

_DAYS = dict(
    zip("하루 이틀 사흘 나흘 닷새 엿새 이레 여드레 아흐레 열흘 보름".split(), (*range(1, 11), 15), strict=True)
)
_SPELLED_DAYS = re.compile(rf"(?<![가-힣])(?:{'|'.join(_DAYS)})(?!종일|하루)")
_ONE = re.compile(r"(?<![가-힣])(?:한|일)( ?(?:장|개월|개|대|명|달|시간|시|곳|자리|벌|켤레|통|건|해|주일|주))")


def _one(found: re.Match[str]) -> str:
    return f"1{found[1]}" if ends_counter(found.string, found.end()) else found.group()


def _days(found: re.Match[str]) -> str:
    return f"{_DAYS[found.group()]}일"


_NAMED = {
    "당일": "당일|그날",
    "다음날": "다음 ?날|익일|이튿날",
    "내일": "내일",
    "모레": "모레",
    "다음주": "다음 ?주(?!문)",
    "이번주": "이번 ?주",
    "다음달": "다음 ?달|익월",
    "이번달": "이번 ?달|당월",
    "말일": "말일",
}
_WEEKDAYS = "월화수목금토일"
_WEEKDAY = re.compile(f"([{_WEEKDAYS}])요일")
_NAMED_DAY = re.compile("|".join(f"(?P<{day}>{form})" for day, form in _NAMED.items()))


def _named_days(text: str) -> Iterator[Figure]:
    for found in _NAMED_DAY.finditer(text):
        yield Figure(Decimal(1), found.lastgroup or "", start=found.start(), end=found.end())
    for found in _WEEKDAY.finditer(text):
        bound = _bound(_BOUND.match(text, found.end()))
        yield Figure(Decimal(_WEEKDAYS.index(found[1])), "요일", "", bound, found.start(), found.end())


# ---- numbers

_UNITS = sorted(
    {*COUNTERS, *(counter.written for counter in COUNTERS.values() if counter.written), "달러", "배송"}, key=len
)
_UNIT = "|".join(map(re.escape, reversed(_UNITS)))
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_COUNTED = re.compile(
    rf"(?P<half>오전|오후|새벽|아침|낮|저녁|밤)?\s?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<myriad>[억만]))?(?:(?P<thousand>천|백)|\s?(?P<more>{_NUMBER})(?P<more_unit>천|백)?(?=\s?원))?"
    rf"(?:\s?(?P<unit>%|{_UNIT})|\s?[~∼〜-]\s?(?=(?P<range>(?:{_NUMBER})\s?(?P<range_unit>%|{_UNIT}))))?"
)
_MYRIADS = {"억": Decimal(10**8), "만": Decimal(10**4), None: Decimal(1)}
_THOUSANDS = {"천": Decimal(1000), "백": Decimal(100), None: Decimal(1)}
_SAME_UNIT = {"퍼센트": "%", "프로": "%", "달": "개월", "회": "번", "일간": "일", "주간": "주"}
_SPANS = {"주": ("일", 7), "주일": ("일", 7), "년": ("개월", 12)}
_LEAST = r"이상|부터|이후|이 ?넘|을 ?넘|초과|뒤|후|이? ?지나|이? ?지난"
_MOST = r"이하|까지|이내|미만|안에|안(?!\s?(?:되|돼|됩))|내에|전|아래|보다 ?(?:적|낮|작|모자)|이 ?(?:안 ?되|되지 ?않)"
_BOUND = re.compile(rf"\s?(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))")
_FIRST_YEAR = 1900


def _counted(text: str) -> Iterator[Figure]:
    for found in _COUNTED.finditer(text):
        value = _decimal(found["number"]) * _MYRIADS[found["myriad"]] * _THOUSANDS[found["thousand"]]
        if found["more"]:
            value += _decimal(found["more"]) * _THOUSANDS[found["more_unit"]]
        unit = found["unit"] or found["range_unit"] or ""
        unit = _SAME_UNIT.get(unit, unit)
        if unit in _SPANS and not (unit == "년" and value >= _FIRST_YEAR):
            unit, times = _SPANS[unit]
            value *= times
        half: Half = ""
        if unit == "시":
            value, half = _of_day(int(value), found["half"] or "")
        bound = _BOUND.match(text, found.end())
        yield Figure(value, unit, half, _bound(bound), found.start(), found.end())


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _bound(found: re.Match[str] | None) -> Bound:
    if not found:
        return ""
    return "least" if found["least"] else "most"


_NOON = 12


def _of_day(hour: int, half: str) -> tuple[Decimal, Half]:
    """The hour on a clock's face, and the half of the day that is told by a word or by hours past noon."""
    if hour > _NOON:
        return Decimal(hour - _NOON), "pm"
    if not half:
        return Decimal(hour), ""
    first = half in ("오전", "새벽", "아침") or (half == "밤" and hour in (_NOON, 1, 2, 3))
    return Decimal(hour), "am" if first else "pm"


# ---- times of day and telephones

_CLOCK = re.compile(r"(?P<half>오전|오후|새벽|아침|낮|저녁|밤)?\s?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?!\d)")
_DIGITS = re.compile(r"(?<!\d)\d[\d\s-]{6,14}\d(?!\d)")


def _clock_times(text: str) -> Iterator[Figure]:
    for found in _CLOCK.finditer(text):
        hour, half = _of_day(int(found["hour"]), found["half"] or "")
        if minute := int(found["minute"]):
            hour += Decimal(minute) / 60
        yield Figure(hour, "시", half, "", found.start(), found.end())


def _telephones(text: str) -> Iterator[Figure]:
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if is_telephone(digits):
            yield Figure(Decimal(digits), "전화", start=found.start(), end=found.end())

"""How dates are told: 11월 25일, 다음 주 화요일, 사흘 뒤, 이번 달 말, 내일모레."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from voicebot.dialogue.slots.around import word_ends
from voicebot.dialogue.slots.slot import Problem
from voicebot.dialogue.slots.years import (
    LIKELY,
    SURE,
    UNCERTAIN,
    VAGUE,
    Day,
    Wants,
    full_year,
    in_year,
    months_on,
    of_any_month,
    of_any_year,
)
from voicebot.text.numbers import read_digits

_WEEKDAYS = "월화수목금토일"


class Mention(NamedTuple):
    """A date named from ``start`` to ``end``. ``weekday_only``: nothing but a day of the week, 0 for Monday."""

    start: int
    end: int
    day: date
    certainty: float
    problem: Problem | None = None
    weekday_only: int | None = None


def mentions(text: str, today: date, wants: Wants) -> list[Mention]:
    """All dates that ``text`` names, in its order; of those that overlap the more explicit one.

    What is left open, the year of 3월 2일 or the week of 화요일, is settled by ``wants``.
    """
    found: list[Mention] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other.end and other.start < end for other in found):
                continue
            if day := read(match, today, wants):
                found.append(Mention(start, end, *day))
    return sorted(found)


# ---- the readers, one for each way to tell a day


_YEARS = {"올해": 0, "금년": 0, "내년": 1, "명년": 1, "후년": 2, "작년": -1, "지난해": -1, "재작년": -2}
_MONTHS = {
    "지지난": -2, "지난": -1, "저번": -1, "전": -1, "이번": 0, "당": 0, "금": 0, "이": 0,
    "다음": 1, "담": 1, "내": 1, "익": 1, "다다음": 2, "다음다음": 2,
}  # fmt: skip
_YEAR = rf"(?:(?P<year>\d{{4}}|\d{{2}}|[영공일이삼사오육칠팔구]{{2}}) ?년 ?|(?P<told_year>{'|'.join(_YEARS)}) ?)"
_MONTH = (
    rf"(?<![\d/])(?:{_YEAR}?(?P<month>\d{{1,2}}) ?월 ?달? ?"
    rf"|(?<![가-힣])(?P<told_month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))}) ?[달월] ?)"
)
_MONTH_DAY = re.compile(
    rf"(?P<lunar>음력 ?(?:으로 ?)?)?{_MONTH}(?:에 ?)?(?P<day>\d{{1,2}})(?: ?(?P<counter>일)(?! ?(?:동안|째|간))"
    rf"|(?=이?요|이?에요|에|\s|\Z))"
)
_PART_OF_MONTH = re.compile(rf"{_MONTH}(?P<part>말일|말|마지막 ?날|초|중순|하순)(?![가-힣]*(?:까지만))")
_WHOLE_MONTH = re.compile(rf"{_MONTH}(?=(?:에|중|쯤|안에|중에|로|으로|이요|요)?(?:는|요|이요)?(?![가-힣\d]))")
_END_OF_MONTH = re.compile("(?<![가-힣])(?P<part>말일|월말|월초)(?![가-힣]{3})")


def _year_month(match: re.Match[str], today: date, wants: Wants) -> tuple[int | None, int]:
    if match["told_month"]:
        first = months_on(today.replace(day=1), _MONTHS[match["told_month"]])
        return first.year, first.month
    if match["told_year"]:
        return today.year + _YEARS[match["told_year"]], int(match["month"])
    return (full_year(_figures_of(match["year"]), today, wants) if match["year"] else None), int(match["month"])


def _figures_of(year: str) -> str:
    """공오년 is not written 05년."""
    return year if year.isdecimal() else read_digits(year)


def _month_and_day(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    year, month = _year_month(match, today, wants)
    day = int(match["day"])
    if match["told_month"] and not match["counter"] and day in (11, 21, 31):
        day -= 1  # 지난달 이십일이요 is written 지난달 21이요
    found = in_year(year, month, day) if year else of_any_year(month, day, today, wants)
    return found._replace(problem="lunar", certainty=VAGUE) if found and match["lunar"] else found


def _part_of_month(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    year, month = _year_month(match, today, wants)
    if not 1 <= month <= 12:
        return None
    if year is None:
        first = of_any_year(month, calendar.monthrange(today.year, month)[1], today, wants)
        year = first.day.year if first else today.year
    return _part(match["part"], year, month)


def _part(part: str, year: int, month: int) -> Day | None:
    last = calendar.monthrange(year, month)[1]
    if part in ("말일", "마지막날", "마지막 날"):
        return Day(date(year, month, last))
    if part in ("말", "월말"):
        return Day(date(year, month, last), UNCERTAIN)
    day = {"중순": 15, "하순": 21}.get(part, 1)
    return Day(date(year, month, day), VAGUE, "partial")


def _whole_month(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    year, month = _year_month(match, today, wants)
    found = in_year(year, month, 1) if year else of_any_year(month, 1, today, wants)
    return found._replace(problem="partial", certainty=VAGUE) if found else None


def _end_of_month(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    return _part("초" if match["part"] == "월초" else match["part"], today.year, today.month)


_FIGURES = re.compile(
    r"(?<![\d./-])(?:(?P<year>\d{4}"
    r"|\d\d(?=\.\d\d\.\d\d))(?P<mark>[-./]) ?(?P<month>\d{1,2})(?P=mark) ?(?P<day>\d{1,2})\.?"
    r"|(?P<just_month>\d{1,2})/(?P<just_day>\d{1,2}))(?![\d/-])"
)


def _figures(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    if match["year"]:
        return in_year(full_year(match["year"], today, wants), int(match["month"]), int(match["day"]))
    return of_any_year(int(match["just_month"]), int(match["just_day"]), today, wants)


_DAYS = {
    "그끄저께": -3, "그그저께": -3, "그저께": -2, "그제": -2, "엊그제": -2, "엊그저께": -2, "재작일": -2,
    "어제": -1, "어저께": -1, "작일": -1, "전날": -1, "오늘": 0, "금일": 0, "당일": 0,
    "내일모레": 2, "내일 모레": 2, "낼모레": 2, "내일": 1, "낼": 1, "명일": 1, "익일": 1,
    "모레": 2, "글피": 3, "그글피": 4,
}  # fmt: skip
_NEAR_DAY = re.compile(rf"(?<![가-힣])(?P<name>{'|'.join(sorted(_DAYS, key=len, reverse=True))})(?!배움|이면)")


def _near_day(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    name = match["name"]
    certainty = LIKELY if name.startswith("엊") else UNCERTAIN if name in ("당일", "익일", "전날") else SURE
    return Day(today + timedelta(days=_DAYS[name]), certainty) if word_ends(match.string, match.end()) else None


_SPANS = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "일주일": 7, "여드레": 8, "아흐레": 9,
    "열흘": 10, "보름": 15,
}  # fmt: skip
_FEW = {"한": 1, "두": 2, "세": 3, "네": 4, "석": 3, "넉": 4, "일": 1, "반": 0}
_AWAY = re.compile(
    rf"(?<![가-힣\d])(?:(?:한|약) )?(?:(?P<days>{'|'.join(_SPANS)})|(?P<count>\d{{1,3}}"
    rf"|{'|'.join(_FEW)}) ?(?P<unit>일|주일|주|개월|달|년))"
    r" ?(?:정도|쯤|가량)? ?(?:(?P<later>뒤|후|있다가|지나서|이후)|(?P<ago>전))"
)


def _away(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    """사흘 뒤, 2주 전, 한 달 후."""
    if not word_ends(match.string, match.end()):
        return None
    sign = 1 if match["later"] else -1
    certainty = UNCERTAIN if re.search("정도|쯤|가량|약", match.group()) else SURE
    if match["days"]:
        return Day(today + sign * timedelta(days=_SPANS[match["days"]]), certainty)
    count = _FEW[match["count"]] if match["count"] in _FEW else int(match["count"])
    months = {"개월": 1, "달": 1, "년": 12}.get(match["unit"])
    if match["count"] == "반":
        return Day(months_on(today, 6 * sign), UNCERTAIN) if match["unit"] == "년" else None
    if months:
        return Day(months_on(today, sign * count * months), min(certainty, LIKELY))
    days = count * (7 if match["unit"] in ("주", "주일") else 1)
    return Day(today + sign * timedelta(days=days), certainty)


_WEEKS = {
    "지지난": -2, "저저번": -2, "지난": -1, "저번": -1, "전": -1, "이번": 0, "금": 0, "이": 0,
    "다음": 1, "담": 1, "차": 1, "내": 1, "다다음": 2, "다음다음": 2, "다담": 2,
}  # fmt: skip
_WEEK = rf"(?<![가-힣])(?P<week>{'|'.join(sorted(_WEEKS, key=len, reverse=True))}) ?주(?:에)? ?"
_NTH = {"첫째": 1, "첫": 1, "둘째": 2, "두째": 2, "셋째": 3, "넷째": 4, "마지막": 5}
_NTH_OF_MONTH = re.compile(rf"{_MONTH}(?P<nth>{'|'.join(_NTH)}) ?주 ?(?P<day>[{_WEEKDAYS}]) ?(?:요일|욜)")
_DAY_OF_WEEK = re.compile(rf"{_WEEK}(?:(?P<day>[{_WEEKDAYS}]) ?(?:요일|욜)|(?P<short>[{_WEEKDAYS}])(?=[ ,.]|이?요|\Z))")
_WEEK_ONLY = re.compile(
    rf"{_WEEK}(?P<part>주말|초|중|말)?(?=(?:에|쯤|중|안에|중에|로|으로|이?요)?(?:는|은|요)?(?![가-힣]))"
)
_WEEKDAY = re.compile(
    rf"(?<!매주 )(?<![가-힣])(?:(?P<which>돌아오는|오는|이번|다음|담|지난|저번) ?)?(?P<day>[{_WEEKDAYS}1]) ?(?:요일"
    rf"|욜)(?!마다)"
)
_WEEKEND = re.compile("(?<![가-힣])(?:이번 ?|다음 ?|돌아오는 ?)?(?P<name>주말)(?!마다)(?= |에|이|요|은|\\Z)")


def _monday(today: date, week: str) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=_WEEKS[week])


def _day_of_week(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    day = _WEEKDAYS.index(match["day"] or match["short"])
    return Day(_monday(today, match["week"]) + timedelta(days=day))


def _nth_of_month(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    """12월 둘째 주 화요일 is taken for the second such day; some count the weeks from the first Monday."""
    year, month = _year_month(match, today, wants)
    first = in_year(year, month, 1) if year else of_any_year(month, 28, today, wants)
    if not first:
        return None
    begins = first.day.replace(day=1)
    ahead = (_WEEKDAYS.index(match["day"]) - begins.weekday()) % 7
    day = begins + timedelta(days=ahead, weeks=_NTH[match["nth"]] - 1)
    return Day(day if day.month == begins.month else day - timedelta(weeks=1), UNCERTAIN)


def _week_only(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    days = {"주말": 5, "말": 5}.get(match["part"] or "", 0)
    return Day(_monday(today, match["week"]) + timedelta(days=days), VAGUE, "partial")


def _weekday(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    """The next such day, never today: who means today says 오늘."""
    weekday = _WEEKDAYS.index(match["day"].replace("1", "일"))  # 일 요일 is written 1 요일
    which = match["which"]
    ahead = (weekday - today.weekday()) % 7
    if which in ("지난", "저번") or (wants == "past" and not which):
        return Day(today - timedelta(days=(today.weekday() - weekday) % 7 or 7), LIKELY, None, weekday)
    if which in ("다음", "담"):
        return Day(_monday(today, "다음") + timedelta(days=weekday), LIKELY)
    certainty = LIKELY if ahead else UNCERTAIN
    return Day(today + timedelta(days=ahead or 7), certainty, None, None if which else weekday)


def _weekend(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    week = "다음" if match.group().startswith("다음") else "이번"
    return Day(_monday(today, week) + timedelta(days=5), VAGUE, "partial")


_HOLIDAYS = {
    "신정": (1, 1), "새해 첫날": (1, 1), "삼일절": (3, 1), "식목일": (4, 5), "어린이날": (5, 5), "어버이날": (5, 8),
    "현충일": (6, 6),
    "제헌절": (7, 17), "광복절": (8, 15), "개천절": (10, 3), "한글날": (10, 9), "성탄절": (12, 25),
    "크리스마스이브": (12, 24), "크리스마스 이브": (12, 24), "크리스마스": (12, 25),
}  # fmt: skip
_HOLIDAY = re.compile(f"(?<![가-힣])(?P<name>{'|'.join(sorted(_HOLIDAYS, key=len, reverse=True))})")


def _holiday(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    return of_any_year(*_HOLIDAYS[match["name"]], today, wants)


_DAY = re.compile(
    r"(?<![\d월.,-])(?<!월 )(?P<day>\d{1,2}) ?일(?! ?(?:동안|째|간(?!에)|만에|정도|이내|안에|걸|이나|씩|치|분|내로|당))"
)


def _day(match: re.Match[str], today: date, wants: Wants) -> Day | None:
    if not (word_ends(match.string, match.end()) or match.string.startswith("날", match.end())):
        return None
    return of_any_month(int(match["day"]), today, wants)


_Reader = Callable[[re.Match[str], date, Wants], Day | None]
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_MONTH_DAY, _month_and_day),
    (_FIGURES, _figures),
    (_PART_OF_MONTH, _part_of_month),
    (_AWAY, _away),
    (_NTH_OF_MONTH, _nth_of_month),
    (_DAY_OF_WEEK, _day_of_week),
    (_WEEKDAY, _weekday),
    (_NEAR_DAY, _near_day),
    (_HOLIDAY, _holiday),
    (_DAY, _day),
    (_WEEK_ONLY, _week_only),
    (_WEEKEND, _weekend),
    (_END_OF_MONTH, _end_of_month),
    (_WHOLE_MONTH, _whole_month),
)

"""Until when something is promised: 내일까지, 영업일 3일 안에, 다음 주 화요일에, 이번 주 안에, as a date."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

from voicebot.dialogue.answer.figures import plain
from voicebot.dialogue.slots.days import mentions
from voicebot.dialogue.slots.years import months_on

_FROM_TO = r"(?:\d{1,2} ?일? ?(?:[~∼〜-]|에서|내지) ?)?(?P<count>\d{1,3})"
_BUSINESS = re.compile(
    rf"(?:영업일|근무일|평일)(?:[로은]|으로| ?기준(?:으로)?)? ?(?:약 |최대 )?{_FROM_TO} ?일"
    r"|(?P<short>\d{1,2}) ?(?:영업일|근무일)"
)
_WITHIN = re.compile(
    rf"(?<![\d월.])(?:약 |최대 )?{_FROM_TO} ?(?P<unit>일|주일|주|개월|달) ?(?:정도 ?|쯤 ?)?"
    r"(?:안|이내|내로|내에|후|뒤|걸리|걸려|소요)"
)
_WEEKS = re.compile(
    r"(?<![가-힣])(?:(?:한|일) ?주일|한 ?주) ?(?:정도 ?|쯤 ?)?(?:안|이내|내로|내에|후|뒤|걸리|걸려|소요)"
)
_HOURS = re.compile(r"(?P<count>\d{1,3}) ?(?P<unit>시간|분) ?(?:정도 ?)?(?:안|이내|내로|내에|후|뒤)")
_THIS_WEEK = re.compile(r"(?P<which>이번|금|다음|다다음) ?주 ?(?P<part>안|중|내|까지|말)")
_THIS_MONTH = re.compile(r"(?P<which>이번|이|다음) ?달 ?(?:안|중|내|까지|말)")
_WEEK = {"이번": 0, "금": 0, "다음": 1, "다다음": 2}
_FROM_ELSEWHERE = re.compile(
    r"(?:확인|회수|도착|입고|결제|입금|승인|완료|반납|수령|돌아오|처리|검수|출고|발송)[가-힣]{0,4} ?"
    r"(?:후|뒤|이후|[가-힣]{0,2}날(?:부터|로부터)|[가-힣]{0,2}면|되는 ?대로|하는 ?대로)"
)
_FRIDAY, _SATURDAY = 4, 5


def due_of(said: str, at: datetime, holidays: Collection[date] = ()) -> date | None:
    """The last day on which the promise would be kept, told at ``at`` (Korean time); None where no day follows.

    Of several dates the last that is not gone by counts: 20일에 주문하신 상품은 25일에 도착합니다. A span that begins
    with what has not happened yet (회수가 확인되면 3일 안에) has no date.
    """
    text, today = plain(said), at.date()
    hangs = _FROM_ELSEWHERE.search(text) is not None
    if found := _BUSINESS.search(text):
        return None if hangs else business_days(today, int(found["count"] or found["short"]), holidays)
    if found := _THIS_WEEK.search(text):
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_WEEK[found["which"]])
        return monday + timedelta(days=_FRIDAY if found["part"] == "중" else 6)
    if found := _THIS_MONTH.search(text):
        first = months_on(today.replace(day=1), 1 if found["which"] == "다음" else 0)
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])
    if found := _WITHIN.search(text):
        return None if hangs else _span_on(today, int(found["count"]), found["unit"])
    if _WEEKS.search(text):
        return None if hangs else today + timedelta(weeks=1)
    if found := _HOURS.search(text):
        span = timedelta(**{"hours" if found["unit"] == "시간" else "minutes": int(found["count"])})
        return None if hangs else (at + span).date()
    named = [mention.day for mention in mentions(text, today, "future") if mention.problem is None]
    return next((day for day in reversed(named) if day >= today), None)


def hangs_on_something(said: str) -> bool:
    """Whether it is told how long something takes, but from a day on that is not known yet."""
    text = plain(said)
    told = (_BUSINESS, _WITHIN, _WEEKS, _HOURS)
    return _FROM_ELSEWHERE.search(text) is not None and any(pattern.search(text) for pattern in told)


def business_days(start: date, count: int, holidays: Collection[date] = ()) -> date:
    """The ``count``-th business day behind ``start``: Saturdays, Sundays and ``holidays`` are none."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY and day not in holidays
    return day


def _span_on(today: date, count: int, unit: str) -> date:
    if unit in ("개월", "달"):
        return months_on(today, count)
    return today + timedelta(days=count * (1 if unit == "일" else 7))

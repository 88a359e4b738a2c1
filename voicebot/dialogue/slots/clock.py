"""How times of day are told: 오후 3시 30분, 3시 10분 전, 정오, 15:30, 두세 시, 한 시간 뒤, 오전 중."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from voicebot.dialogue.slots.around import cores, word_ends

_SURE, _ROUGHLY, _ONLY_A_NUMBER = 1.0, 0.8, 0.6

_HALF = "오전|오후|새벽|아침|점심|한낮|대낮|낮|저녁|밤|am|pm|AM|PM"
_BEFORE = rf"(?:(?P<half>{_HALF})(?:에|때|시간)?,? ?)?"
_HOUR = re.compile(
    rf"(?<![\d:,.])(?<![가-힣]\d){_BEFORE}(?P<hour>\d{{1,2}}) ?시(?!간|즌|스|도|가지|켜|키)"
    r"(?: ?(?:(?P<minute>\d{1,2}) ?분(?P<to> ?전(?!에?까지))?|(?P<thirty>반)))?"
)
_COLON = re.compile(rf"(?<![\d:]){_BEFORE}(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?![\d:]) ?(?P<behind>am|pm|AM|PM)?")
_SHORT_RANGE = re.compile(rf"(?<!\d){_BEFORE}(?P<hour>\d{{1,2}}) ?(?:[~∼〜–-]|에서) ?(?P<last>\d{{1,2}}) ?시(?!간)")
_TWO_HOURS = {
    "한두": (1, 2), "두세": (2, 3), "두서너": (2, 4), "세네": (3, 4), "서너": (3, 4), "네다섯": (4, 5), "너댓": (4, 5),
    "네댓": (4, 5), "다섯여섯": (5, 6), "대여섯": (5, 6), "예닐곱": (6, 7), "일고여덟": (7, 8), "여덟아홉": (8, 9),
}  # fmt: skip
_ROUGH = re.compile(rf"(?<![가-힣]){_BEFORE}(?P<hours>{'|'.join(_TWO_HOURS)}) ?시(?!간)")
_NAMED = re.compile("(?<![가-힣])(?P<name>정오|자정|열두 ?시 ?정각)")
_NOW = re.compile("(?<![가-힣])지금 ?(?:바로|당장)?(?:요|이요|으로|로)?(?![가-힣])")
_IN_A_WHILE = re.compile(
    r"(?<![가-힣\d])(?:(?P<hours>\d{1,2}|한|두|세) ?시간 ?(?P<half>반)?)? ?(?:(?P<minutes>\d{1,2}) ?분)? ?(?:정도|쯤"
    r"|있다가)? ?(?:뒤|후|있다가|이따가?)"
)
_PART_OF_DAY = re.compile(
    r"(?<![가-힣])(?P<part>오전|오후|아침|점심|저녁)(?: ?(?:에|중|중에|시간대?|때|쯤|쪽|타임))*(?:으로|에|이"
    r"|은)?(?![ ]?(?:\d|일찍))"
)
_PARTS = {"오전": (9, 12), "아침": (8, 10), "점심": (12, 13), "오후": (13, 18), "저녁": (18, 21)}
_COUNTS = {"한": 1, "두": 2, "세": 3}
_BARE_HOUR = re.compile(r"(?:(?P<half>오전|오후|저녁|밤|새벽|아침|낮) ?)?(?P<hour>\d{1,2})(?P<minute>[0-5]\d)?")
_NATIVE_HOURS = "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 열하나 열둘".split()


@dataclass(frozen=True, slots=True)
class Reading:
    """A time as it was told, at ``start`` to ``end`` of the text.

    ``half_known``: whether it says which half of the day is meant; otherwise ``hour`` is 1 to 12, as on a dial.
    ``until`` is set where a few words name a stretch: 두세 시, 오전 중.
    """

    start: int
    end: int
    hour: int
    minute: int
    half_known: bool
    certainty: float = _SURE
    until: time | None = None


def clock_times(text: str, now: datetime, *, asked: bool) -> list[Reading]:
    """The times that ``text`` names, in its order; with ``asked``, a bare number, 지금 and 오전 count as well."""
    found: list[Reading] = []
    for reading in (*_named(text), *_later(text, now)):
        if not any(reading.start < other.end and other.start < reading.end for other in found):
            found.append(reading)
    if not found and asked:
        found = [*_vague(text, now)] or [*_bare(text)]
    return sorted(found, key=lambda reading: reading.start)


def pressed_time(keys: str) -> list[Reading]:
    """A time that was keyed in, with four digits: 1530."""
    digits = "".join(filter(str.isdecimal, keys))
    match = _BARE_HOUR.fullmatch(digits) if len(digits) in (3, 4) else None
    reading = _at(match, int(match["hour"]), int(match["minute"] or 0), None) if match else None
    return [reading] if reading else []


def _named(text: str) -> Iterator[Reading]:
    for match in _SHORT_RANGE.finditer(text):
        if (first := _at(match, int(match["hour"]), 0, match["half"])) and int(match["last"]) <= 24:
            last = int(match["last"]) + (12 if first.half_known and first.hour >= 12 > int(match["last"]) else 0)
            yield Reading(first.start, first.end, first.hour, 0, first.half_known, until=time(last % 24))
    for match in _ROUGH.finditer(text):
        first_hour, last_hour = _TWO_HOURS[match["hours"]]
        first, until = _at(match, first_hour, 0, match["half"]), _at(match, last_hour, 0, match["half"])
        if first and until:
            yield Reading(
                first.start, first.end, first.hour, 0, first.half_known, _ROUGHLY, time(until.hour, until.minute)
            )
    for pattern in (_HOUR, _COLON):
        for match in pattern.finditer(text):
            parts = match.groupdict()
            minute = 30 if parts.get("thirty") else int(match["minute"] or 0)
            half = parts.get("behind") or match["half"]
            if (reading := _at(match, int(match["hour"]), minute, half)) is not None:
                yield _minutes_to(reading) if parts.get("to") else reading
    for match in _NAMED.finditer(text):
        hour = 0 if match["name"] == "자정" else 12
        yield Reading(match.start(), match.end(), hour, 0, half_known=True)


def _minutes_to(reading: Reading) -> Reading:
    """3시 10분 전 is 2:50."""
    before = (reading.hour * 60 - reading.minute) % (24 * 60)
    hour = before // 60
    if not reading.half_known and hour == 0:
        hour = 12
    return Reading(reading.start, reading.end, hour, before % 60, reading.half_known)


def _at(match: re.Match[str], hour: int, minute: int, half: str | None) -> Reading | None:
    """The reading of ``match``, if there is such a time."""
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    told = hour in (0, 24) or hour > 12
    if half and not told:
        hour = _in_half(hour, half.lower())
    return Reading(match.start(), match.end(), hour % 24, minute, told or half is not None)


def _in_half(hour: int, half: str) -> int:
    """Of a 12-hour clock: 밤 12시 is midnight and 밤 1시 is 1:00, but 낮 12시 is noon and 낮 11시 is 11:00."""
    on_dial = hour % 12
    if half in ("오후", "pm", "저녁"):
        return on_dial + 12
    if half == "밤":
        return on_dial if on_dial < 5 else on_dial + 12
    if half in ("낮", "한낮", "대낮", "점심"):
        return on_dial if on_dial >= 9 else on_dial + 12
    return on_dial


def _later(text: str, now: datetime) -> Iterator[Reading]:
    for match in _IN_A_WHILE.finditer(text):
        if not (match["hours"] or match["minutes"]) or not word_ends(text, match.end()):
            continue
        hours = _COUNTS.get(match["hours"] or "") or int(match["hours"] or 0)
        then = now + timedelta(hours=hours, minutes=int(match["minutes"] or 0) + (30 if match["half"] else 0))
        yield Reading(match.start(), match.end(), then.hour, then.minute, half_known=True, certainty=_ROUGHLY)


def _vague(text: str, now: datetime) -> Iterator[Reading]:
    for match in _NOW.finditer(text):
        yield Reading(match.start(), match.end(), now.hour, now.minute, half_known=True, certainty=_ROUGHLY)
    for match in _PART_OF_DAY.finditer(text):
        first, last = _PARTS[match["part"]]
        yield Reading(match.start(), match.end(), first, 0, True, _ROUGHLY, time(last))


def _bare(text: str) -> Iterator[Reading]:
    for start, end in cores(text):
        word = text[start:end].replace(" ", "")
        if word in _NATIVE_HOURS:
            yield Reading(start, end, _NATIVE_HOURS.index(word) + 1, 0, half_known=False, certainty=_ONLY_A_NUMBER)
            return
        match = _BARE_HOUR.fullmatch(text, start, end)
        reading = _at(match, int(match["hour"]), int(match["minute"] or 0), match["half"]) if match else None
        if reading and (reading.hour or not reading.half_known or reading.minute):
            yield Reading(start, end, reading.hour, reading.minute, reading.half_known, _ONLY_A_NUMBER)
            return

"""Times of day: 오후 3시, 두 시 반, 15:30, 2시에서 4시 사이; business hours settle which half of the day is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.clock import Reading, clock_times, pressed_time
from voicebot.dialogue.slots.denial import still_meant
from voicebot.dialogue.slots.slot import Found, Hours, Problem

_SURE, _SETTLED, _GUESSED, _SEVERAL = 0.95, 0.9, 0.5, 0.5
_TO = re.compile(r" ?(?:쯤|경|정도)?(?:에서|부터| ?[~∼〜–-]) ?(?:한 )?")
_BESIDE = re.compile(r" ?(?:하고|이?랑|와|과|에|,)? ?")
_BETWEEN = re.compile(" ?사이")
_FROM_ON = re.compile(" ?(?:이후|이 후|넘어서|지나서|부터|후에)")
_UNTIL = re.compile(" ?(?:이전|전에|전까지|전(?![가-힣])|까지|안에|전으로)")


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, or ``Hours`` where a stretch was named.

    Between ``opens`` and ``closes`` an hour without 오전 or 오후 is the one at which the company is there; without
    business hours it is ``partial``. Outside of them a time is ``closed``.
    """

    opens: time | None = None
    closes: time | None = None

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        text = heard.written
        if heard.source == "dtmf":
            readings = pressed_time(text) if asked else []
        else:
            readings = still_meant(text, clock_times(text, now, asked=asked))
        if not readings:
            return None
        found = self._stretch(text, readings) or self._one(text, readings)
        return replace(found, confidence=found.confidence * heard.confidence)

    def _one(self, text: str, readings: list[Reading]) -> Found:
        """The only time that is named, or what is open on one side: 3시 이후."""
        reading = readings[0]
        if reading.until:
            return self._few_words(reading, reading.until)
        at, sure, problem = self._settled(reading)
        if self.opens and self.closes and not problem:
            if _FROM_ON.match(text, reading.end) and at < self.closes:
                return self._found((at, sure, problem), (self.closes, True, None), reading, reading)
            if _UNTIL.match(text, reading.end) and at > self.opens:
                return self._found((self.opens, True, None), (at, sure, problem), reading, reading)
        certainty = (_SURE if reading.half_known else _SETTLED) if sure else _GUESSED
        if len({(other.hour, other.minute) for other in readings}) > 1:
            certainty = min(certainty, _SEVERAL)
        return Found(at, _written(at), certainty * reading.certainty, reading.start, reading.end, problem)

    def _few_words(self, reading: Reading, until: time) -> Found:
        """두세 시, and 오전 중: the part of it in which the company is there."""
        start, end = self._settled(reading), self._settled(reading, end=True)
        if reading.half_known and self.opens and self.closes and self.opens < until and start[0] < self.closes:
            start, end = (max(start[0], self.opens), True, None), (min(until, self.closes), True, None)
        return self._found(start, end, reading, reading)

    def _stretch(self, text: str, readings: list[Reading]) -> Found | None:
        """Two times that are the ends of one stretch: 2시에서 4시, 2시 4시 사이."""
        if len(readings) < 2:
            return None
        first, last = readings[:2]
        between = text[first.end : last.start]
        joined = _TO.fullmatch(between) or (_BESIDE.fullmatch(between) and _BETWEEN.match(text, last.end))
        if not joined:
            return None
        if first.half_known and not last.half_known:
            start, sure, problem = self._settled(first)
            end = time(last.hour % 12 + (12 if start.hour >= 12 else 0), last.minute)
            if end < start and start.hour < 12:
                end = end.replace(hour=end.hour + 12)
            settled = (end, sure, problem or self._closed(end, end=True))
            return self._found((start, sure, problem), settled, first, last)
        if last.half_known and not first.half_known:
            end, sure, problem = self._settled(last, end=True)
            start = time(first.hour % 12 + (12 if end.hour >= 12 else 0), first.minute)
            if start >= end:
                start = start.replace(hour=start.hour % 12)
            return self._found((start, sure, problem or self._closed(start)), (end, sure, problem), first, last)
        return self._found(self._settled(first), self._settled(last, end=True), first, last)

    def _found(self, start: _Settled, end: _Settled, first: Reading, last: Reading) -> Found:
        hours = Hours(start[0], end[0])
        certainty = _SETTLED if start[1] and end[1] else _GUESSED
        certainty *= min(first.certainty, last.certainty)
        return Found(hours, _written_hours(hours), certainty, first.start, last.end, start[2] or end[2])

    def _settled(self, reading: Reading, *, end: bool = False) -> _Settled:
        """The time, whether its half of the day is certain, and what is wrong with it.

        ``end``: it ends a stretch, and may be the closing time itself; of a ``reading`` that is a stretch, its end.
        """
        at = reading.until if end and reading.until else time(reading.hour % 24, reading.minute)
        if reading.half_known:
            return at, True, self._closed(at, end=end)
        other = at.replace(hour=(at.hour + 12) % 24)
        if self.opens is None or self.closes is None:
            likely = at if at.hour in _MORNING or at.hour == 12 else other
            return likely, False, "partial"
        fitting = [half for half in (at, other) if not self._closed(half, end=end)]
        if len(fitting) == 1:
            return fitting[0], True, None
        likely = at if at.hour in _MORNING or at.hour == 12 else other
        return likely, False, "partial" if fitting else "closed"

    def _closed(self, at: time, *, end: bool = False) -> Problem | None:
        if self.opens is None or self.closes is None:
            return None
        opened = self.opens <= at < self.closes or (end and at == self.closes)
        if self.closes <= self.opens:  # past midnight, or round the clock
            opened = at >= self.opens or at < self.closes
        return None if opened else "closed"


_Settled = tuple[time, bool, Problem | None]
_MORNING = range(7, 12)


def _written(at: time) -> str:
    minute = f" {at.minute}분" if at.minute else ""
    return f"{_half(at)} {at.hour % 12 or 12}시{minute}"


def _written_hours(hours: Hours) -> str:
    end = _written(hours.end)
    return f"{_written(hours.start)}~{end.removeprefix(_half(hours.start) + ' ')}"


def _half(at: time) -> str:
    return "오후" if at.hour >= 12 else "오전"

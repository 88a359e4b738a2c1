"""Dates: absolute or not, with what was left out settled by whether a day to come or one gone by is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.around import cores
from voicebot.dialogue.slots.days import Mention, mentions
from voicebot.dialogue.slots.denial import still_meant
from voicebot.dialogue.slots.digit_runs import bare_digits, runs
from voicebot.dialogue.slots.slot import Found, Problem
from voicebot.dialogue.slots.years import Wants, from_digits, of_any_month

_DICTATED, _ONLY_A_NUMBER, _MISHEARD, _IN_CONFLICT = 0.8, 0.6, 0.7, 0.5
_ONE_DAY = re.compile(r"(?:에|이?요|이고|인)?[ ,(]*(?:그러니까 )?")  # between 12월 1일 and 화요일, which are one day
_SOUNDS_LIKE = {"모래": 2, "내 일": 1, "네일": 1, "래일": 1, "오눌": 0, "낼모래": 2, "내일모래": 2}


@dataclass(frozen=True, slots=True)
class Date:
    """A day; ``wants`` says on which side of today, today included."""

    wants: Wants = "future"

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        text, today = heard.written, now.date()
        if heard.source == "dtmf":
            named = self._pressed(text, today) if asked else []
        else:
            named = mentions(text, today, self.wants) or (self._bare(heard, today) if asked else [])
        named = _merged(text, still_meant(text, named))
        if not named:
            return None
        mention = next((mention for mention in named if mention.problem != "partial"), named[0])
        problem = mention.problem or self._problem(mention.day, today)
        if problem and not asked:
            return None
        certainty = mention.certainty
        if len({other.day for other in named if other.problem != "partial"}) > 1:
            certainty = min(certainty, _IN_CONFLICT)
        day = mention.day
        written = f"{day.year}년 {day.month}월 {day.day}일"
        return Found(day, written, certainty * heard.confidence, mention.start, mention.end, problem)

    def _problem(self, day: date, today: date) -> Problem | None:
        if self.wants == "future" and day < today:
            return "past"
        return "future" if self.wants == "past" and day > today else None

    def _bare(self, heard: Heard, today: date) -> list[Mention]:
        """An answer that only the question makes a date: 1125, 850302, 모래."""
        text = heard.written
        for start, end in cores(text):
            if (days := _SOUNDS_LIKE.get(text[start:end])) is not None:
                return [Mention(start, end, today + timedelta(days=days), _MISHEARD)]
        for run in (run for readings in runs(text) for run in readings):
            if told := from_digits(run.digits, today, self.wants):
                return [Mention(run.start, run.end, told.day, min(told.certainty, _DICTATED), told.problem)]
        bare = next(bare_digits(text), None)
        if bare and bare.figures and len(bare.digits) <= 2:
            twentieth = heard.source == "speech" and bare.digits in ("11", "21", "31")  # 이십일 is written 21
            if told := of_any_month(int(bare.digits) - twentieth, today, self.wants):
                return [Mention(bare.start, bare.end, told.day, _ONLY_A_NUMBER)]
        return []

    def _pressed(self, keys: str, today: date) -> list[Mention]:
        told = from_digits("".join(filter(str.isdecimal, keys)), today, self.wants)
        return [Mention(0, len(keys), told.day, told.certainty, told.problem)] if told else []


def _merged(text: str, named: list[Mention]) -> list[Mention]:
    """With 12월 1일 화요일 as one; where the day of the week is another one, neither is sure."""
    merged: list[Mention] = []
    for mention in named:
        before = merged[-1] if merged else None
        if before and mention.weekday_only is not None and _ONE_DAY.fullmatch(text, before.end, mention.start):
            agree = before.day.weekday() == mention.weekday_only
            certainty = before.certainty if agree else min(before.certainty, _IN_CONFLICT)
            merged[-1] = before._replace(end=mention.end, certainty=certainty)
        else:
            merged.append(mention)
    return merged

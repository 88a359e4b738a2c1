"""Telephone numbers of Korea: mobile, with area code, nationwide (1588-1234), internet telephony."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.digit_runs import Run, bare_digits, meant, runs
from voicebot.dialogue.slots.slot import Found, Problem
from voicebot.text.telephone import grouped, is_telephone

_SURE, _COMPLETED, _DOUBTFUL = 0.95, 0.8, 0.5
_FROM_ABROAD = re.compile(r"0{0,2}82(?=0?1\d{8,9}\Z)")
_MOBILE = re.compile(r"01[016-9]\d{7,8}")
_NATIONWIDE = re.compile(r"1[568]\d{6}")
_SUBSCRIBER, _LONGEST, _SHORTEST = 8, 12, 2


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as digits; ``mobile_only``: text messages are sent to it.

    Of a mobile number callers leave out 010 when they were asked for it: 일이삼사 오육칠팔.
    """

    mobile_only: bool = False

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        text = heard.written
        if heard.source == "dtmf":
            digits = "".join(filter(str.isdecimal, text))
            return self._judged(Run(0, len(text), digits, figures=True), heard, asked=asked) if digits else None
        named = [run for readings in runs(text) if (run := _reading(readings, asked=asked))]
        named = meant(text, named, is_telephone)
        if asked and not named:
            named = [run for run in bare_digits(text) if len(run.digits) >= _SHORTEST][:1]
        numbers = [run for run in named if is_telephone(_completed(run.digits, asked=asked))]
        if not numbers:
            longest = max(named, key=lambda run: len(run.digits), default=None)
            return self._judged(longest, heard, asked=asked) if longest and asked else None
        mobile = [run for run in numbers if _MOBILE.fullmatch(_completed(run.digits, asked=asked))]
        found = self._judged((mobile or numbers)[-1], heard, asked=asked)
        if found and len({run.digits for run in mobile or numbers}) > 1:
            return replace(found, confidence=_DOUBTFUL * heard.confidence)
        return found

    def joined(self, earlier: Found, later: Found) -> Found:
        """A number told in pieces, over several turns; the offsets are those of the later piece."""
        digits = _joined(str(earlier.value), str(later.value))
        confidence = min(earlier.confidence, later.confidence)
        return replace(
            later, value=digits, written=grouped(digits) or digits, confidence=confidence, problem=self._problem(digits)
        )

    def _judged(self, run: Run, heard: Heard, *, asked: bool) -> Found | None:
        digits = _completed(run.digits, asked=asked)
        problem = self._problem(digits)
        if problem and (not asked or len(digits) < _SHORTEST):
            return None
        certainty = _SURE if digits == run.digits else _COMPLETED
        return Found(digits, grouped(digits) or digits, certainty * heard.confidence, run.start, run.end, problem)

    def _problem(self, digits: str) -> Problem | None:
        if is_telephone(digits):
            return None if not self.mobile_only or _MOBILE.fullmatch(digits) else "mobile"
        return "digits" if len(digits) >= _SUBSCRIBER else "partial"


def _reading(readings: list[Run], *, asked: bool) -> Run | None:
    likely = [run for run in readings if run.figures or len(run.digits) > 2]
    telephones = [run for run in likely if is_telephone(_completed(run.digits, asked=asked))]
    return next(iter(telephones or likely), None)


def _completed(digits: str, *, asked: bool) -> str:
    """With the 010 or the 0 that was left out, and without the country code; a number told twice counts once."""
    digits = _FROM_ABROAD.sub("", digits)
    half = digits[: len(digits) // 2]
    if len(digits) > _LONGEST and digits == half * 2:
        digits = half
    if digits.startswith("10") and is_telephone(f"0{digits}") and len(digits) == len("1012345678"):
        return f"0{digits}"
    if asked and len(digits) == _SUBSCRIBER and digits[0] != "0" and not _NATIONWIDE.fullmatch(digits):
        return f"010{digits}"
    return digits


def _joined(earlier: str, later: str) -> str:
    """Eight digits were completed with 010; behind an area code they were not meant so."""
    if is_telephone(later):
        told = earlier + later.removeprefix("010")
        return told if is_telephone(told) else later
    return _completed(earlier + later, asked=True)

"""Dates in conversation tests, which count from the day of the call: ``{오늘}``, ``{내일}``, ``{오늘+3}``."""

from __future__ import annotations

import re
from datetime import date, timedelta

from voicebot.dialogue.template import written

_NAMED = {"그제": -2, "어제": -1, "오늘": 0, "내일": 1, "모레": 2, "글피": 3}
_DAY = re.compile(rf"\{{({'|'.join(_NAMED)})\s*(?:([+-])\s*(\d{{1,3}}))?\}}")


def as_said(text: str, today: date) -> str:
    """With dates as the bot says them: 11월 22일."""
    return _DAY.sub(lambda named: written(_day(named, today)), text)


def as_data(text: str, today: date) -> str:
    """With dates as computers write them: 2026-11-22."""
    return _DAY.sub(lambda named: _day(named, today).isoformat(), text)


def _day(named: re.Match[str], today: date) -> date:
    further = int(f"{named[2]}{named[3]}") if named[3] else 0
    return today + timedelta(days=_NAMED[named[1]] + further)

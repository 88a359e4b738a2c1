"""Words that a company wants to hear of, told once a call for each rule and side."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assist.mood.abuse import shortened
from assist.mood.rules import KeywordRule
from voicebot.events import AlertRaised, Side, TranscriptFinal


class KeywordWatch:
    """Of one call. A supervisor's words are an agent's."""

    def __init__(self, rules: Iterable[KeywordRule]) -> None:
        self._patterns = [(rule, re.compile("|".join(rule.words), re.IGNORECASE)) for rule in rules]
        self._told: set[tuple[str, Side]] = set()

    def final(self, event: TranscriptFinal) -> list[AlertRaised]:
        return [
            alert
            for rule, pattern in self._patterns
            for text in [self._said(rule, pattern, event)]
            if text
            for alert in [AlertRaised(event.side, "keyword", f"{rule.name}: “{text}”")]
        ]

    def _said(self, rule: KeywordRule, pattern: re.Pattern[str], event: TranscriptFinal) -> str:
        side: Side = "caller" if event.side == "caller" else "agent"
        if rule.said_by not in (side, "both") or (rule.name, side) in self._told:
            return ""
        for text in (event.spoken, event.written):
            if match := pattern.search(text):
                self._told.add((rule.name, side))
                return shortened(text, [match.span()])
        return ""

"""What a caller tells in his own words: a complaint, a wish for the driver, what is broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.slot import Found

_FILLER = re.compile(
    r"(?<!\S)(?:어+|음+|으음+|아+|에+|으+|엄+|그+|저+|저기요?|뭐지|뭐더라|뭐랄까|뭐냐|그니까|있잖아요|흠+)[,.…~]*(?!\S)"
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class FreeText:
    """All that was said but for hesitations, as it is written; only as an answer."""

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        if not asked:
            return None
        kept = _SPACES.sub(" ", _FILLER.sub(" ", heard.written)).strip()
        if not any(char.isalnum() for char in kept):
            return None
        start = heard.written.find(kept.split(" ")[0])
        end = heard.written.rfind(kept.split(" ")[-1]) + len(kept.split(" ")[-1])
        return Found(kept, kept, heard.confidence, start, end)

"""Yes or no, in the many words that Korean callers have for them; a wavering 글쎄요 is neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.slot import Found
from voicebot.dialogue.slots.verdicts import (
    ASKING,
    INSTEAD,
    JOINED_OPENING,
    MISHEARD,
    NO_ANSWER,
    OPENING,
    REQUEST,
    VERDICT,
    WAVERING,
    syllables_beside,
)

_SURE, _LIKELY, _MISHEARD, _IN_CONFLICT, _POLITE, _LONG = 0.95, 0.9, 0.75, 0.75, 0.6, 0.55
_A_WORD, _SHORT, _LONGEST = 2, 6, 12  # syllables beside the verdict


class _Answer(NamedTuple):
    value: bool
    certainty: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class YesNo:
    """Whether the caller agrees. 괜찮아요 turns an ``offer`` down; asked whether something suits, it is a yes.

    It is only ever taken as an answer: a yes has no meaning but beside its question. Of keys, 1 is yes and 2 is no.
    """

    offer: bool = True

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        if not asked:
            return None
        answer = _pressed(heard.written) if heard.source == "dtmf" else self._answer(heard.written)
        if answer is None:
            return None
        written = "예" if answer.value else "아니요"
        return Found(answer.value, written, answer.certainty * heard.confidence, answer.start, answer.end)

    def _answer(self, text: str) -> _Answer | None:
        if lone := _misheard(text):
            return lone
        if NO_ANSWER.search(text):
            return None
        opening = OPENING.match(text) or JOINED_OPENING.match(text)
        verdicts = list(VERDICT.finditer(text, opening.end("said") if opening else 0))
        if verdicts and not ASKING.search(text):
            return self._from_verdict(text, opening, verdicts)
        return _from_opening(text, opening) if opening else None

    def _from_verdict(self, text: str, opening: re.Match[str] | None, verdicts: list[re.Match[str]]) -> _Answer | None:
        """The last verdict decides: 아니 맞아요 is a yes, 네 안 할래요 a no."""
        last = verdicts[-1]
        if WAVERING.search(text):
            return None
        opened = None if opening is None else opening["yes"] is not None
        value, certainty = self._meaning(last, opened)
        beside = syllables_beside(text[opening.end() if opening else 0 :])
        if opened is False and value and beside > _A_WORD:
            value, certainty = False, _LONG  # 아뇨 그건 제가 알아서 할게요
        if INSTEAD.search(text, 0, last.start()):
            value = False  # 취소 말고 교환해 주세요
        if opened not in (None, value):
            certainty = min(certainty, _IN_CONFLICT)
        if opening is None and beside > _LONGEST:
            return None
        if beside > _SHORT or (opening is None and beside > _A_WORD and REQUEST.search(last.group())):
            certainty = min(certainty, _LONG)
        return _Answer(value, certainty, opening.start("said") if opening else last.start(), last.end())

    def _meaning(self, verdict: re.Match[str], opened: bool | None) -> tuple[bool, float]:
        if verdict["fine"]:
            return (opened, _LIKELY) if opened is not None else (not self.offer, _POLITE)
        value = verdict["no"] is None
        return value, _SURE if opened == value else _LIKELY


def _from_opening(text: str, opening: re.Match[str]) -> _Answer | None:
    """네 and 아니요, with whatever follows them."""
    if WAVERING.search(text):
        return None
    beside = syllables_beside(text[opening.end() :])
    certainty = _SURE if beside == 0 else _LIKELY if beside <= _SHORT else _LONG
    end = len(text[: opening.end("said")].rstrip(" ,.!~"))
    return _Answer(opening["yes"] is not None, certainty, opening.start("said"), end)


def _misheard(text: str) -> _Answer | None:
    word = text.strip(" .,!~…")
    value = MISHEARD.get(word)
    start = text.find(word)
    return None if value is None else _Answer(value, _MISHEARD, start, start + len(word))


def _pressed(keys: str) -> _Answer | None:
    key = keys.strip(" #")
    return _Answer(key == "1", 1.0, 0, len(keys)) if key in ("1", "2") else None

"""When the caller has finished: how long the silence must be, after what was said, before the turn is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kb.korean import morphemes
from voicebot.dialogue.slots import Slot
from voicebot.turns.answered import Answered, answered
from voicebot.turns.ends import ends
from voicebot.turns.pace import Pace

FULL_PAUSE_MS = 120  # a number has all its digits: only a breath, lest 입니다 becomes a turn of its own
GROWING_PAUSE_MS = 600  # 세 시 … 반
DOUBT_PAUSE_MS = 700  # as likely the end as not
# Who says 요 elsewhere does not end with 안 왔어: it was 안 와서, and there is more.
PLAIN_PAUSE_MS = 900
SHORT_NUMBER = 1.2  # callers read a number from paper in groups: so much longer than their other pauses
_SURELY_OPEN, _EVEN, _SURELY_ENDED = 0.3, 0.5, 0.9


@dataclass(frozen=True, slots=True)
class Needed:
    """How long the silence must be before the turn ends with this transcript, and why it would end."""

    pause_ms: int
    reason: Literal["ending", "complete", "timeout"]


class TurnTaking:
    """One caller's turns: what was said, what was asked and the caller's pace decide. Has no audio and no clock.

    Whoever hears the caller asks ``needed`` at each new partial transcript and ends the turn when the silence since
    the last speech reaches it.
    """

    def __init__(self) -> None:
        self._pace = Pace()
        self._is_polite = False
        self._judged: tuple[str, Slot | None, float, Answered] = ("", None, 0.0, "no")

    def needed(self, transcript: str, asked: Slot | None, now: datetime) -> Needed:
        """For the turn so far, in Hangul without punctuation; ``asked`` is what the bot has just asked for.

        The judgement of the last transcript is kept, so that asking again every 20 ms costs nothing.
        """
        before, of_slot, end, answer = self._judged
        if transcript != before or asked is not of_slot:
            end = ends(transcript)
            answer = answered(asked, transcript, now) if asked else "no"
            self._judged = transcript, asked, end, answer
        needed = self._waited(end, answer)
        if self._is_polite and needed.reason == "ending" and _is_plain(transcript):
            return Needed(max(needed.pause_ms, PLAIN_PAUSE_MS), "timeout")
        return needed

    def ended(self, transcript: str) -> None:
        """A turn is over: how it was said tells how the next ones will end."""
        if _POLITE.search(transcript):
            self._is_polite = True

    def went_on(self, pause_ms: int) -> None:
        """The caller resumed within a turn after so much silence: the open pause follows, within bounds."""
        self._pace.went_on(pause_ms)

    def cut_off(self, pause_ms: int) -> None:
        """The turn had been ended, and so long behind the last word the caller went on: it was too early."""
        self._pace.cut_off(pause_ms)

    def _waited(self, end: float, answer: Answered) -> Needed:
        sure_ms, open_ms = self._pace.sure_ms, self._pace.open_ms
        by_ending = _between_pauses(end, sure_ms, open_ms)
        match answer:
            case "full":
                return Needed(FULL_PAUSE_MS, "complete")
            case "whole":
                return Needed(round(sure_ms), "complete")
            case "growing":
                return Needed(max(GROWING_PAUSE_MS, round(sure_ms)), "complete")
            case "short":
                return Needed(round(open_ms * SHORT_NUMBER), "timeout")
            case "no":
                return Needed(round(by_ending), "ending" if end >= _EVEN else "timeout")


_POLITE = re.compile(r"(?:요|니다|니까|죠|시오)$")


def _is_plain(transcript: str) -> bool:
    """Whether the words end as those do that are said to friends: in an ending, and none that is polite."""
    found = morphemes(transcript)
    return bool(found) and found[-1].tag in ("EF", "EC") and not _POLITE.search(transcript)


def _between_pauses(end: float, sure_ms: float, open_ms: float) -> float:
    """From the open pause over the one of doubt to the sure one, the likelier the end the shorter."""
    doubt_ms = max(DOUBT_PAUSE_MS, sure_ms)
    if end < _EVEN:
        share = max(0.0, (end - _SURELY_OPEN) / (_EVEN - _SURELY_OPEN))
        return open_ms + share * (doubt_ms - open_ms)
    share = min(1.0, (end - _EVEN) / (_SURELY_ENDED - _EVEN))
    return doubt_ms + share * (sure_ms - doubt_ms)

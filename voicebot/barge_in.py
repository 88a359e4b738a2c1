"""When the caller cuts in: the bot falls silent at once, and then it is seen what that was.

Words: the bot stays silent and listens. A cough, a backchannel (네, 음), an echo: it goes on where it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

SETTLED_MS = 240  # of silence after a sound without words; the recognizer's words come 120 ms late, the last ones 200
WORDLESS_MS = 1_600  # of sound without a word: hold music, a vacuum cleaner; nobody is speaking
LAST_WORDS_MS = 1_500  # who says 네 this short before the end of a question has heard it, and answers
ENOUGH_SYLLABLES = 2  # a cough is heard as one now and then

_BACKCHANNELS = re.compile(
    r"(?:네+에?|예+에?|응+|으응|음+|흠+|아+|어+|오+|하+|허+|그래요|그렇군요|그렇구나|그렇죠|맞아요|알겠어요|알겠습니다)"
)

Reaction = Literal["pause", "resume", "interrupt"]


def words_beyond_backchannels(transcript: str) -> int:
    """How many syllables of a transcript are more than nodding along."""
    return sum(len(word) for word in transcript.split() if not _BACKCHANNELS.fullmatch(word))


def is_backchannel(transcript: str) -> bool:
    """Whether something was said, and nothing but nodding along."""
    return bool(transcript.strip()) and words_beyond_backchannels(transcript) == 0


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What a tick sees while the bot has something to say.

    ``voice_ms`` is how long the caller's voice has been heard, 0 for none; ``silence_ms`` how long not. ``transcript``
    is what was heard of it so far. ``left_ms`` is what the bot has still to say, None where that is not known yet;
    ``answers`` whether the transcript answers what the bot is about to ask.
    """

    voice_ms: int
    silence_ms: int
    transcript: str
    is_paused: bool
    is_interruptible: bool
    left_ms: int | None
    is_echo: bool = False
    answers: bool = False


class BargeIn:
    """One call's policy: driven every tick, it says what the bot does about the caller's voice, or None for nothing."""

    def __init__(self) -> None:
        self._is_ignoring = False  # a sound without words, until it ends

    def react(self, seen: Meanwhile) -> Reaction | None:
        if not seen.voice_ms and seen.silence_ms >= SETTLED_MS:
            self._is_ignoring = False
        if not seen.is_interruptible:
            return "resume" if seen.is_paused else None
        if self._is_speech(seen):
            self._is_ignoring = False
            return "interrupt"
        if seen.is_paused:
            if seen.voice_ms > WORDLESS_MS or seen.is_echo:
                self._is_ignoring = True
                return "resume"
            return "resume" if not seen.voice_ms and seen.silence_ms >= SETTLED_MS else None
        if seen.voice_ms and not seen.is_echo and not self._is_ignoring:
            return "pause"
        return None

    def _is_speech(self, seen: Meanwhile) -> bool:
        if seen.is_echo:
            return False
        if words_beyond_backchannels(seen.transcript) >= ENOUGH_SYLLABLES:
            return True
        is_at_the_end = seen.left_ms is not None and seen.left_ms <= LAST_WORDS_MS
        return seen.answers and is_at_the_end and not seen.voice_ms and seen.silence_ms >= SETTLED_MS

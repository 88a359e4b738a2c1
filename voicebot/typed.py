"""What a caller types instead of saying it, as a turn of the call."""

from __future__ import annotations

import unicodedata

from voicebot.dialogue.heard import Heard
from voicebot.events import TranscriptFinal

MOST_CHARS = 500  # a minute and a half of speech; nobody writes more to somebody who listens


def typed(text: str) -> Heard | None:
    """The first ``MOST_CHARS`` count, and what is no character (control, format, half a pair) is a space; None for
    nothing."""
    spaced = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text[:MOST_CHARS])
    said = " ".join(spaced.split())
    return Heard.of(said, source="typed") if said else None


def transcript(heard: Heard, turn: int, at_ms: int) -> TranscriptFinal:
    """Each of its words came when the whole did, ``at_ms`` since the call began."""
    came = {"start_ms": at_ms, "end_ms": at_ms, "confidence": heard.confidence}
    words = tuple({"text": word, **came} for word in heard.spoken.split())
    return TranscriptFinal("caller", turn, heard.spoken, heard.written, words, "typed")

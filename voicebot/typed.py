"""What people write instead of saying it, as a turn of the call."""

from __future__ import annotations

import unicodedata

from voicebot.dialogue.heard import Heard
from voicebot.events import TranscriptFinal

MOST_CHARS = 500  # a minute and a half of speech; nobody writes more to somebody who listens
MOST_READ_CHARS = 2_000  # of what is read, and not listened to


def typed(text: str) -> Heard | None:
    """The first ``MOST_CHARS`` count, and what is no character (control, format, half a pair) is a space; None for
    nothing."""
    said = _plain(text[:MOST_CHARS])
    return Heard.of(said, source="typed") if said else None


def written(text: str) -> Heard | None:
    """What an agent writes for a caller to read, as it stands, lines as lines; the first ``MOST_READ_CHARS`` count."""
    lines = "\n".join(_plain(line) for line in text[:MOST_READ_CHARS].splitlines()).strip()
    return Heard(lines, lines, source="typed") if lines else None


def _plain(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(char).startswith("C") else char for char in text).split())


def transcript(heard: Heard, turn: int, at_ms: int) -> TranscriptFinal:
    """Each of its words came when the whole did, ``at_ms`` since the call began."""
    came = {"start_ms": at_ms, "end_ms": at_ms, "confidence": heard.confidence}
    words = tuple({"text": word, **came} for word in heard.spoken.split())
    return TranscriptFinal("caller", turn, heard.spoken, heard.written, words, "typed")

"""What a caller said in one turn, as the dialogue reads it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from voicebot.text import to_written

Source = Literal["speech", "dtmf", "typed"]


@dataclass(frozen=True, slots=True)
class Heard:
    """``spoken`` is what the recognizer heard (Hangul words), what was typed, or the keys that were pressed.

    ``written`` is the same as people read it; offsets of everything that is found count its characters.
    ``confidence`` is the recognizer's, 0 to 1.
    """

    spoken: str
    written: str
    confidence: float = 1.0
    source: Source = "speech"

    @classmethod
    def of(cls, spoken: str, *, confidence: float = 1.0, source: Source = "speech") -> Heard:
        """Of what was said, written by ``to_written``; decomposed Hangul (NFD) is put together first."""
        spoken = unicodedata.normalize("NFC", spoken)
        written = spoken if source == "dtmf" else to_written(spoken).text
        return cls(spoken, written, confidence, source)

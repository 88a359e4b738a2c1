"""What the log says of words that a flow has asked not to be kept: that there were some."""

from __future__ import annotations

import re
from dataclasses import replace

from voicebot.events import (
    AnswerChosen,
    BotFinished,
    BotInterrupted,
    BotStarted,
    Dtmf,
    Event,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)

_NOT_SPACE = re.compile(r"\S")
_DIGIT = re.compile(r"\d")


def off_record(event: Event) -> Event:
    """The event with the caller's words and keys as stars, and the figures that the bot reads back to the caller."""
    match event:
        case Dtmf():
            return replace(event, digit="*")
        case TranscriptFinal():
            words = tuple({**word, "text": _stars(word["text"])} for word in event.words)
            return replace(event, spoken=_stars(event.spoken), written=_stars(event.written), words=words)
        case TranscriptPartial() | TurnEnded():
            return replace(event, spoken=_stars(event.spoken), written=_stars(event.written))
        case BotInterrupted():
            return replace(event, text=_without_figures(event.text), heard_text=_without_figures(event.heard_text))
        case BotStarted() | BotFinished() | AnswerChosen():
            return replace(event, text=_without_figures(event.text))
    return event


def _stars(text: str) -> str:
    return _NOT_SPACE.sub("*", text)


def _without_figures(text: str) -> str:
    return _DIGIT.sub("*", text)

"""Calls as people read and hear them: abusive words are masked in texts, and beeped in sound. What is kept is whole."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, BinaryIO

import soundfile
from pydantic import AfterValidator

from voicebot.beeping import abusive_spans, beeped
from voicebot.events import Logged
from voicebot.text.abuse import masked

_TEXTS = frozenset({"spoken", "written", "text", "heard_text", "summary", "value"})
_READ_AGAIN = 4_096  # texts: every reader of a live call gets the same ones


@functools.lru_cache(_READ_AGAIN)
def masked_text(text: str) -> str:
    return masked(text)


Masked = Annotated[str, AfterValidator(masked_text)]


def masked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An event's JSON form with its texts masked, the words of a transcript too; texts keep their length."""
    shown = dict(fields)
    for name in _TEXTS & fields.keys():
        if isinstance(text := fields[name], str):
            shown[name] = masked_text(text)
    if words := fields.get("words"):
        shown["words"] = _masked_words(words)
    return shown


def _masked_words(words: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each by itself and as a part of them all: a recognizer may hear one word as two."""
    texts = [str(word["text"]) for word in words]
    together, end = masked_text(" ".join(texts)), 0
    shown = []
    for word, text in zip(words, texts, strict=True):
        begin, end = end, end + len(text)
        part = together[begin:end]
        shown.append({**word, "text": part if part != text else masked_text(text)})
        end += 1
    return shown


def beeped_recording(recording: BinaryIO, events: Iterable[Logged]) -> BinaryIO:
    """The FLAC with a tone over abusive words: the caller's on the left, everybody else's on the right. Computes."""
    spans = abusive_spans(events)
    recording.seek(0)
    samples, rate_hz = soundfile.read(recording, dtype="int16", always_2d=True)
    for channel in range(samples.shape[1]):
        own = [(start_ms, end_ms) for side, start_ms, end_ms in spans if (side == "caller") == (channel == 0)]
        if own:
            samples[:, channel] = beeped(samples[:, channel].copy(), rate_hz, own)
    sound = io.BytesIO()
    soundfile.write(sound, samples, rate_hz, format="FLAC", subtype="PCM_16")
    sound.seek(0)
    return sound

"""Abusive words as a tone: where they are in a call, and sound with the tone in their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from voicebot.audio import FULL_SCALE, Samples, level_dbfs, to_int16
from voicebot.events import Logged, Side, SpeechStarted, TranscriptFinal
from voicebot.text.abuse import find

BEEP_HZ = 1_000
EDGE_MS = 8  # as long as a consonant's burst: no click, and no vowel left to guess the word by
MARGIN_MS = 60  # a recognizer's times are some frames off
_QUIETEST_DBFS, _LOUDEST_DBFS = -36.0, -15.0
_SYLLABLE_MS = 200  # of a final that tells no times, and whose beginning nobody heard

Stretch = tuple[Side, int, int]


def abusive_spans(events: Iterable[Logged]) -> list[Stretch]:
    """Side, start and end in ms since the call began of each stretch that is beeped at playback, by start.

    A word counts whole, with ``MARGIN_MS`` on either side; stretches of a side that touch are one. Where a final tells
    no words' times, its letters share the time since its side began to speak.
    """
    began_ms: dict[Side, int] = {}
    stretches: list[Stretch] = []
    for logged in events:
        match logged.event:
            case SpeechStarted(side):
                began_ms[side] = logged.at_ms
            case TranscriptFinal(side, spoken=spoken, words=words):
                found = spans_of(spoken, words, began_ms.pop(side, None), logged.at_ms)
                stretches += [(side, max(0, start - MARGIN_MS), end + MARGIN_MS) for start, end in found]
    return _merged(stretches)


def spans_of(
    spoken: str, words: Sequence[dict[str, Any]], began_ms: int | None, ended_ms: int
) -> list[tuple[int, int]]:
    """When the abusive words of one final were said: ``(start_ms, end_ms)`` each, without margin."""
    if not (found := find(spoken)):
        return []
    timed = [word for word in words if word.get("end_ms", 0) > word.get("start_ms", 0)]
    texts = [str(word["text"]) for word in timed]
    if by_word := find(" ".join(texts)):
        ends = np.cumsum([len(text) + 1 for text in texts]) - 1
        return [
            (int(word["start_ms"]), int(word["end_ms"]))
            for word, text, end in zip(timed, texts, ends, strict=True)
            if any(first < end and end - len(text) < last for first, last in by_word)
        ]
    if timed:
        began_ms, ended_ms = int(timed[0]["start_ms"]), int(timed[-1]["end_ms"])
    elif began_ms is None:
        began_ms = max(0, ended_ms - _SYLLABLE_MS * len(spoken))
    a_letter_ms = (ended_ms - began_ms) / len(spoken)
    return [(began_ms + int(first * a_letter_ms), began_ms + int(last * a_letter_ms)) for first, last in found]


def beeped(samples: Samples, rate_hz: int, spans_ms: Iterable[tuple[int, int]]) -> Samples:
    """A copy with a tone of 1 kHz over each ``(start_ms, end_ms)``, as loud as what it covers; spans may overlap.

    Whatever of a span lies outside the sound is passed over.
    """
    sound = samples.astype(np.float64)
    covered = np.zeros(len(samples))
    tone = np.zeros(len(samples))
    for start_ms, end_ms in spans_ms:
        start, end = (min(max(ms * rate_hz // 1_000, 0), len(samples)) for ms in (start_ms, end_ms))
        if start < end:
            share = cover(start, end, start, end - start, rate_hz)
            tone[start:end] = np.maximum(tone[start:end], loudness(samples[start:end]))
            covered[start:end] = np.maximum(covered[start:end], share)
    return to_int16(sound * (1 - covered) + covered * tone * wave(0, len(samples), rate_hz))


def loudness(covered: Samples) -> float:
    """The amplitude of a tone as loud as that sound, but never faint and never startling."""
    dbfs = min(max(level_dbfs(covered), _QUIETEST_DBFS), _LOUDEST_DBFS)
    return float(FULL_SCALE * np.sqrt(2) * 10 ** (dbfs / 20))


def wave(first: int, count: int, rate_hz: int) -> npt.NDArray[np.float64]:
    """The tone's samples from number ``first`` on; whatever is cut anywhere goes on in phase."""
    return np.sin(2 * np.pi * BEEP_HZ * np.arange(first, first + count) / rate_hz)


def cover(start: int, end: int, first: int, count: int, rate_hz: int) -> npt.NDArray[np.float64]:
    """How much of the tone (0 to 1) samples ``first`` on have, of a stretch with soft edges inside its ends."""
    edge = max(1, rate_hz * EDGE_MS // 1_000)
    at = np.arange(first, first + count)
    return np.clip(np.minimum(at - start + 1, end - at) / edge, 0, 1)


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    merged: dict[Side, list[Stretch]] = {}
    for side, start, end in sorted(stretches, key=lambda stretch: stretch[1]):
        of_side = merged.setdefault(side, [])
        if of_side and start <= of_side[-1][2]:
            of_side[-1] = (side, of_side[-1][1], max(end, of_side[-1][2]))
        else:
            of_side.append((side, start, end))
    return sorted((stretch for of_side in merged.values() for stretch in of_side), key=lambda stretch: stretch[1:])

"""How fast the mouth is: what ``aicc bench say`` prints."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.audio import FRAME_MS
from voicebot.tts.mouth import Mouth
from voicebot.tts.phrases import Spoken


@dataclass(frozen=True, slots=True)
class SayFigures:
    """First sound: ms from the written text to its first 20 ms of sound, writing out in Hangul included.

    ``real_time_factor`` is computing time over the duration of the new sound: below 1 the voice keeps up.
    """

    voice: str
    rate_hz: int
    sentences: int
    new_first_sound_ms_p50: float
    new_first_sound_ms_p95: float
    cached_first_sound_ms_p50: float
    cached_first_sound_ms_p95: float
    real_time_factor: float


def measure(mouth: Mouth, sentences: Sequence[str], clock_s: Callable[[], float] = time.perf_counter) -> SayFigures:
    """Says every sentence twice, which must be new to the mouth's phrases and fit into them, and at least one.

    Raises ValueError for sentences that were known before, or say nothing.
    """
    new_ms: list[float] = []
    cached_ms: list[float] = []
    computing_s = sounding_s = 0.0
    for sentence in dict.fromkeys(sentences):
        known = len(mouth.phrases)
        started_s = clock_s()
        saying = mouth.say(sentence)
        first = next(saying, None)
        first_s = clock_s()
        frames = sum(1 for _ in saying) + 1
        computing_s += clock_s() - started_s
        if first is None or len(mouth.phrases) == known:
            raise ValueError(f'cannot measure "{sentence}": it is silent, was said before, or outgrows the cache')
        new_ms.append((first_s - started_s) * 1000)
        sounding_s += frames * FRAME_MS / 1000
        cached_ms.append(_first_sound_ms(mouth, sentence, clock_s))
    if not new_ms:
        raise ValueError("cannot measure without a sentence: give at least one")
    new_p50, new_p95 = np.percentile(new_ms, [50, 95]).tolist()
    cached_p50, cached_p95 = np.percentile(cached_ms, [50, 95]).tolist()
    return SayFigures(
        mouth.synthesizer.name,
        mouth.rate_hz,
        len(new_ms),
        new_p50,
        new_p95,
        cached_p50,
        cached_p95,
        computing_s / sounding_s,
    )


def _first_sound_ms(mouth: Mouth, sentence: str, clock_s: Callable[[], float]) -> float:
    started_s = clock_s()
    first: Spoken | None = next(mouth.say(sentence), None)
    assert first is not None
    return (clock_s() - started_s) * 1000

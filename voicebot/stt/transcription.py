"""A recording of any length into utterances: voice activity finds them, a recognizer hears each."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from voicebot.audio import Samples
from voicebot.stt.recognizer import TICK_MS, Final, Partial, Recognizer, Stream
from voicebot.vad import VoiceDetector

LEAD_MS = 480  # heard before the voice is noticed, and given to the recognizer with it
PAUSE_MS = 700  # of silence end an utterance; there is nobody to answer, so nothing is lost by waiting
LONGEST_MS = 30_000


@dataclass(frozen=True, slots=True)
class Utterance:
    """An utterance as it grows (``result`` a partial) or whole (a final); both times in the recording."""

    start_ms: int
    end_ms: int
    result: Partial | Final


def transcribe(recognizer: Recognizer, detector: VoiceDetector, blocks: Iterable[Samples]) -> Iterator[Utterance]:
    """Utterances of sound at the recognizer's rate, partial by partial; words count from their utterance's start.

    Computes and blocks. The sound is taken tick by tick, as a call brings it.
    """
    activity = detector.stream(recognizer.rate_hz)
    lead: deque[Samples] = deque(maxlen=LEAD_MS // TICK_MS)
    stream: Stream | None = None
    start_ms = now_ms = 0
    shown = ""
    for samples in _ticks(blocks, recognizer.rate_hz * TICK_MS // 1000):
        activity.hear(samples)
        now_ms = activity.position_ms
        if stream is None:
            lead.append(samples)
            if not activity.speaking:
                continue
            stream, shown = recognizer.stream(), ""
            start_ms = now_ms - sum(len(block) for block in lead) * 1000 // recognizer.rate_hz
            for block in lead:
                stream.accept(block)
            lead.clear()
        else:
            stream.accept(samples)
        if activity.silence_ms >= PAUSE_MS or now_ms - start_ms >= LONGEST_MS:
            yield _conclude(recognizer, stream, start_ms, now_ms)
            stream = None
            continue
        recognizer.decode([stream])
        if stream.partial.spoken != shown:
            shown = stream.partial.spoken
            yield Utterance(start_ms, now_ms, stream.partial)
    if stream is not None:
        yield _conclude(recognizer, stream, start_ms, now_ms)


def _ticks(blocks: Iterable[Samples], tick: int) -> Iterator[Samples]:
    """The same sound in blocks of ``tick`` samples, the last one shorter."""
    rest: Samples = np.zeros(0, np.int16)
    for block in blocks:
        rest = np.concatenate([rest, block])
        whole = len(rest) - len(rest) % tick
        for start in range(0, whole, tick):
            yield rest[start : start + tick]
        rest = rest[whole:]
    if len(rest):
        yield rest


def _conclude(recognizer: Recognizer, stream: Stream, start_ms: int, end_ms: int) -> Utterance:
    stream.finish()
    recognizer.decode([stream])
    final = stream.final
    assert final is not None, f"{recognizer.name} finished a stream without a final"
    return Utterance(start_ms, end_ms, final)

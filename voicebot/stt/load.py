"""How many live streams a core carries."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.audio import Samples
from voicebot.stt.evaluation import warm_up
from voicebot.stt.recognizer import TICK_MS, Recognizer


@dataclass(frozen=True, slots=True)
class Load:
    """So many streams in one process at real-time pace: the share of a core they take, and how late a tick gets."""

    streams: int
    seconds: float
    cores_used: float
    streams_per_core: int
    tick_ms_p95: float


def load(recognizer: Recognizer, recordings: Sequence[Samples], streams: int, seconds: float = 20.0) -> Load:
    """Plays recordings, each to many streams at shifted times, and decodes all every tick in one batch.

    Runs as fast as it can; the share of a core is computing over sound. Utterances end and begin as recordings do.
    """
    warm_up(recognizer)
    tick = recognizer.rate_hz * TICK_MS // 1000
    playing = [
        (recognizer.stream(), number % len(recordings), number * 977 % len(recordings[number % len(recordings)]))
        for number in range(streams)
    ]
    spent: list[float] = []
    took_ms: list[float] = []
    for _ in range(round(seconds * 1000 / TICK_MS)):
        following, active = [], []
        began, began_s = time.process_time(), time.perf_counter()
        for stream, recording, position in playing:
            samples = recordings[recording][position : position + tick]
            stream.accept(samples)
            active.append(stream)
            position += tick
            if position >= len(recordings[recording]):
                stream.finish()
                stream, recording, position = recognizer.stream(), (recording + 1) % len(recordings), 0
            following.append((stream, recording, position))
        recognizer.decode(active)
        for stream in active:
            _ = stream.partial
        spent.append((time.process_time() - began) * 1000)
        took_ms.append((time.perf_counter() - began_s) * 1000)
        playing = following
    share = sum(spent) / (len(spent) * TICK_MS)
    return Load(streams, seconds, round(share, 3), int(streams / share), round(float(np.percentile(took_ms, 95)), 1))

"""Calls to report on, and their sound."""

import numpy as np
import soundfile

from voicebot.events import (
    BotFinished,
    BotStarted,
    CallEnded,
    CallStarted,
    Latency,
    Logged,
    TranscriptFinal,
    TurnEnded,
)

RATE_HZ = 8_000


def logged(*events, call_id="c1"):
    """Events at their times: ``(at_ms, event)``."""
    return [Logged(call_id, seq, at_ms, event) for seq, (at_ms, event) in enumerate(events)]


def said(text, turn, from_ms, to_ms):
    """A turn of the caller's."""
    word = {"text": text, "start_ms": from_ms, "end_ms": to_ms, "confidence": 0.9}
    return [
        (to_ms + 200, TranscriptFinal("caller", turn, text, text, (word,), "bundled")),
        (to_ms + 200, TurnEnded(turn, text, text, 200, "ending")),
    ]


def answered(text, turn, at_ms, for_ms=1_000, wait_ms=240):
    return [
        (at_ms, Latency(turn, 200, 10, 10, wait_ms - 220, wait_ms)),
        (at_ms, BotStarted(turn, text, 40)),
        (at_ms + for_ms, BotFinished(turn, text)),
    ]


def whole_call(text="배송 조회요"):
    return logged(
        (0, CallStarted("in", "wav", "01012345678", "15880000", "누리홈쇼핑")),
        (10, BotStarted(0, "안녕하세요.", 0)),
        (1_000, BotFinished(0, "안녕하세요.")),
        *said(text, 1, 1_500, 2_600),
        *answered("주문번호가 어떻게 되세요?", 1, 2_840),
        (4_000, CallEnded("caller", "hung_up", 4_000, "recording.flac")),
    )


def record(path, seconds=4.0, channels=2, level=8_000):
    """A tone on each channel, the second half as loud as the first."""
    tone = level * np.sin(2 * np.pi * 300 * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    sound = np.stack([tone / 2**channel for channel in range(channels)], axis=1).astype(np.int16)
    soundfile.write(path, sound, RATE_HZ)
    return path

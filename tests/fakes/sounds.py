"""Voices for tests: sound that carries its words with it, so that a fake recognizer hears what is really there.

A frame of speech is a square wave whose first samples say which syllable it belongs to. Cut it, lose the half of it,
hear it again from 240 ms back: what is heard of it is what a recognizer would hear.
"""

from __future__ import annotations

import numpy as np

from voicebot.audio import FRAME_MS, Samples

RATE_HZ = 8_000
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
SYLLABLE_MS = 160
LEVEL = 4_000
_MARK = 12_345
_FIRST_HANGUL = 0xAC00
BEGINS, BEGINS_WORD = 1, 2  # of a syllable's first frame


def speech(text: str, half_wave: int = 1) -> list[Samples]:
    """Frames of a voice that says ``text`` (Hangul and spaces) at an even pace, without pauses.

    One with another ``half_wave`` (samples) is another voice, and no echo of it.
    """
    frames = []
    for word in text.split():
        for place, syllable in enumerate(word):
            for number in range(SYLLABLE_MS // FRAME_MS):
                frame = voice(half_wave)
                begins = 0 if number else BEGINS | (0 if place else BEGINS_WORD)
                frame[:3] = (_MARK, ord(syllable) - _FIRST_HANGUL, begins)
                frames.append(frame)
    return frames


def voice(half_wave: int = 1) -> Samples:
    """A frame of a voice, or of music, in which there is no word."""
    is_up = np.arange(FRAME_SAMPLES) // half_wave % 2 == 0
    return np.where(is_up, LEVEL, -LEVEL).astype(np.int16)


def silence() -> Samples:
    return np.zeros(FRAME_SAMPLES, np.int16)


def is_voiced(frame: Samples) -> bool:
    return bool(np.abs(frame.astype(np.int32)).mean() > 300)


def syllable_of(frame: Samples) -> tuple[str, int] | None:
    """The syllable that a frame belongs to, and whether it begins it; None for all other sound."""
    if frame[0] != _MARK:
        return None
    return chr(_FIRST_HANGUL + int(frame[1])), int(frame[2])


def frames_of(sound: Samples) -> list[Samples]:
    assert len(sound) % FRAME_SAMPLES == 0
    return list(sound.reshape(-1, FRAME_SAMPLES))

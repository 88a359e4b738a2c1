"""Something like a caller: sentences spoken by espeak-ng, at the rate of a telephone."""

from functools import cache

import numpy as np

from voicebot.audio import Samples, resample
from voicebot.tts.espeak import EspeakSynthesizer

RATE_HZ = 8_000


@cache
def speech(spoken: str, rate_hz: int = RATE_HZ) -> Samples:
    voice = EspeakSynthesizer()
    return resample(np.concatenate(list(voice.speak(spoken))), voice.rate_hz, rate_hz)


def silence(seconds: float, rate_hz: int = RATE_HZ) -> Samples:
    return np.zeros(round(seconds * rate_hz), np.int16)

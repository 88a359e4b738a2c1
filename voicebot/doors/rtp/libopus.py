"""libopus by ctypes, for what PyAV has no way to ask: the copy of a lost packet that the next one carries.

An encoder that expects loss adds to each packet the one before, in fewer bits (RFC 6716, section 2.1.7; RFC 7587,
section 3.3, "in-band FEC").
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import logging
import weakref
from pathlib import Path
from typing import Final

import av
import numpy as np

from voicebot.audio import Samples

log = logging.getLogger(__name__)

OPUS_HZ = 16_000  # what this side hears and says
MOST_SAMPLES = OPUS_HZ * 120 // 1000  # the longest packet
STEP = OPUS_HZ // 400  # what is missing is counted in 2.5 ms
NOTHING: Final[Samples] = np.zeros(0, np.int16)
_Pointer = ctypes.POINTER(ctypes.c_int16)


def repeated_ms(payload: bytes) -> int:
    """How long the copy is that a packet carries of the sound before it; 0 where there is none.

    RFC 6716, sections 3.1 (the first byte: mode, length, frames) and 4.2.4 (a SILK frame begins with a bit for each of
    its 20 ms, then one that says whether a copy follows). Of packets of several frames none is seen.
    """
    if len(payload) < 3 or payload[0] & 3:
        return 0
    configuration = payload[0] >> 3
    if configuration >= 16:  # CELT has none
        return 0
    length_ms = (10, 20, 40, 60)[configuration & 3] if configuration < 12 else (10, 20)[configuration & 1]
    return length_ms if payload[1] >> 7 - max(1, length_ms // 20) & 1 else 0


@functools.cache
def library() -> ctypes.CDLL | None:
    """The one in PyAV's wheel, else the system's; None where there is neither, which is logged."""
    wheel = Path(av.__file__).parent
    found = [*wheel.parent.glob("av.libs/*opus*"), *wheel.glob(".dylibs/*opus*"), ctypes.util.find_library("opus")]
    for name in filter(None, found):
        try:
            loaded = ctypes.CDLL(str(name))
            loaded.opus_decoder_create.restype = ctypes.c_void_p
            loaded.opus_decoder_create.argtypes = ctypes.c_int32, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
            loaded.opus_decoder_destroy.restype = None
            loaded.opus_decoder_destroy.argtypes = (ctypes.c_void_p,)
            loaded.opus_decode.argtypes = (
                *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32),
                *(_Pointer, ctypes.c_int, ctypes.c_int),
            )
        except (OSError, AttributeError):  # not loadable, or another library
            continue
        return loaded
    log.warning("no libopus beside PyAV nor in the system: lost packets of Opus are concealed without their copies")
    return None


class LibopusDecoder:
    """One stream: mono at 16 kHz, whatever the peer packs. Not for several threads at a time."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        error = ctypes.c_int()
        self._decode = loaded.opus_decode
        self._state = ctypes.c_void_p(loaded.opus_decoder_create(OPUS_HZ, 1, ctypes.byref(error)))
        if not self._state:
            raise MemoryError(f"libopus opens no decoder: error {error.value}")
        weakref.finalize(self, loaded.opus_decoder_destroy, self._state)

    def decode(self, payload: bytes) -> Samples:
        """None of a broken packet."""
        return self._call(payload, MOST_SAMPLES) if payload else NOTHING

    def recover(self, next_payload: bytes, samples: int) -> Samples | None:
        """So many samples before a packet that has come, by its copy of them; None where it is broken."""
        sound = self._call(next_payload, _whole(samples), recovers=True) if next_payload else NOTHING
        return sound[-samples:] if 0 < samples <= len(sound) else None

    def conceal(self, samples: int) -> Samples:
        """By what was heard, fading as losses add up; silence before the first packet."""
        return self._call(None, _whole(samples))[:samples] if samples else NOTHING

    def _call(self, payload: bytes | None, samples: int, *, recovers: bool = False) -> Samples:
        sound = np.empty(samples, np.int16)
        length = len(payload) if payload else 0
        decoded = self._decode(self._state, payload, length, sound.ctypes.data_as(_Pointer), samples, int(recovers))
        return sound[: max(0, decoded)]


def _whole(samples: int) -> int:
    return -(-samples // STEP) * STEP

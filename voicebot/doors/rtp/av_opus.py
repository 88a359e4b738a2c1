"""Opus as PyAV decodes it: at 48 kHz, which it does not let us choose, and without asking for error correction."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext

from voicebot.audio import Samples, to_int16
from voicebot.doors.rtp.libopus import NOTHING, OPUS_HZ

DECODED_HZ = 48_000

BLOCK = 120  # samples at 48 kHz: the shortest Opus frame, 2.5 ms, of which every other is a multiple
TAPS = 72  # a delay of 0.75 ms


class AvDecoder:
    """One stream: mono, 16 kHz on this side, whatever the peer packs. Opened when it is first needed."""

    def __init__(self) -> None:
        self._decoder: AudioCodecContext | None = None
        self._third = _Third()
        self._contents: int | None = None  # the first byte of the newest good packet

    def decode(self, payload: bytes) -> Samples:
        if not payload:  # for libavcodec the end of the stream, for good
            return NOTHING
        if self._decoder is None:
            self._decoder = _open_decoder()
        try:
            # Of a stereo packet a mono decoder gives the middle; of an empty one (DTX) its comfort noise.
            frames = self._decoder.decode(av.Packet(payload))
        except av.FFmpegError:
            return NOTHING
        if not frames:
            return NOTHING
        self._contents = payload[0]
        return self._third(frames[0].to_ndarray()[0])

    def conceal(self, samples: int) -> Samples:
        """By the decoder, which takes a packet of nothing but its first byte for a lost one and fades as losses add up.

        In whole pieces of 10 ms; silence before the first packet.
        """
        if self._contents is None:
            return np.zeros(samples, np.int16)
        short, long = (bytes([contents]) for contents in _empty_packets(self._contents))
        tens = -(-samples * 100 // OPUS_HZ)
        pieces = [self.decode(packet) for packet in [long] * (tens // 2) + [short] * (tens % 2)]
        return np.concatenate([NOTHING, *pieces])[:samples]


def _empty_packets(contents: int) -> tuple[int, int]:
    """First bytes of packets of 10 and of 20 ms, one frame, mono, in the mode and bandwidth of another's.

    RFC 6716, section 3.1, table 2: SILK has 10, 20, 40, 60 ms in a row, hybrid 10 and 20, CELT 2.5, 5, 10, 20.
    """
    configuration = contents >> 3
    if configuration < 12:
        first = configuration & ~3
    elif configuration < 16:
        first = configuration & ~1
    else:
        first = (configuration & ~3) + 2
    return first << 3, (first + 1) << 3


def _open_decoder() -> AudioCodecContext:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.layout = "mono"
    decoder.format = "s16"
    return decoder


def _low_pass_by_block() -> npt.NDArray[np.float32]:
    """A Kaiser-windowed low-pass at 7.2 kHz for every third sample, as a matrix (BLOCK + TAPS - 3, BLOCK // 3)."""
    at = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(at * 2 * 7_200 / DECODED_HZ) * np.kaiser(TAPS, 5.6)
    matrix = np.zeros((BLOCK + TAPS - 3, BLOCK // 3), np.float32)
    for column in range(BLOCK // 3):
        matrix[3 * column : 3 * column + TAPS, column] = taps / taps.sum()
    return matrix


_LOW_PASS = _low_pass_by_block()


class _Third:
    """48 kHz to 16 kHz, block by block: one product of matrices costs less than a resampler's call."""

    def __init__(self) -> None:
        self._before = np.zeros(TAPS - 3, np.float32)

    def __call__(self, samples: Samples) -> Samples:
        sound = np.concatenate([self._before, samples])
        self._before = sound[-(TAPS - 3) :]
        step = sound.itemsize
        rows, length = len(samples) // BLOCK, BLOCK + TAPS - 3
        blocks = np.lib.stride_tricks.as_strided(sound, (rows, length), (BLOCK * step, step), writeable=False)
        return to_int16((blocks @ _LOW_PASS).ravel())

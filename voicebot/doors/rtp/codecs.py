"""What voices are packed in: G.711 (RFC 3551) and Opus (RFC 6716, in RTP by RFC 7587)."""

from __future__ import annotations

from typing import Final, Protocol

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext

from voicebot.audio import A_LAW, FRAME_MS, G711, MU_LAW, Samples, to_int16
from voicebot.doors.rtp.formats import CodecName as CodecName  # also for those who use codecs

OPUS_HZ = 16_000  # what this side hears and says; the wire's clock is 48 kHz whatever is inside (RFC 7587, section 4.1)
OPUS_CLOCK_HZ = 48_000
OPUS_BITS_A_S = 32_000  # at 24,000 the encoder leaves the error correction out, or speech suffers from it
OPUS_COMPLEXITY = 5  # 0 to 10: at 8 and beyond a frame costs a quarter more
OPUS_LOSS_PERCENT = 5  # that the peer's network is taken to have: what error correction is for
OPUS_LOOKAHEAD_MS = 6.5  # by which the encoder delays speech, the first frame too

NOTHING: Final[Samples] = np.zeros(0, np.int16)


class Codec(Protocol):
    """One direction or both of one stream; it keeps state, so every stream opens its own."""

    @property
    def name(self) -> CodecName: ...

    @property
    def rate_hz(self) -> int:
        """Of what goes in and comes out: 8,000, of Opus 16,000."""

    @property
    def clock_hz(self) -> int:
        """Of RTP timestamps: 8,000, of Opus 48,000."""

    def encode(self, frame: Samples) -> bytes:
        """A payload of 20 ms, which are ``rate_hz // 50`` samples."""

    def decode(self, payload: bytes) -> Samples:
        """However many samples are in it (of Opus up to 120 ms); none where the payload is broken. Never raises."""

    def conceal(self, samples: int) -> Samples | None:
        """So many samples in place of lost ones; None where the codec knows no better than any other."""


def open_codec(name: CodecName) -> Codec:
    if name == "opus":
        return Opus()
    return LogLaw(name, MU_LAW if name == "PCMU" else A_LAW)


class LogLaw:
    """G.711, one of its two laws."""

    rate_hz = clock_hz = 8_000

    def __init__(self, name: CodecName, law: G711) -> None:
        self.name = name
        self.encode, self.decode = law.encode, law.decode

    def conceal(self, samples: int) -> None:
        return None


class Opus:
    """Opus by libopus, as PyAV carries it: mono, 16 kHz on this side, whatever the peer packs.

    Encoder and decoder are opened when they are first needed.
    """

    name: CodecName = "opus"
    rate_hz, clock_hz = OPUS_HZ, OPUS_CLOCK_HZ

    def __init__(self) -> None:
        self._encoder: AudioCodecContext | None = None
        self._decoder: AudioCodecContext | None = None
        self._third = _Third()
        self._contents: int | None = None  # the first byte of the newest good packet

    def encode(self, frame: Samples) -> bytes:
        if self._encoder is None:
            self._encoder = _open_encoder()
        sound = av.AudioFrame.from_ndarray(frame.reshape(1, -1), format="s16", layout="mono")
        sound.sample_rate = OPUS_HZ
        return b"".join(bytes(packet) for packet in self._encoder.encode(sound))

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


def _open_encoder() -> AudioCodecContext:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate = OPUS_HZ
    encoder.layout = "mono"
    encoder.format = "s16"
    encoder.bit_rate = OPUS_BITS_A_S
    encoder.options = {
        "application": "voip",
        "frame_duration": str(FRAME_MS),
        "compression_level": str(OPUS_COMPLEXITY),
        "fec": "1",
        "packet_loss": str(OPUS_LOSS_PERCENT),
    }
    return encoder


def _open_decoder() -> AudioCodecContext:
    decoder = av.CodecContext.create("libopus", "r")  # at 48 kHz, which it does not let us choose
    assert isinstance(decoder, AudioCodecContext)
    decoder.layout = "mono"
    decoder.format = "s16"
    return decoder


BLOCK = 120  # samples at 48 kHz: the shortest Opus frame, 2.5 ms, of which every other is a multiple
TAPS = 72  # a delay of 0.75 ms


def _low_pass_by_block() -> npt.NDArray[np.float32]:
    """A Kaiser-windowed low-pass at 7.2 kHz for every third sample, as a matrix (BLOCK + TAPS - 3, BLOCK // 3)."""
    at = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(at * 2 * 7_200 / OPUS_CLOCK_HZ) * np.kaiser(TAPS, 5.6)
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

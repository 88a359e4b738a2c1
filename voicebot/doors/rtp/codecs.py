"""What voices are packed in: G.711 (RFC 3551) and Opus (RFC 6716, in RTP by RFC 7587)."""

from __future__ import annotations

from typing import Protocol

import av
from av.audio.codeccontext import AudioCodecContext

from voicebot.audio import A_LAW, FRAME_MS, G711, MU_LAW, Samples
from voicebot.doors.rtp import libopus
from voicebot.doors.rtp.av_opus import AvDecoder
from voicebot.doors.rtp.formats import CodecName as CodecName  # also for those who use codecs
from voicebot.doors.rtp.libopus import OPUS_HZ as OPUS_HZ
from voicebot.doors.rtp.libopus import LibopusDecoder

OPUS_CLOCK_HZ = 48_000  # of the wire, whatever is inside (RFC 7587, section 4.1)
OPUS_BITS_A_S = 32_000  # at 24,000 the encoder leaves the error correction out, or speech suffers from it
OPUS_COMPLEXITY = 5  # 0 to 10: at 8 and beyond a frame costs a quarter more
OPUS_LOSS_PERCENT = 5  # that the peer's network is taken to have: what error correction is for
OPUS_LOOKAHEAD_MS = 6.5  # by which the encoder delays speech, the first frame too


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

    def repeated_ms(self, payload: bytes) -> int:
        """How much of the sound before it a payload carries once more; 0 where there is none or it cannot be had."""

    def recover(self, next_payload: bytes, samples: int) -> Samples | None:
        """So many lost samples by what the payload behind them carries of them; None where that cannot be had."""


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

    def repeated_ms(self, payload: bytes) -> int:
        return 0

    def recover(self, next_payload: bytes, samples: int) -> None:
        return None


class Opus:
    """Opus by libopus: mono, 16 kHz on this side, whatever the peer packs. PyAV encodes; it decodes where libopus
    cannot be had by itself, and then lost packets are not recovered.

    The encoder is opened when it is first needed.
    """

    name: CodecName = "opus"
    rate_hz, clock_hz = OPUS_HZ, OPUS_CLOCK_HZ

    def __init__(self) -> None:
        self._encoder: AudioCodecContext | None = None
        loaded = libopus.library()
        self._decoder = LibopusDecoder(loaded) if loaded is not None else AvDecoder()
        self.decode, self.conceal = self._decoder.decode, self._decoder.conceal

    def encode(self, frame: Samples) -> bytes:
        if self._encoder is None:
            self._encoder = _open_encoder()
        sound = av.AudioFrame.from_ndarray(frame.reshape(1, -1), format="s16", layout="mono")
        sound.sample_rate = OPUS_HZ
        return b"".join(bytes(packet) for packet in self._encoder.encode(sound))

    def repeated_ms(self, payload: bytes) -> int:
        return libopus.repeated_ms(payload) if isinstance(self._decoder, LibopusDecoder) else 0

    def recover(self, next_payload: bytes, samples: int) -> Samples | None:
        return self._decoder.recover(next_payload, samples) if isinstance(self._decoder, LibopusDecoder) else None


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

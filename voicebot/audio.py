"""Sound as the product holds it: numpy int16, mono, the rate in every name; levels, resampling and G.711."""

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.int16]

FRAME_MS = 20
FULL_SCALE = 32_767


def to_int16(sound: npt.NDArray[np.floating]) -> Samples:
    """Sound on the 16-bit scale, rounded and clipped to int16."""
    samples: Samples = np.clip(np.rint(sound), -32_768, FULL_SCALE).astype(np.int16)
    return samples


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """A whole sound at another rate (soxr, high quality)."""
    if from_hz == to_hz:
        return samples
    return np.asarray(soxr.resample(samples, from_hz, to_hz, quality="HQ"), dtype=np.int16)


def level_dbfs(samples: npt.NDArray[np.int16] | npt.NDArray[np.floating]) -> float:
    """Root mean square in dB below full scale; silence and an empty sound are -120."""
    if not samples.size:
        return -120.0
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(-120.0, 10 * float(np.log10(power / FULL_SCALE**2 + 1e-12)))


def _mu_law_values() -> Samples:
    """What each of the 256 mu-law codes sounds like (ITU-T G.711, table 2)."""
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = ((((code & 0x0F).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _a_law_values() -> Samples:
    """What each of the 256 A-law codes sounds like (ITU-T G.711, table 1)."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    segment = ((code & 0x70) >> 4).astype(np.int32)
    step = ((code & 0x0F).astype(np.int32) << 4) + 8
    magnitude = np.where(segment == 0, step, (step + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _nearest_codes(values: Samples) -> npt.NDArray[np.uint8]:
    """For every int16, indexed by its unsigned bits, the code that sounds nearest."""
    order = np.argsort(values, kind="stable")
    middles = (values[order][1:].astype(np.int32) + values[order][:-1]) / 2
    codes = order[np.searchsorted(middles, np.arange(-32_768, 32_768))].astype(np.uint8)
    return np.roll(codes, 32_768)


class G711:
    """One law of G.711 at 8 kHz, a byte a sample, by table."""

    def __init__(self, values: Samples) -> None:
        self._values, self._codes = values, _nearest_codes(values)

    def encode(self, samples: Samples) -> bytes:
        return self._codes[samples.view(np.uint16)].tobytes()

    def decode(self, payload: bytes) -> Samples:
        return self._values[np.frombuffer(payload, np.uint8)]


MU_LAW = G711(_mu_law_values())
A_LAW = G711(_a_law_values())

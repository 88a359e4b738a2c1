"""The bundled recognizer's front end: log-mel energies of telephone sound, the same in training and in the call."""

import numpy as np
import numpy.typing as npt

from gpu.mel import filterbank

RATE_HZ = 8_000
WINDOW = 200  # samples, 25 ms
HOP = 80  # samples, 10 ms
FFT = 256
BANDS = 48
LOWEST_HZ, HIGHEST_HZ = 80.0, 3_800.0
# A telephone's silence is the coder's own rounding, some four steps of 16-bit sound; below is nothing to learn.
FLOOR_RMS = 4.0


_WINDOW = np.hanning(WINDOW).astype(np.float32)
_FILTERBANK = filterbank(RATE_HZ, FFT, BANDS, LOWEST_HZ, HIGHEST_HZ)
_FLOOR = np.float32(FLOOR_RMS**2 * float((_WINDOW**2).sum()))
_CENTRE, _SPREAD = np.float32(14.0), np.float32(4.0)  # of the training speech; brings features near 0 ± 1


def frame_count(samples: int) -> int:
    """Whole analysis windows in so many samples."""
    return max(0, (samples - WINDOW) // HOP + 1)


def log_mel(sound: npt.NDArray[np.int16] | npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Features of 8 kHz sound on the 16-bit scale: (…, samples) → (…, frames, BANDS), float32, about 0 ± 1."""
    samples = np.ascontiguousarray(sound, dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW, axis=-1)[..., ::HOP, :] * _WINDOW
    spectrum = np.fft.rfft(frames, FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray((np.log(power @ _FILTERBANK + _FLOOR) - _CENTRE) / _SPREAD, dtype=np.float32)

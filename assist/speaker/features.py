"""What the speaker network hears: log-mel energies of telephone sound, level and line colour taken out.

The same in training and in the call. The line's colour is a constant in each band of the logarithm, so subtracting the
mean over the utterance takes it out (Atal, "Effectiveness of linear prediction characteristics", 1974).
"""

import numpy as np
import numpy.typing as npt

from gpu.mel import filterbank

RATE_HZ = 8_000
WINDOW = 200  # samples, 25 ms
HOP = 80  # samples, 10 ms
FFT = 256
BANDS = 48
LOWEST_HZ, HIGHEST_HZ = 200.0, 3_600.0
# Below are the coder's own rounding and the rests between words, of which nothing about the speaker can be learnt.
FLOOR_BELOW_MEAN_DB = 50.0
SPREAD = 2.5  # of the logarithms in training speech; brings features near 0 ± 1


def _fourier() -> npt.NDArray[np.float32]:
    """Windowed cosines, then sines: as one product much faster than so many short transforms, (WINDOW, 2 bins)."""
    phase = 2 * np.pi * np.outer(np.arange(WINDOW), np.arange(FFT // 2 + 1)) / FFT
    window = np.hanning(WINDOW)[:, None]
    return np.hstack([np.cos(phase) * window, np.sin(phase) * window]).astype(np.float32)


_FILTERBANK = filterbank(RATE_HZ, FFT, BANDS, LOWEST_HZ, HIGHEST_HZ)
_FOURIER = _fourier()


def frame_count(samples: int) -> int:
    """Analysis windows in so many samples; the last one may reach beyond them, and there is always one."""
    return max(1, samples // HOP - 1)


def log_mel(sound: npt.NDArray[np.int16] | npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Features of 8 kHz sound at any level: (…, samples) → (…, frames, BANDS), float32, about 0 ± 1, mean 0 over time.

    A sound of less than a window is filled up with zeros. Silence gives zeros.
    """
    samples = np.asarray(sound, np.float32)
    frame_total = frame_count(samples.shape[-1])
    missing = (frame_total - 1) * HOP + WINDOW - samples.shape[-1]
    if missing > 0:
        samples = np.concatenate([samples, np.zeros((*samples.shape[:-1], missing), np.float32)], axis=-1)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW, axis=-1)[..., ::HOP, :][..., :frame_total, :]
    spectrum = np.square(np.ascontiguousarray(frames) @ _FOURIER)
    bins = FFT // 2 + 1
    energies = (spectrum[..., :bins] + spectrum[..., bins:]) @ _FILTERBANK
    floor = energies.mean(axis=(-2, -1), keepdims=True) * np.float32(10 ** (-FLOOR_BELOW_MEAN_DB / 10))
    logarithms = np.log(energies + floor + np.float32(1e-3))
    centred = logarithms - logarithms.mean(axis=-2, keepdims=True)
    return np.asarray(centred / np.float32(SPREAD), np.float32)

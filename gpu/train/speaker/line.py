"""What lies between a mouth and the far end of a telephone line, drawn anew for every crop.

The recognizer's line (handset, noise, babble, level, G.711, lost packets) with what matters more to a voice's identity
than to its words: larger rooms, the band's edges, a second person, and coders that spend their bits by band.
"""

from collections.abc import Callable

import numpy as np
from scipy import signal

from gpu.train.recognizer.augment import Random, Sound, Telephone, mix_at, through_g711
from voicebot import audio

RATE_HZ = 8_000
_GOOD_SHARE = 0.45  # of all lines, that do nothing but limit the band and code
_EDGE_HZ = (60.0, 380.0)
_TOP_HZ = (2_700.0, 3_800.0)
_CODER_FFT, _CODER_HOP = 256, 128


class Line:
    """Draws a line for each sound and sends the voice through it; ``voices`` speak in the background."""

    def __init__(self, random: Random, voices: list[Sound]) -> None:
        self._voices = voices
        self._telephone = Telephone(random, voices)

    def __call__(self, sound: Sound, random: Random) -> Sound:
        """8 kHz on the 16-bit scale in and out, of the same length."""
        if random.random() < _GOOD_SHARE:
            return through_g711(band_limited(sound, random), audio.MU_LAW if random.random() < 0.6 else audio.A_LAW)
        steps: list[tuple[float, Callable[[Sound, Random], Sound]]] = [
            (0.3, reverberant),
            (0.12, self._accompanied),
            (0.75, band_limited),
            (0.3, coded),
            (0.9, self._telephone),
        ]
        for chance, step in steps:
            if random.random() < chance:
                sound = step(sound, random)
        return sound

    def _accompanied(self, sound: Sound, random: Random) -> Sound:
        """Another person, farther away."""
        other = self._voices[int(random.integers(len(self._voices)))]
        other = np.roll(np.resize(other, len(sound)), int(random.integers(len(sound))))
        return mix_at(sound, other, random.uniform(10, 25))


def reverberant(sound: Sound, random: Random) -> Sound:
    """A room of 0.1 to 0.6 s reverberation time: exponentially decaying noise after the direct sound (Polack, 1988)."""
    decay_s = random.uniform(0.1, 0.6)
    seconds = np.arange(int(0.7 * decay_s * RATE_HZ)) / RATE_HZ
    tail = random.standard_normal(len(seconds)) * np.exp(-6.9 * seconds / decay_s)
    tail[: int(random.uniform(0.001, 0.015) * RATE_HZ)] = 0.0
    direct_to_tail_db = random.uniform(0, 18)
    tail *= 10 ** (-direct_to_tail_db / 20) / (np.sqrt(np.sum(tail**2)) + 1e-9)
    tail[0] = 1.0
    return np.asarray(signal.fftconvolve(sound, tail.astype(np.float32))[: len(sound)], np.float32)


def band_limited(sound: Sound, random: Random) -> Sound:
    """The edges of the telephone's band, anywhere between a good headset's and an old trunk's (ITU-T G.712)."""
    edges = random.uniform(*_EDGE_HZ), random.uniform(*_TOP_HZ)
    sections = signal.butter(int(random.integers(2, 7)), edges, "band", fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(sections, sound), np.float32)


def coded(sound: Sound, random: Random) -> Sound:
    """A low-rate coder: noise that follows the speech in time and frequency, 6 to 20 dB below it in every band."""
    padded = np.pad(sound, (_CODER_HOP, _CODER_FFT + -len(sound) % _CODER_HOP))
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_CODER_FFT) / _CODER_FFT)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _CODER_FFT)[::_CODER_HOP] * window
    spectrum = np.fft.rfft(frames)
    noise = random.standard_normal(spectrum.shape, np.float32) * np.float32(10 ** (-random.uniform(6, 20) / 20))
    frames = np.fft.irfft(spectrum * (1 + noise)).astype(np.float32) * window
    result = np.zeros(len(padded), np.float32)
    for offset in range(2):
        some = frames[offset::2].reshape(-1)
        result[offset * _CODER_HOP : offset * _CODER_HOP + len(some)] += some
    return result[_CODER_HOP : _CODER_HOP + len(sound)]


_BAND = signal.butter(4, (300, 3400), "band", fs=RATE_HZ, output="sos")


def telephone_band(sound: Sound) -> Sound:
    """The line that embeddings are measured on: 8 kHz, 300 to 3400 Hz (4th-order Butterworth), mu-law, nothing else."""
    return through_g711(np.asarray(signal.sosfilt(_BAND, sound), np.float32), audio.MU_LAW)

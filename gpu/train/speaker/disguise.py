"""One recording as other people would have spoken it: pitch and mouth moved apart from one another, or exchanged.

All of it is done to short spectra at 16 kHz: the harmonics of a voice are told from the smooth envelope that a mouth
gives them by the cepstrum (Oppenheim and Schafer, 1968).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from gpu.train.speaker.teacher import RATE_HZ as TEACHER_HZ

Sound = npt.NDArray[np.float32]  # 16 kHz, on the 16-bit scale
Random = np.random.Generator

FASTEST, LONGEST_TRACT = 1.28, 1.17
WIDEST = 1.33  # of both together: beyond, no human is built so
FORMANT_SPREAD = 0.06  # of each region's own factor, as a standard deviation of the logarithm
REGIONS_HZ = np.array([0.0, 500.0, 1_100.0, 1_900.0, 2_800.0, 4_500.0, TEACHER_HZ / 2])
SHARPEST = 1.25  # formants: powers of their envelope
ROUGHEST = 1.3  # voices: powers of what lies above the envelope, harmonics and breath
PLAIN_SHARE = 0.3  # of the disguises: pitch alone, which leaves no trace of its making
BORROWED_SHARE = 0.75  # of the others: with the sounds of another speaker's mouth
NEIGHBOURS = 4

Cepstra = npt.NDArray[np.float32]  # (frames, _LIFTER), the first of each its loudness

_FFT, _HOP, _LIFTER = 512, 128, 28  # at 16 kHz
_WINDOW = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
_COSINES = np.cos(2 * np.pi * np.outer(np.arange(_LIFTER), np.arange(_FFT // 2 + 1)) / _FFT).astype(np.float32)
_COSINES[1:] *= 2


@dataclass(frozen=True, slots=True)
class Disguise:
    """``pitch`` raises the voice with all its formants; ``tract`` moves each of REGIONS_HZ besides.

    ``sharp`` formants and ``rough`` harmonics are those above 1, flat and smooth ones below. ``borrowed`` is how much
    of another speaker's mouth there is in each sound, 0 to 1.
    """

    pitch: float
    tract: npt.NDArray[np.float64]
    sharp: float = 1.0
    rough: float = 1.0
    borrowed: float = 0.0

    @classmethod
    def draw(cls, random: Random) -> "Disguise":
        pitch = float(FASTEST ** random.uniform(-1, 1))
        if random.random() < PLAIN_SHARE:
            return cls(pitch, np.ones(len(REGIONS_HZ)))
        whole = min(max(float(LONGEST_TRACT ** random.uniform(-1, 1)), 1 / WIDEST / pitch), WIDEST / pitch)
        tract = whole * np.exp(random.normal(0, FORMANT_SPREAD, len(REGIONS_HZ)))
        sharp, rough = SHARPEST ** random.uniform(-1, 1), ROUGHEST ** random.uniform(-1, 1)
        borrowed = random.uniform(0.3, 1.0) if random.random() < BORROWED_SHARE else 0.0
        return cls(pitch, tract, float(sharp), float(rough), borrowed)

    def __call__(self, sound: Sound, lender: Cepstra | None = None) -> Sound:
        """At 16 kHz; shorter by ``pitch``. ``lender`` are the cepstra of the speaker that is borrowed from."""
        higher = np.asarray(soxr.resample(sound, TEACHER_HZ, TEACHER_HZ / self.pitch), np.float32)
        is_plain = self.sharp == self.rough == 1.0 and self.borrowed == 0.0 and (self.tract == 1.0).all()
        return higher if is_plain else self._reshaped(higher, lender)

    def _reshaped(self, sound: Sound, lender: Cepstra | None) -> Sound:
        """Each short spectrum gets another envelope; its harmonics stay where they are."""
        padded = np.pad(sound, (_FFT, _FFT + -len(sound) % _HOP))
        spectrum = _spectra(padded)
        logarithms = np.log(np.abs(spectrum) + np.float32(1.0))
        own = cepstra(logarithms)
        envelope = _envelopes(own)
        moved = envelope
        if lender is not None and self.borrowed:
            moved = _envelopes(own + np.float32(self.borrowed) * (most_like(own, lender) - own))
        moved = self._moved(moved)
        moved = moved + (moved - moved.mean(axis=1, keepdims=True)) * np.float32(self.sharp - 1)
        gains = moved - envelope + (logarithms - envelope) * np.float32(self.rough - 1)
        frames = np.fft.irfft(spectrum * np.exp(np.clip(gains, -4.0, 4.0))) * _WINDOW
        result = np.zeros(len(padded), np.float32)
        for first in range(_FFT // _HOP):  # frames that do not overlap
            some = frames[first :: _FFT // _HOP].reshape(-1)
            result[first * _HOP : first * _HOP + len(some)] += some
        return result[_FFT : _FFT + len(sound)] * np.float32(2 * _HOP / _FFT)

    def _moved(self, envelope: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Frequencies multiplied by ``tract``."""
        bins = np.arange(envelope.shape[1])
        source = np.minimum(bins / np.interp(bins * (TEACHER_HZ / _FFT), REGIONS_HZ, self.tract), bins[-1])
        below = np.minimum(source.astype(int), bins[-1] - 1)
        share = (source - below).astype(np.float32)
        return np.asarray(envelope[:, below] * (1 - share) + envelope[:, below + 1] * share)


def _spectra(padded: Sound) -> npt.NDArray[np.complex64]:
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP] * _WINDOW
    return np.asarray(np.fft.rfft(windows), np.complex64)


def cepstra(logarithms: npt.NDArray[np.float32]) -> Cepstra:
    """Of each frame's logarithmic spectrum the part that is smooth (Oppenheim and Schafer, 1968)."""
    return np.asarray(np.fft.irfft(logarithms)[:, :_LIFTER], np.float32)


def _envelopes(of: Cepstra) -> npt.NDArray[np.float32]:
    return of @ _COSINES


def sounding(sound: Sound) -> Cepstra:
    """The cepstra of a recording at 16 kHz, its pauses left out: all that its speaker has to lend."""
    found = cepstra(np.log(np.abs(_spectra(np.pad(sound, (0, max(0, _FFT - len(sound)))))) + np.float32(1.0)))
    return found[found[:, 0] >= np.median(found[:, 0]) - 1.0]


def most_like(own: Cepstra, lender: Cepstra) -> Cepstra:
    """For each frame the mean of the lender's NEIGHBOURS nearest ones, at its own loudness.

    As in voice conversion by neighbours (Baas, van Niekerk, Kamper, Interspeech 2023), but of envelopes. Nearest when
    both are taken about their means, since it is the sound that should be like, not the voice.
    """
    about = lender[:, 1:] - lender[:, 1:].mean(axis=0)
    asked = own[:, 1:] - own[:, 1:].mean(axis=0)
    away = np.square(about).sum(axis=1) - 2 * asked @ about.T
    nearest = np.argpartition(away, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    found = lender[nearest].mean(axis=1)
    found[1:-1] = (found[:-2] + found[1:-1] + found[2:]) / 3
    found[:, 0] = own[:, 0]
    return np.asarray(found, np.float32)

"""The voices to learn from: the speakers of LibriSpeech, each disguised as ever other people who do not exist.

A few hundred speakers are few, and a network soon knows them by heart. So none is heard twice alike: pitch, length of
the vocal tract and each region of formants move apart from one another, some speech runs backwards, some is two people
at once. The teacher says where in its space that would lie; that there is no such human does not matter to it (Beyer et
al., "Knowledge distillation: a good teacher is patient and consistent", CVPR 2022).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from gpu.train.speaker.teacher import RATE_HZ as TEACHER_HZ
from voicebot import audio

RATE_HZ = 8_000
TRAIN = Path("speech/librispeech/librispeech_train-clean-100")
HELD_OUT_EVERY = 10  # one speaker of so many is never trained on, to watch the training by
FASTEST, LONGEST_TRACT = 1.28, 1.17
WIDEST = 1.33  # of both together: beyond, no human is built so
FORMANT_SPREAD = 0.06  # of each region's own factor, as a standard deviation of the logarithm
REGIONS_HZ = np.array([0.0, 500.0, 1_100.0, 1_900.0, 2_800.0, 4_500.0, TEACHER_HZ / 2])
SHARPEST = 1.25  # formants: powers of their envelope
ROUGHEST = 1.3  # voices: powers of what lies above the envelope, harmonics and breath
BACKWARDS_SHARE = 0.08
PAIRED_SHARE = 0.3  # of the voices: two people at once
LOUDER_DB = (0.0, 15.0)

Sound = npt.NDArray[np.float32]  # on the 16-bit scale
Random = np.random.Generator

_FFT, _HOP, _LIFTER = 512, 128, 28  # at 16 kHz


def recordings(data: Path) -> dict[str, Path]:
    """A file for each of the 251 speakers of LibriSpeech's train-clean-100, in the order of their numbers.

    ``FileNotFoundError`` where the data has no speech.
    """
    found = {path.name.split("-")[0]: path for path in (data / TRAIN).glob("*.ogg")}
    if not found:
        raise FileNotFoundError(f"no speech in {data / TRAIN}: set AICC_TRAINING_DATA")
    return dict(sorted(found.items(), key=lambda entry: int(entry[0])))


def read(path: Path, rate_hz: int) -> Sound:
    """A mono sound file as float32 on the 16-bit scale."""
    samples, from_hz = soundfile.read(path, dtype="int16")
    return audio.resample(samples, from_hz, rate_hz).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Disguise:
    """``pitch`` raises the voice with all its formants; ``tract`` moves each of REGIONS_HZ besides.

    ``sharp`` formants and ``rough`` harmonics are those above 1, flat and smooth ones below.
    """

    pitch: float
    tract: npt.NDArray[np.float64]
    sharp: float = 1.0
    rough: float = 1.0

    @classmethod
    def draw(cls, random: Random) -> "Disguise":
        pitch = float(FASTEST ** random.uniform(-1, 1))
        whole = min(max(float(LONGEST_TRACT ** random.uniform(-1, 1)), 1 / WIDEST / pitch), WIDEST / pitch)
        tract = whole * np.exp(random.normal(0, FORMANT_SPREAD, len(REGIONS_HZ)))
        sharp, rough = SHARPEST ** random.uniform(-1, 1), ROUGHEST ** random.uniform(-1, 1)
        return cls(pitch, tract, float(sharp), float(rough))

    def __call__(self, sound: Sound) -> Sound:
        """At 16 kHz; shorter by ``pitch``."""
        higher = np.asarray(soxr.resample(sound, TEACHER_HZ, TEACHER_HZ / self.pitch), np.float32)
        return reshape(higher, self.tract, self.sharp, self.rough)


def reshape(sound: Sound, factors: npt.NDArray[np.float64], sharp: float = 1.0, rough: float = 1.0) -> Sound:
    """Each short spectrum gets its own smooth envelope, its frequencies multiplied by the ``factors`` of REGIONS_HZ.

    The envelope, relative to its mean, is raised to the power ``sharp``, what lies above it to ``rough``. The envelope
    is cepstral (Oppenheim and Schafer, 1968); the harmonics stay where they are. 16 kHz.
    """
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
    padded = np.pad(sound, (_FFT, _FFT + -len(sound) % _HOP))
    spectrum = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP] * window)
    logarithms = np.log(np.abs(spectrum) + np.float32(1.0))
    cepstrum = np.fft.irfft(logarithms)
    cepstrum[:, _LIFTER:-_LIFTER] = 0.0
    envelope = np.fft.rfft(cepstrum).real
    bins = np.arange(envelope.shape[1])
    factor = np.interp(bins * (TEACHER_HZ / _FFT), REGIONS_HZ, factors)
    source = np.minimum(bins / factor, bins[-1])
    below = np.minimum(source.astype(int), bins[-1] - 1)
    share = (source - below).astype(np.float32)
    moved = envelope[:, below] * (1 - share) + envelope[:, below + 1] * share
    moved += (moved - moved.mean(axis=1, keepdims=True)) * np.float32(sharp - 1)
    gains = moved - envelope + (logarithms - envelope) * np.float32(rough - 1)
    frames = np.fft.irfft(spectrum * np.exp(np.clip(gains, -3.0, 3.0))) * window
    result = np.zeros(len(padded), np.float32)
    for first in range(_FFT // _HOP):  # frames that do not overlap
        some = frames[first :: _FFT // _HOP].reshape(-1)
        result[first * _HOP : first * _HOP + len(some)] += some
    return result[_FFT : _FFT + len(sound)] * np.float32(2 * _HOP / _FFT)


class Voices:
    """Draws voices that nobody has heard yet; ``speakers`` are at 16 kHz, as recorded."""

    def __init__(self, speakers: list[Sound]) -> None:
        self._speakers = speakers

    def one(self, samples: int, random: Random) -> Sound:
        """One person's speech, so many samples at 16 kHz, zeros at its end where the recording is shorter."""
        disguise = Disguise.draw(random)
        speaker = self._speakers[int(random.integers(len(self._speakers)))]
        needed = int(samples * disguise.pitch) + 16
        start = int(random.integers(max(0, len(speaker) - needed) + 1))
        sound = disguise(speaker[start : start + needed])[:samples]
        if random.random() < BACKWARDS_SHARE:
            sound = np.ascontiguousarray(sound[::-1])
        return np.pad(sound, (0, samples - len(sound)))

    def draw(self, samples: int, random: Random) -> Sound:
        """One person, or two of whom one is louder."""
        sound = self.one(samples, random)
        if random.random() < PAIRED_SHARE:
            other = self.one(samples, random)
            louder_db = random.uniform(*LOUDER_DB)
            gain = np.std(sound) / (np.std(other) + 1e-3) * 10 ** (-louder_db / 20)
            sound = sound + np.asarray(gain * other, np.float32)
        return sound

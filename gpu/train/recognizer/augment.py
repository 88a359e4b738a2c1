"""What a telephone does to a voice: speed, room, tilt, noise, level, the coder, and lost packets."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import signal

from voicebot import audio
from voicebot.stt.features import RATE_HZ

Sound = npt.NDArray[np.float32]  # 8 kHz, on the 16-bit scale
Random = np.random.Generator

PACKET = RATE_HZ // 50  # 20 ms
_NOISE_S = 20


def coloured(random: Random, samples: int, slope: float) -> Sound:
    """Noise whose power falls with frequency to the ``slope``: 0 white, 1 pink, 2 brown; root mean square 1."""
    spectrum = np.fft.rfft(random.standard_normal(samples))
    frequency = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 20.0)
    noise = np.fft.irfft(spectrum * frequency ** (-slope / 2), samples)
    return np.asarray(noise / noise.std(), dtype=np.float32)


def mix_at(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    """Speech with noise so many dB below it, both by root mean square over the whole sound."""
    speech_rms = float(np.sqrt(np.mean(speech**2))) or 1.0
    noise_rms = float(np.sqrt(np.mean(noise**2))) or 1.0
    return speech + noise * np.float32(speech_rms / noise_rms * 10 ** (-snr_db / 20))


def through_g711(sound: Sound, law: audio.G711 = audio.MU_LAW) -> Sound:
    return law.decode(law.encode(audio.to_int16(sound))).astype(np.float32)


def lose_packets(sound: Sound, lost: npt.NDArray[np.bool_], conceal: bool) -> Sound:
    """20 ms packets gone: silence in their place or, concealed, the packet before at half its level."""
    result = sound.copy()
    for packet in np.flatnonzero(lost):
        start = int(packet) * PACKET
        place = result[start : start + PACKET]
        before = result[max(0, start - PACKET) : start]
        place[:] = 0.5 * before[: len(place)] if conceal and len(before) == PACKET else 0.0
    return result


def draw_losses(random: Random, samples: int, share: float) -> npt.NDArray[np.bool_]:
    return random.random(-(-samples // PACKET)) < share


class Telephone:
    """Draws a line for each sentence and sends the voice through it.

    ``voices`` speak the babble behind some callers.
    """

    def __init__(self, random: Random, voices: list[Sound]) -> None:
        length = _NOISE_S * RATE_HZ
        self._noises = [coloured(random, length, slope) for slope in (0.0, 0.5, 1.0, 1.5, 2.0)]
        self._noises += [self._babble(random, voices, length) for _ in range(4)]
        seconds = np.arange(length) / RATE_HZ
        hum = sum(np.sin(2 * np.pi * 60 * harmonic * seconds) / harmonic for harmonic in range(1, 8))
        self._noises.append((hum + 0.1 * random.standard_normal(length)).astype(np.float32))
        swell = 1 + 0.8 * np.sin(2 * np.pi * 0.3 * seconds)
        self._noises.append((coloured(random, length, 1.0) * swell).astype(np.float32))

    @staticmethod
    def _babble(random: Random, voices: list[Sound], length: int) -> Sound:
        babble = np.zeros(length, np.float32)
        for _ in range(int(random.integers(3, 9))):
            spoken = np.concatenate([voices[int(n)] for n in random.integers(len(voices), size=16)])
            babble += np.roll(np.resize(spoken, length), int(random.integers(length))) * random.uniform(0.4, 1.0)
        return babble

    def noise(self, random: Random, samples: int) -> Sound:
        noise = self._noises[int(random.integers(len(self._noises)))]
        start = int(random.integers(len(noise) - samples)) if samples < len(noise) else 0
        return np.resize(noise[start : start + samples], samples)

    def __call__(self, sound: Sound, random: Random) -> Sound:
        steps: list[tuple[float, Callable[[Sound, Random], Sound]]] = [
            (0.15, self._room),
            (0.5, self._tilt),
            (0.6, self._noisy),
            (1.0, self._level),
            (0.85, lambda sound, random: through_g711(sound, audio.MU_LAW if random.random() < 0.6 else audio.A_LAW)),
            (0.3, self._lossy),
        ]
        for chance, step in steps:
            if random.random() < chance:
                sound = step(sound, random)
        return sound

    @staticmethod
    def _room(sound: Sound, random: Random) -> Sound:
        """A small room: a few early echoes and a decaying tail."""
        taps = np.zeros(int(random.uniform(0.03, 0.2) * RATE_HZ), np.float32)
        decay = np.exp(-6.9 * np.arange(len(taps)) / len(taps))
        taps[:] = random.standard_normal(len(taps)) * decay * random.uniform(0.01, 0.06)
        taps[0] = 1.0
        return np.asarray(signal.fftconvolve(sound, taps)[: len(sound)], dtype=np.float32)

    @staticmethod
    def _tilt(sound: Sound, random: Random) -> Sound:
        """A handset's colour: a first-order slope, and for half of them the 300 Hz edge of the old network."""
        slope = random.uniform(-0.5, 0.5)
        tilted = signal.lfilter([1.0, slope], [1.0], sound)
        if random.random() < 0.5:
            tilted = signal.lfilter(*signal.butter(2, random.uniform(150, 320), "high", fs=RATE_HZ), tilted)
        return np.asarray(tilted, dtype=np.float32)

    def _noisy(self, sound: Sound, random: Random) -> Sound:
        return mix_at(sound, self.noise(random, len(sound)), random.uniform(4, 32))

    @staticmethod
    def _level(sound: Sound, random: Random) -> Sound:
        peak = float(np.abs(sound).max()) or 1.0
        level_db = random.uniform(3, 6) if random.random() < 0.03 else random.uniform(-30, -0.5)  # a few clip
        louder = sound * np.float32(audio.FULL_SCALE / peak * 10 ** (level_db / 20))
        return np.asarray(np.clip(louder, -32_768, 32_767), dtype=np.float32)

    @staticmethod
    def _lossy(sound: Sound, random: Random) -> Sound:
        lost = draw_losses(random, len(sound), random.uniform(0.005, 0.07))
        return lose_packets(sound, lost, conceal=random.random() < 0.5)

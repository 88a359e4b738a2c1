"""People who do not exist, a model that tells them apart by their spectrum, an ear that takes tones for none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assist.speaker.calibration import Calibration
from assist.speaker.identity import Identity
from assist.speaker.model import SpeakerModel
from assist.speaker.scoring import Normalized
from voicebot.audio import FRAME_MS, Samples, level_dbfs, resample, to_int16
from voicebot.vad import VoiceEnded, VoiceEvent, VoiceStarted

RATE_HZ = 8_000
BANDS = 32
PAUSE_MS = 200  # that ends speech


def voice(person: int, seconds: float, take: int = 0) -> Samples:
    """Syllables of noise in the colour that is the person's; another ``take`` says something else."""
    colour = np.random.default_rng(person).uniform(-1.5, 1.5, BANDS)
    random = np.random.default_rng((person, take, 7))
    spectrum = np.fft.rfft(random.standard_normal(int(seconds * RATE_HZ)))
    bands = np.linspace(0, BANDS - 1, len(spectrum))
    sound = np.fft.irfft(spectrum * np.exp(np.interp(bands, np.arange(BANDS), colour)), int(seconds * RATE_HZ))
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(len(sound)) / RATE_HZ)
    return to_int16(2_500 * sound / sound.std() * syllables)


def tone(seconds: float) -> Samples:
    return to_int16(8_000 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE_HZ)) / RATE_HZ))


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE_HZ), np.int16)


class FakeEmbedder:
    """The colour of a sound."""

    size = BANDS

    def __init__(self, name: str = "fake", weights: int = 0) -> None:
        self.name = name
        self.seconds = 0.0  # that it has heard, all in all
        self._turned = np.linalg.qr(np.random.default_rng(weights).standard_normal((BANDS, BANDS)))[0]

    def embed(self, samples: Samples, rate_hz: int) -> npt.NDArray[np.float32]:
        self.seconds += len(samples) / rate_hz
        power = np.abs(np.fft.rfft(resample(samples, rate_hz, RATE_HZ).astype(np.float64))) ** 2
        bands = np.array([part.mean() for part in np.array_split(power, BANDS)])
        colour = np.log(bands + 1.0)
        colour = self._turned @ (colour - colour.mean())
        return (colour / (np.linalg.norm(colour) + 1e-9)).astype(np.float32)

    def embed_all(self, many: Sequence[Samples], rate_hz: int) -> npt.NDArray[np.float32]:
        return np.stack([self.embed(samples, rate_hz) for samples in many])


class _Activity:
    def __init__(self, rate_hz: int) -> None:
        self._frame = rate_hz * FRAME_MS // 1_000
        self._rest = np.zeros(0, np.int16)
        self._at_ms = self._last_ms = 0
        self._speaks = False

    def hear(self, samples: Samples) -> list[VoiceEvent]:
        sound = np.concatenate([self._rest, samples])
        events: list[VoiceEvent] = []
        whole = len(sound) // self._frame * self._frame
        for frame in sound[:whole].reshape(-1, self._frame):
            start_ms, self._at_ms = self._at_ms, self._at_ms + FRAME_MS
            if _is_voice(frame):
                self._last_ms = self._at_ms
                if not self._speaks:
                    events.append(VoiceStarted(start_ms))
                self._speaks = True
            elif self._speaks and self._at_ms - self._last_ms >= PAUSE_MS:
                self._speaks = False
                events.append(VoiceEnded(self._last_ms))
        self._rest = sound[whole:]
        return events


class FakeDetector:
    def stream(self, rate_hz: int) -> _Activity:
        return _Activity(rate_hz)


def _is_voice(frame: Samples) -> bool:
    power = np.abs(np.fft.rfft(frame.astype(np.float64) * np.hanning(len(frame)))) ** 2
    return level_dbfs(frame) > -45 and power.max() < 0.5 * power.sum()


def calibration(embedder: FakeEmbedder) -> Calibration:
    """With a cohort of 60 people, and thresholds by 40 others."""
    cohort = embedder.embed_all([voice(person, 4) for person in range(1_000, 1_060)], RATE_HZ)
    nothing = np.zeros(0, np.float32)
    bare = Calibration(Identity.of(embedder), cohort, nothing, nothing, nothing, nothing)
    others = embedder.embed_all([voice(person, 3) for person in range(2_000, 2_040)], RATE_HZ)
    scores = [Normalized(bare).score(a, b) for n, a in enumerate(others) for b in others[:n]]
    rates = np.array([0.5, 0.1, 0.01, 0.001], np.float32)
    thresholds = np.quantile(scores, 1 - rates).astype(np.float32)
    split_ms, split_below = np.array([3_000, 9_000], np.float32), np.array([0.9, 0.95], np.float32)
    return Calibration(bare.identity, cohort, rates, thresholds, split_ms, split_below)


def speaker_model(embedder: FakeEmbedder | None = None) -> SpeakerModel:
    embedder = embedder or FakeEmbedder()
    return SpeakerModel(embedder, Normalized(calibration(embedder)), FakeDetector())  # type: ignore[arg-type]

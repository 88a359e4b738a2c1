"""What the student learns from: crops of voices down bad lines, and where the teacher puts those voices."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr
import torch
from torch import Tensor, nn

from assist.speaker import features
from assist.speaker.ecapa import EMBEDDING_SIZE
from gpu.train.speaker import teacher
from gpu.train.speaker.line import Line
from gpu.train.speaker.network import STRIDE
from gpu.train.speaker.teacher import Teacher
from gpu.train.speaker.voices import RATE_HZ, Random, Sound, Voices

VOICE_S = 4.0  # of each voice the teacher hears so much, clean and at 16 kHz
CROPS = 3  # of each voice the student hears so many, each down a line of its own
SHORTEST_S, LONGEST_S = 1.5, 3.1
BABBLERS = 40
STEP = STRIDE * features.HOP  # samples of one step of the student
STEP_S = STEP / RATE_HZ
WAITING = 6  # batches made ahead
SURVEYED = 800  # voices that say where the teacher's space lies


@dataclass(frozen=True, slots=True)
class Batch:
    """Features (B, frames, BANDS), and what the student should make of them.

    ``places`` (B, EMBEDDING_SIZE), of length 1, are for its embeddings; ``states`` (B, steps, LAYERS, WIDTH), what the
    teacher's layers know meanwhile, for its blocks.
    """

    frames: Tensor
    places: Tensor
    states: Tensor


@dataclass(frozen=True, slots=True)
class Space:
    """The teacher's space around its ``mean`` (SIZE,), turned onto ``axes`` (SIZE, EMBEDDING_SIZE at most).

    A ReLU leaves the teacher only one corner of the sphere; about their mean, its embeddings fill all directions.
    """

    mean: Tensor
    axes: Tensor

    @classmethod
    def of(cls, surveyed: Tensor) -> "Space":
        """Onto the axes that hold most of the differences of so many embeddings (n, SIZE)."""
        mean = surveyed.mean(0)
        return cls(mean, torch.linalg.svd(surveyed - mean, full_matrices=False).Vh[:EMBEDDING_SIZE].T.contiguous())

    def places(self, embeddings: Tensor) -> Tensor:
        """(B, SIZE) → (B, EMBEDDING_SIZE) of length 1."""
        turned = (embeddings - self.mean) @ self.axes
        return nn.functional.normalize(nn.functional.pad(turned, (0, EMBEDDING_SIZE - turned.shape[1])), dim=1)


class Examples:
    """Makes batches, each crop for the first and last time, on a thread beside the training.

    ``voices`` of a batch are drawn anew from one seed; ``space`` is surveyed with the first of them.
    """

    def __init__(self, voices: Voices, judge: Teacher, crops: int, seed: int) -> None:
        self._voices, self._judge, self._of_batch = voices, judge, crops // CROPS
        self._random = np.random.default_rng(seed)
        self._samples = int(VOICE_S * teacher.RATE_HZ)
        babblers = [to_telephone_rate(voices.one(self._samples, self._random)) for _ in range(BABBLERS)]
        self._line = Line(self._random, babblers)
        self._made: queue.Queue[Batch] = queue.Queue(WAITING)
        self._stop = threading.Event()

    def survey(self, count: int = SURVEYED) -> Space:
        """Where so many voices lie; before the first batch."""
        drawn = (self._voices.one(self._samples, self._random) for _ in range(count))
        return Space.of(torch.cat([self._judge.hear([sound]).embeddings for sound in drawn]))

    def batch(self, space: Space) -> Batch:
        random = self._random
        sounds = [self._voices.draw(self._samples, random) for _ in range(self._of_batch)]
        known = self._judge.hear(sounds)
        steps = int(random.integers(int(SHORTEST_S / STEP_S), int(LONGEST_S / STEP_S)))
        length = steps * STEP + features.WINDOW - features.HOP
        crops, states = [], []
        for sound, of_sound in zip(map(to_telephone_rate, sounds), known.states, strict=True):
            for _ in range(CROPS):
                first = int(random.integers(of_sound.shape[0] // STRIDE - steps))
                start = teacher.FIRST * features.HOP + first * STEP
                crops.append(self._line(sound[start : start + length], random))
                # The teacher's frames lie about their time, the student's begin there: half a window, one frame.
                states.append(of_sound[first * STRIDE + 1 :: STRIDE][:steps])
        frames = masked(features.log_mel(np.stack(crops))[:, : steps * STRIDE], random)
        places = space.places(known.embeddings).repeat_interleave(CROPS, dim=0)
        return Batch(torch.from_numpy(frames), places, torch.stack(states))

    def batches(self, space: Space) -> Iterator[Batch]:
        """Without end; the thread that makes them waits when WAITING are ready, and ends with the iteration."""
        threading.Thread(target=self._make, args=(space,), daemon=True).start()
        try:
            while True:
                yield self._made.get()
        finally:
            self._stop.set()

    def _make(self, space: Space) -> None:
        while not self._stop.is_set():
            batch = self.batch(space)
            while not self._stop.is_set():
                try:
                    self._made.put(batch, timeout=1.0)
                    break
                except queue.Full:
                    continue


def to_telephone_rate(sound: Sound) -> Sound:
    return np.asarray(soxr.resample(sound, teacher.RATE_HZ, RATE_HZ, quality="MQ"), np.float32)


def masked(frames: npt.NDArray[np.float32], random: Random) -> npt.NDArray[np.float32]:
    """SpecAugment's masks (Park et al., 2019): a band of up to 6 mels and a stretch of up to 0.25 s set to the mean."""
    for sound in frames:
        for turned, widest in ((sound, 25), (sound.T, 6)):
            width = int(random.integers(widest + 1))
            start = int(random.integers(len(turned) - width))
            turned[start : start + width] = 0.0
    return frames

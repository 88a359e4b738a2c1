"""Endless training speech: sentence, voice, telephone, features; padded batches of utterances of like length."""

import os
import queue
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from gpu.train.recognizer.augment import Sound, Telephone
from gpu.train.recognizer.sentences import Sentences
from gpu.train.recognizer.voices import Voices
from voicebot.stt import features, tokens
from voicebot.tts.libespeak import RATE_HZ as VOICE_HZ

FRAMES_A_STEP = 3  # 10 ms features to one 30 ms step of the network
IGNORED = -1
_LONGEST = 1_100  # frames; a longer one would make a batch by itself
_POOL = 384  # utterances sorted by length at a time
_STRESS = "',"
_SILENCE = float(features.log_mel(np.zeros(features.WINDOW, np.int16))[0, 0])

# espeak-ng's phonemes for Korean, stress marks removed; what is not here is not asked of the network.
PHONES = (
    "_ _: ; * a e E i o u u- @ j w h m n N l L s s- p p- ph b t t- d d- q q- k k- kh g tS tS- tS; tS;- dZ dZ; th tSh"
).split()
_PHONE_NUMBER = {name: number for number, name in enumerate(PHONES)}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One spoken sentence: features (frames, BANDS), its tokens, and the phone of each 30 ms step."""

    features: npt.NDArray[np.float16]
    tokens: npt.NDArray[np.int16]
    phones: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Batch:
    """Utterances padded to the longest.

    ``features`` (B, T, BANDS), ``frames`` (B), ``tokens`` of all in a row, ``token_counts`` (B), ``phones`` (B, steps).
    """

    features: npt.NDArray[np.float16]
    frames: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    token_counts: npt.NDArray[np.int64]
    phones: npt.NDArray[np.int8]

    @property
    def seconds(self) -> float:
        return float(self.frames.sum()) * features.HOP / features.RATE_HZ


class Studio:
    """Speaks and sends sentences down the line; everything follows from ``seed``."""

    def __init__(self, data: Path, seed: int, unspoken: frozenset[str]) -> None:
        self.random = np.random.default_rng(seed)
        self.sentences = Sentences(data, unspoken)
        self.voices = Voices()
        clean = [self.record(self.sentences.draw(self.random))[0] for _ in range(64)]
        self.telephone = Telephone(self.random, clean)

    def record(self, sentence: str) -> tuple[Sound, npt.NDArray[np.int8]]:
        """The sentence in a voice of chance at 8 kHz before the telephone, and the phone of each step."""
        random = self.random
        samples, marks = self.voices.speak(sentence, self.voices.draw(random))
        stretch = float(np.clip(random.normal(1.0, 0.05), 0.88, 1.14))
        sound = soxr.resample(samples.astype(np.float32), VOICE_HZ, features.RATE_HZ * stretch, quality="MQ")
        before, after = random.uniform(0.02, 0.5, 2) * features.RATE_HZ
        sound = np.concatenate([np.zeros(int(before), np.float32), sound, np.zeros(int(after), np.float32)])
        steps = len(sound) // (features.HOP * FRAMES_A_STEP) + 1
        phones = np.zeros(steps, np.int8)  # silence
        for mark in marks:
            if not mark.is_word:
                at = (before + mark.at_ms / 1000 * features.RATE_HZ * stretch) / (features.HOP * FRAMES_A_STEP)
                phones[int(at) :] = _PHONE_NUMBER.get(mark.name.strip(_STRESS), IGNORED)
        return sound, phones

    def utterance(self) -> Utterance:
        while True:
            sentence = self.sentences.draw(self.random)
            sound, phones = self.record(sentence)
            if features.frame_count(len(sound)) <= _LONGEST:
                break
        heard = features.log_mel(self.telephone(sound, self.random))
        return Utterance(heard.astype(np.float16), np.array(tokens.encode(sentence), np.int16), phones)

    def batches(self, seconds: float) -> Iterator[Batch]:
        """Batches of about so many seconds of sound, for ever."""
        while True:
            pool = sorted((self.utterance() for _ in range(_POOL)), key=lambda utterance: len(utterance.features))
            batches: list[list[Utterance]] = [[]]
            for utterance in pool:
                if (len(batches[-1]) + 1) * len(utterance.features) * 0.01 > seconds:
                    batches.append([])
                batches[-1].append(utterance)
            for number in self.random.permutation(len(batches)):
                if batches[number]:
                    yield pad(batches[number])


def pad(utterances: list[Utterance]) -> Batch:
    frames = np.array([len(utterance.features) for utterance in utterances])
    steps = int(frames.max()) // FRAMES_A_STEP
    padded = np.full((len(utterances), int(frames.max()), features.BANDS), _SILENCE, np.float16)
    phones = np.full((len(utterances), steps), IGNORED, np.int8)
    for row, utterance in enumerate(utterances):
        padded[row, : len(utterance.features)] = utterance.features
        known = utterance.phones[: len(utterance.features) // FRAMES_A_STEP]
        phones[row, : len(known)] = known
    counts = np.array([len(utterance.tokens) for utterance in utterances])
    spelled = np.concatenate([utterance.tokens for utterance in utterances]).astype(np.int64)
    return Batch(padded, frames, spelled, counts, phones)


def _fill(places: "Queue[Batch]", data: Path, seed: int, unspoken: frozenset[str], seconds: float) -> None:
    os.nice(3)  # the trainer's threads wait for each other; a studio on their core must not keep them waiting
    for batch in Studio(data, seed, unspoken).batches(seconds):
        places.put(batch)


def studio_batches(
    data: Path, seed: int, unspoken: frozenset[str], seconds: float, studios: int = 1
) -> Iterator[Batch]:
    """Batches from so many studio processes in turn, so that the order is the seed's; each is a few batches ahead."""
    context = get_context("spawn")
    shelves = [context.Queue(maxsize=24) for _ in range(studios)]
    workers = [
        context.Process(target=_fill, args=(shelf, data, seed + number, unspoken, seconds), daemon=True)
        for number, shelf in enumerate(shelves)
    ]
    for worker in workers:
        worker.start()
    try:
        while True:
            for shelf, worker in zip(shelves, workers, strict=True):
                yield _next(shelf, worker)
    finally:
        for worker in workers:
            worker.terminate()


def _next(shelf: "Queue[Batch]", worker: BaseProcess) -> Batch:
    while True:
        try:
            return shelf.get(timeout=5)
        except queue.Empty:
            if not worker.is_alive():
                raise RuntimeError(f"a studio process ended with {worker.exitcode}: its own words are above") from None

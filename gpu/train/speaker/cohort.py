"""``python -m gpu.train.speaker.cohort``: the cohort and the thresholds of a speaker model; a minute.

The cohort are the speakers that the bundled model has learnt from. Thresholds of scores are measured on the speakers
that were held out of its training, over lines drawn at random, and what they come to is printed for those of
LibriSpeech's ``test-other``, who have had no part in that. How unlike one voice may be to itself is measured on both,
as the few held-out sounds are too short to tell.
"""

import argparse
import itertools
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assist.speaker.calibration import Calibration
from assist.speaker.embedder import SpeakerEmbedder
from assist.speaker.identity import Identity
from assist.speaker.model import LEAST_SPEECH_MS
from assist.speaker.net_speech import net_speech
from assist.speaker.one_voice import likeness_of_halves
from assist.speaker.opening import open_embedder
from assist.speaker.scoring import MOST_FREQUENT, RAREST, Normalized, Scoring
from gpu.device import choose
from gpu.train.speaker.line import Line, telephone_band
from gpu.train.speaker.voices import HELD_OUT_EVERY, RATE_HZ, Sound, read, recordings
from voicebot.audio import Samples, to_int16
from voicebot.vad import VoiceDetector

log = logging.getLogger("gpu.train.speaker.cohort")

TEST = Path("speech/librispeech/librispeech_test-other")
RATES = (MOST_FREQUENT, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, RAREST)
SPLIT_MS = (3_000, 6_000, 9_000)
ONE_VOICE_REFUSED = 0.01  # of sounds with one voice
LINES = 4  # that each held-out speaker is heard over
ENROLLED_FILES = 3

Speech = list[Samples]


class Workshop:
    """Sound files over telephone lines into net speech at 8 kHz."""

    def __init__(self, seed: int, background: list[Sound]) -> None:
        self._random = np.random.default_rng(seed)
        self._line = Line(self._random, background)
        self._detector = VoiceDetector()

    def plain(self, sound: Sound) -> Samples:
        """Over the line that embeddings are measured on."""
        return net_speech(to_int16(telephone_band(sound)), RATE_HZ, self._detector).samples

    def any_line(self, sound: Sound) -> Samples:
        """Its speech is looked for before the line, whose babble may hold some too."""
        clean = net_speech(to_int16(sound), RATE_HZ, self._detector).samples
        return to_int16(self._line(clean.astype(np.float32), self._random))


def pieces(speech: Samples, length_ms: int) -> list[Samples]:
    length = length_ms * RATE_HZ // 1_000
    return [speech[start : start + length] for start in range(0, len(speech) - length + 1, length)]


def mixtures(one: Samples, other: Samples, length_ms: int) -> Iterator[Samples]:
    """Two people in turns of 1.5 to 3 s."""
    length, turn = length_ms * RATE_HZ // 1_000, length_ms * RATE_HZ // 1_000 // (2 * max(1, length_ms // 6_000))
    for start in range(0, min(len(one), len(other)) - length // 2 + 1, length // 2):
        halves = [side[start : start + length // 2] for side in (one, other)]
        turns = [[half[at : at + turn] for at in range(0, len(half), turn)] for half in halves]
        yield np.concatenate(list(itertools.chain.from_iterable(zip(*turns, strict=False))))


def calibrate(
    embedder: SpeakerEmbedder, workshop: Workshop, learnt: list[Sound], held_out: list[Sound], others: Sequence[Speech]
) -> Calibration:
    """``learnt`` and ``held_out`` are a sound of each speaker, at 8 kHz; ``others`` net speech of more people."""
    cohort = embedder.embed_all([workshop.plain(sound) for sound in learnt], RATE_HZ)
    nothing = np.zeros(0, np.float32)
    bare = Calibration(Identity.of(embedder), cohort, nothing, nothing, nothing, nothing)
    heard: list[Speech] = [
        [workshop.plain(sound), *(workshop.any_line(sound) for _ in range(LINES))] for sound in held_out
    ]
    heard = [speech for speech in heard if pieces(speech[0], LEAST_SPEECH_MS)]
    scores = impostor_scores(embedder, Normalized(bare), heard)
    log.info("%d scores of other voices, of %d speakers", len(scores), len(heard))
    split_below = []
    for length_ms in SPLIT_MS:
        likeness = [
            likeness_of_halves(piece, RATE_HZ, embedder)
            for speech in (*heard, *others)
            for line in speech
            for piece in pieces(line, length_ms)
        ]
        split_below.append(np.quantile(likeness, ONE_VOICE_REFUSED))
        log.info("%d sounds of one voice, %d ms: halves unlike below %.3f", len(likeness), length_ms, split_below[-1])
    return replace(
        bare,
        rates=np.array(RATES, np.float32),
        thresholds=np.quantile(scores, 1 - np.array(RATES)).astype(np.float32),
        split_ms=np.array(SPLIT_MS, np.float32),
        split_below=np.array(split_below, np.float32),
    )


def impostor_scores(embedder: SpeakerEmbedder, scoring: Scoring, heard: Sequence[Speech]) -> npt.NDArray[np.float64]:
    """Everybody's whole speech over the first line against the shortest speech that is judged, of everybody else."""
    enrolled = embedder.embed_all([speech[0] for speech in heard], RATE_HZ)
    tested = [
        embedder.embed_all([piece for line in speech for piece in pieces(line, LEAST_SPEECH_MS)], RATE_HZ)
        for speech in heard
    ]
    scores = [
        scoring.score(enrolled[one], embedding)
        for one, other in itertools.permutations(range(len(heard)), 2)
        for embedding in tested[other]
    ]
    return np.array(scores)


def checked(embedder: SpeakerEmbedder, measured: Calibration, people: Sequence[Speech]) -> dict[str, object]:
    """What the thresholds come to, as fractions of trials of 3 s; ``people`` are the recordings of each speaker."""
    scoring = Normalized(measured)
    enrolled = [embedder.embed_all(files[:ENROLLED_FILES], RATE_HZ).mean(axis=0) for files in people]
    enrolled = [mean / np.linalg.norm(mean) for mean in enrolled]
    tested = [
        embedder.embed_all([part for file in files[ENROLLED_FILES:] for part in pieces(file, LEAST_SPEECH_MS)], RATE_HZ)
        for files in people
    ]
    same = np.array([scoring.score(enrolled[n], one) for n in range(len(people)) for one in tested[n]])
    other = np.array(
        [scoring.score(enrolled[n], one) for n, m in itertools.permutations(range(len(people)), 2) for one in tested[m]]
    )
    found: dict[str, object] = {"same": len(same), "other": len(other)}
    for rate in (0.05, 0.01, 0.001):
        threshold = scoring.threshold(rate)
        accepts, rejects = float((other >= threshold).mean()), float((same < threshold).mean())
        found[f"at {rate}"] = {"false_accepts": round(accepts, 4), "false_rejects": round(rejects, 4)}
    whole = [np.concatenate(files) for files in people]
    for length_ms in SPLIT_MS:
        least = scoring.split_below(length_ms)
        one = [
            likeness_of_halves(part, RATE_HZ, embedder)
            for files in people
            for file in files
            for part in pieces(file, length_ms)
        ]
        two = [
            likeness_of_halves(part, RATE_HZ, embedder)
            for first, second in itertools.pairwise(whole)
            for part in itertools.islice(mixtures(first, second, length_ms), 10)
        ]
        refused = [round(float((np.array(some) < least).mean()), 3) for some in (one, two)]
        found[f"two voices, {length_ms} ms"] = {"one_refused": refused[0], "two_refused": refused[1]}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.speaker.cohort", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    parser.add_argument("--embedder", default="bundled", help="or speechbrain:NAME")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    embedder, path = open_embedder(chosen.embedder, chosen.models, choose("auto"))
    sounds = [read(file, RATE_HZ) for file in recordings(chosen.data).values()]
    held_out, learnt = sounds[::HELD_OUT_EVERY], [one for n, one in enumerate(sounds) if n % HELD_OUT_EVERY]
    workshop = Workshop(chosen.seed, learnt[:40])
    folders = [folder for folder in sorted((chosen.data / TEST).iterdir()) if folder.is_dir()]
    people = [[workshop.plain(read(path, RATE_HZ)) for path in sorted(folder.glob("*.flac"))] for folder in folders]
    measured = calibrate(embedder, workshop, learnt, held_out, people)
    measured.save(path)
    log.info("%s: %d speakers, %d bytes", path, len(measured.cohort), path.stat().st_size)
    print(json.dumps(checked(embedder, measured, people)))


if __name__ == "__main__":
    main()

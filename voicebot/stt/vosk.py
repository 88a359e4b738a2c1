"""Kaldi models through vosk: words with times and confidence, partials as they grow, at most a core a stream.

A Kaldi model cannot be made small and random as the other engines' can: the decoding graph, the tree and the
transition model of a real training belong together. So the tests run this code against a double of the vosk module
that replays answers in vosk's own JSON layout, and against the real library with folders that it must refuse.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from voicebot.audio import Samples
from voicebot.stt.missing import ModelFolder, library, one_line
from voicebot.stt.recognizer import Final, Partial, Word
from voicebot.stt.settling import Settling
from voicebot.stt.spoken import without_punctuation

KALDI_HZ = 16_000  # Kaldi's default, where the model's configuration is silent
FEATURE_FILES = ("conf/mfcc.conf", "conf/fbank.conf", "mfcc.conf")  # the last is where old folders have it
UNKNOWN_WORD = "[unk]"


class VoskStream:
    """One utterance: a Kaldi decoder, which cuts it into pieces at pauses of its own choice, and the pieces so far."""

    def __init__(self, native: Any, rate_hz: int, engine: str) -> None:
        self._native, self._rate_hz, self._engine = native, rate_hz, engine
        self._waiting: list[Samples] = []
        self._samples = 0
        self._words: list[Word] = []
        self._settling = Settling()
        self._is_finished = False
        self.final: Final | None = None

    def accept(self, samples: Samples) -> None:
        if not self._is_finished:
            self._waiting.append(samples)
            self._samples += len(samples)

    def finish(self) -> None:
        self._is_finished = True

    @property
    def partial(self) -> Partial:
        return self._settling.partial

    def decode(self) -> None:
        if self.final is not None:
            return
        if self._waiting:
            sound = np.concatenate(self._waiting)
            self._waiting = []
            if self._native.AcceptWaveform(sound.tobytes()):
                self._words += _words(self._native.Result())
        if self._is_finished:
            self._words += _words(self._native.FinalResult())
            spoken = self._spoken()
            self.final = Final(spoken, tuple(self._words), self._engine)
            self._settling.partial = Partial(spoken, len(spoken))
        else:
            growing = without_punctuation(json.loads(self._native.PartialResult()).get("partial", ""))
            self._settling.hear(" ".join([self._spoken(), growing]).strip(), self._samples * 1000 // self._rate_hz)

    def _spoken(self) -> str:
        return " ".join(word.text for word in self._words)


class VoskRecognizer:
    """The Kaldi model in ``folder``; raises :class:`RecognizerUnavailable`.

    ``rate_hz`` is the model's, from its ``conf/mfcc.conf``. Each stream has a decoder of its own; ``threads`` of them
    compute at a time.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        checked = ModelFolder(folder)
        self.name = f"vosk:{checked.name}"
        checked.file("am/final.mdl", "final.mdl")
        checked.file("graph/HCLG.fst", "graph/HCLr.fst", "HCLG.fst", "HCLr.fst")
        self.rate_hz = _rate_hz(checked)
        vosk = library("vosk", "vosk")
        vosk.SetLogLevel(-1)  # errors alone: a model's life story goes to stderr otherwise
        self._recognizer_of = vosk.KaldiRecognizer
        try:
            self._model = vosk.Model(model_path=str(folder))
            self.stream()
        except Exception as error:  # vosk raises plain Exception
            raise checked.unusable(f"vosk cannot load {folder}/, which is cut short ({one_line(error)})") from error
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="vosk")

    def stream(self) -> VoskStream:
        native = self._recognizer_of(self._model, self.rate_hz)
        native.SetWords(True)
        return VoskStream(native, self.rate_hz, self.name)

    def decode(self, streams: Sequence[VoskStream]) -> None:
        """Kaldi has no batches: streams are decoded side by side, without the interpreter's lock."""
        for _ in self._threads.map(VoskStream.decode, streams):
            pass


def _rate_hz(folder: ModelFolder) -> int:
    for line in folder.file(*FEATURE_FILES).read_text(encoding="utf-8", errors="replace").splitlines():
        option, _, value = line.split("#")[0].partition("=")
        if option.strip() == "--sample-frequency":
            try:
                return round(float(value))
            except ValueError:
                fact = f'{folder.file(*FEATURE_FILES).name} in {folder.path}/ has no number in "{line.strip()}"'
                raise folder.unusable(fact) from None
    return KALDI_HZ


def _words(answer: str) -> list[Word]:
    """The words of a Result or FinalResult; one without words has no ``result``."""
    return [
        Word(text, round(word["start"] * 1000), round(word["end"] * 1000), min(1.0, max(0.0, float(word["conf"]))))
        for word in json.loads(answer).get("result", [])
        if word["word"] != UNKNOWN_WORD and (text := without_punctuation(word["word"]))
    ]

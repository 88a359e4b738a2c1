"""Streaming models that sherpa-onnx runs: the published Korean zipformer and every other folder of its kinds.

Known by their files: transducers (encoder, decoder, joiner: sherpa-onnx-streaming-zipformer-korean-2024-06-16),
paraformer (encoder, decoder), and in one file zipformer2 CTC, NeMo CTC and T-one. The wheel computes on the CPU.
Decoding is greedy, so a transcript only grows.
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from voicebot.audio import Samples
from voicebot.stt.missing import ModelFolder, library, one_line
from voicebot.stt.recognizer import Final, Partial, Word
from voicebot.stt.settling import Settling
from voicebot.stt.sherpa_models import streaming_model
from voicebot.stt.spoken import without_punctuation

TAIL_MS = 660  # silence after the last sample: what the models look ahead, and a chunk to say the last word in
WORD_MS = 240  # a token says when it begins; a word ends at most this much after its last one
# CTC models and paraformer give no probabilities: neither doubted nor trusted.
UNKNOWN_CONFIDENCE = 0.5
_BYTE = re.compile("<0x[0-9A-F]{2}>")  # one byte of a character that the vocabulary does not have


class SherpaStream:
    """One utterance: sound that waits, and sherpa-onnx's stream with the states of the network."""

    def __init__(self, native: Any, rate_hz: int, model_hz: int, lead_ms: int) -> None:
        self.native = native
        self._rate_hz, self._model_hz = rate_hz, model_hz
        self._waiting: list[Samples] = [np.zeros(lead_ms * rate_hz // 1000, np.int16)]
        self._resampling = soxr.ResampleStream(rate_hz, model_hz, 1, dtype="float32") if rate_hz != model_hz else None
        self._samples = 0
        self._settling = Settling()
        self.is_finished = False
        self.final: Final | None = None

    def accept(self, samples: Samples) -> None:
        if not self.is_finished:
            self._waiting.append(samples)
            self._samples += len(samples)

    def finish(self) -> None:
        if not self.is_finished:
            self.is_finished = True
            self._waiting.append(np.zeros(TAIL_MS * self._rate_hz // 1000, np.int16))

    @property
    def partial(self) -> Partial:
        return self._settling.partial

    @property
    def heard_ms(self) -> int:
        return self._samples * 1000 // self._rate_hz

    def listen(self) -> None:
        """Waiting sound into sherpa-onnx's stream, which makes features of it.

        Resampled here: sherpa-onnx would, but writes four lines to stderr for each stream.
        """
        if self.final is not None or not self._waiting:
            return
        sound = np.concatenate(self._waiting).astype(np.float32) / np.float32(32_768)
        self._waiting = []
        if self._resampling is not None:
            sound = self._resampling.resample_chunk(sound, last=self.is_finished)
        self.native.accept_waveform(self._model_hz, sound)
        if self.is_finished:
            self.native.input_finished()

    def hear(self, text: str) -> None:
        self._settling.hear(text, self.heard_ms)

    def conclude(self, final: Final) -> None:
        self.final = final
        self._settling.partial = Partial(final.spoken, len(final.spoken))


class SherpaRecognizer:
    """The model in ``folder``; raises :class:`RecognizerUnavailable`.

    ``rate_hz`` is the rate of the calls, whatever the model's; ``threads`` is what one batch may use.
    """

    def __init__(self, folder: Path, rate_hz: int = 8_000, threads: int = 1) -> None:
        checked = ModelFolder(folder)
        self.name, self.rate_hz = f"sherpa:{checked.name}", rate_hz
        self._model = streaming_model(checked)
        sherpa_onnx = library("sherpa_onnx", "sherpa-onnx")
        load = getattr(sherpa_onnx.OnlineRecognizer, f"from_{self._model.kind}")
        files = {part: str(path) for part, path in self._model.files.items()}
        try:
            self._native = load(
                tokens=str(folder / "tokens.txt"), num_threads=threads, sample_rate=self._model.rate_hz, **files
            )
            self.stream()  # the first states are made of the metadata: wrong ones show here
        except Exception as error:  # onnxruntime's errors share no base class
            raise checked.unusable(f"sherpa-onnx cannot load {folder}/ ({one_line(error)})") from error

    def stream(self) -> SherpaStream:
        return SherpaStream(self._native.create_stream(), self.rate_hz, self._model.rate_hz, self._model.lead_ms)

    def decode(self, streams: Sequence[SherpaStream]) -> None:
        """All streams that have a chunk of sound go through the network in one run, as often as any has."""
        going = [stream for stream in streams if stream.final is None]
        for stream in going:
            stream.listen()
        while ready := [stream.native for stream in going if self._native.is_ready(stream.native)]:
            self._native.decode_streams(ready)
        for stream in going:
            result = self._native.get_result_all(stream.native)
            spoken = without_punctuation(_text(result))
            if stream.is_finished:
                stream.conclude(Final(spoken, self._words(spoken, result, stream.heard_ms), self.name))
            else:
                stream.hear(spoken)

    def _words(self, spoken: str, result: Any, heard_ms: int) -> tuple[Word, ...]:
        texts = spoken.split()
        spans = _word_spans(result.tokens)
        if len(result.timestamps) != len(result.tokens) or len(spans) != len(texts):
            return _spread(texts, heard_ms)
        nexts = [*(first for first, _ in spans[1:]), len(result.tokens)]
        at_ms = [time * 1000 * self._model.time_scale - self._model.lead_ms for time in result.timestamps]
        logarithms = result.ys_probs if len(result.ys_probs) == len(result.tokens) else ()
        words = []
        for text, (first, last), following in zip(texts, spans, nexts[: len(texts)], strict=True):
            start = min(max(0, round(at_ms[first])), heard_ms)
            end = min(at_ms[following] if following < len(at_ms) else heard_ms, at_ms[last] + WORD_MS, heard_ms)
            words.append(Word(text, start, max(start, round(end)), _mean_probability(logarithms[first : last + 1])))
        return tuple(words)


def _text(result: Any) -> str:
    """What was said, spaced as the tokens say: for transducers sherpa-onnx 2.0 drops the spaces between Hangul.

    Where the tokens spell something else (paraformer's joints, byte-level pieces), its own text stands.
    """
    pieces = [bytes([int(token[3:5], 16)]) if _BYTE.fullmatch(token) else token.encode() for token in result.tokens]
    spelled = b"".join(pieces).decode("utf-8", "replace").replace("▁", " ")
    return spelled if spelled.replace(" ", "") == result.text.replace(" ", "") else str(result.text)


def _word_spans(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """First and last token of each word; a token that begins with a space, or is one, begins the next word."""
    spans: list[tuple[int, int]] = []
    begins = True
    for place, token in enumerate(tokens):
        begins = begins or token[:1] in (" ", "▁")
        if token.strip(" ▁"):
            spans.append((place, place) if begins else (spans.pop()[0], place))
            begins = False
    return spans


def _spread(texts: Sequence[str], heard_ms: int) -> tuple[Word, ...]:
    """Words of a model that says no times, over the whole sound, each as long as its letters."""
    letters = sum(len(text) for text in texts)
    words, before = [], 0
    for text in texts:
        after = before + len(text)
        words.append(Word(text, heard_ms * before // letters, heard_ms * after // letters, UNKNOWN_CONFIDENCE))
        before = after
    return tuple(words)


def _mean_probability(logarithms: Sequence[float]) -> float:
    """The geometric mean of probabilities given as natural logarithms; of none, :data:`UNKNOWN_CONFIDENCE`."""
    if not logarithms:
        return UNKNOWN_CONFIDENCE
    return round(min(1.0, math.exp(sum(logarithms) / len(logarithms))), 3)

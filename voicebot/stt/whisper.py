"""Whisper through faster-whisper: many calls in one batch, on CUDA where there is a GPU that works, else CPU int8.

Whisper hears whole stretches of sound, 30 s at most, so the final comes when the caller has finished, and a partial
is the utterance so far decoded anew: on CUDA once a second of new sound, on the CPU not at all unless asked for.

Silence must stay silence. Sound goes to the model only where Silero hears speech; nothing heard before is given as a
prompt, which it would continue; and what it writes is judged by :mod:`voicebot.stt.invented`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from gpu.device import Device
from voicebot.audio import Samples
from voicebot.stt.invented import is_invented
from voicebot.stt.missing import ModelFolder, library, one_line
from voicebot.stt.recognizer import Final, Partial, RecognizerUnavailable, Word
from voicebot.stt.settling import Settling
from voicebot.stt.spoken import without_punctuation

MODEL_HZ = 16_000
MOST_CLIP_S = 29.0  # Whisper's window is 30 s; the voice detector pads
# Silero's own 2 s of silence belong to recordings; within a turn a pause this long parts two stretches of speech.
PAUSE_MS = 500
PADDING_MS = 200
CLIP_GRID_S = 0.01  # clips begin on frames, so that a segment's frame names its clip
GPU_PARTIAL_MS = 1_000
WRITTEN_NUMBERS = set("0123456789%$")
LARGEST_BATCH = {"cuda": 32, "cpu": 8}
BEAM_SIZE = {"cuda": 5, "cpu": 1}
COMPUTE = {"cuda": "float16", "cpu": "int8"}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a stream in which somebody speaks, at 16 kHz; ``start_ms`` counts from the stream's first sample."""

    sound: Floats
    start_ms: int

    @property
    def duration_s(self) -> float:
        return len(self.sound) / MODEL_HZ


class WhisperStream:
    """One utterance: all its sound, as each decoding hears it whole."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._sound: list[Samples] = []
        self._settling = Settling()
        self.samples = 0
        self.decoded_ms = 0
        self.is_finished = False
        self.final: Final | None = None

    def accept(self, samples: Samples) -> None:
        if not self.is_finished:
            self._sound.append(samples)
            self.samples += len(samples)

    def finish(self) -> None:
        self.is_finished = True

    @property
    def partial(self) -> Partial:
        return self._settling.partial

    @property
    def heard_ms(self) -> int:
        return self.samples * 1000 // self._rate_hz

    def sound(self) -> Floats:
        """All of it at 16 kHz, full scale 1."""
        whole = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
        self._sound = [whole]
        scaled = whole.astype(np.float32) / np.float32(32_768)
        return np.asarray(soxr.resample(scaled, self._rate_hz, MODEL_HZ, quality="HQ"), dtype=np.float32)

    def hear(self, words: Sequence[Word], engine: str) -> None:
        """What the newest decoding understood, for the partial or, once finished, the final."""
        spoken = " ".join(word.text for word in words)
        self.decoded_ms = self.heard_ms
        if self.is_finished:
            self._sound = []
            self.final = Final(spoken, tuple(words), engine)
            self._settling.partial = Partial(spoken, len(spoken))
        else:
            self._settling.hear(spoken, self.heard_ms)


class WhisperRecognizer:
    """A Whisper in CTranslate2's format; raises :class:`RecognizerUnavailable`.

    ``rate_hz`` is the rate of the calls. ``partial_ms`` is how much new sound a new partial takes, 0 for no partials,
    None for the device's default. ``threads`` is for the CPU, 0 for all cores.
    """

    def __init__(
        self, folder: Path, device: Device, rate_hz: int = 8_000, partial_ms: int | None = None, threads: int = 0
    ) -> None:
        checked = ModelFolder(folder)
        for name in ("config.json", "model.bin", "tokenizer.json"):
            checked.file(name)  # faster-whisper would ask a hub for the tokenizer
        checked.file("vocabulary.json", "vocabulary.txt")
        self.name, self.rate_hz, self.device = f"whisper:{checked.name}", rate_hz, device
        self._partial_ms = (GPU_PARTIAL_MS if device.is_gpu else 0) if partial_ms is None else partial_ms
        self._library = library("faster_whisper", "faster-whisper")
        self._voice = library("faster_whisper.vad", "faster-whisper")
        try:
            self._model = self._library.WhisperModel(
                str(folder),
                device=device.kind,
                compute_type=COMPUTE[device.kind],
                cpu_threads=threads or device.cores,
                local_files_only=True,
            )
            self._unsaid = self._suppressed()
            self._try_out(checked)
        except RecognizerUnavailable:
            raise
        except Exception as error:  # CTranslate2 and tokenizers raise what they like
            raise self._damage(checked, error) from error

    def stream(self) -> WhisperStream:
        return WhisperStream(self.rate_hz)

    def decode(self, streams: Sequence[WhisperStream]) -> None:
        """Finals, and partials that are due, of all streams in one batch."""
        due = [stream for stream in streams if self._is_due(stream)]
        clips = [self._clips(stream.sound()) for stream in due]
        words = iter(self._transcribe([clip for some in clips for clip in some]))
        for stream, some in zip(due, clips, strict=True):
            stream.hear([word for of_clip in islice(words, len(some)) for word in of_clip], self.name)

    def _is_due(self, stream: WhisperStream) -> bool:
        if stream.is_finished:
            return stream.final is None
        return self._partial_ms > 0 and stream.heard_ms - stream.decoded_ms >= self._partial_ms

    def _clips(self, sound: Floats) -> list[Clip]:
        """Where somebody speaks: pauses stay inside a clip as long as it fits Whisper's window."""
        if not len(sound):
            return []
        spoken = self._voice.get_speech_timestamps(
            sound,
            self._voice.VadOptions(
                min_silence_duration_ms=PAUSE_MS, speech_pad_ms=PADDING_MS, max_speech_duration_s=MOST_CLIP_S
            ),
        )
        spans: list[tuple[int, int]] = []
        for stretch in spoken:
            start, end = int(stretch["start"]), int(stretch["end"])
            if spans and end - spans[-1][0] <= MOST_CLIP_S * MODEL_HZ:
                start = spans.pop()[0]
            spans.append((start, end))
        return [Clip(sound[start:end], start * 1000 // MODEL_HZ) for start, end in spans]

    def _transcribe(self, clips: Sequence[Clip]) -> list[list[Word]]:
        """The words of each clip. The pipeline takes one sound and its clips, so the clips are laid end to end."""
        if not clips:
            return []
        grid = round(CLIP_GRID_S * MODEL_HZ)
        sounds, starts, at = [], [], 0
        for clip in clips:
            length = -(-len(clip.sound) // grid) * grid
            sounds.append(np.pad(clip.sound, (0, length - len(clip.sound))))
            starts.append(at)
            at += length
        segments, _ = self._library.BatchedInferencePipeline(self._model).transcribe(
            np.concatenate(sounds),
            language="ko",
            clip_timestamps=[
                {"start": start / MODEL_HZ, "end": (start + len(sound)) / MODEL_HZ}
                for start, sound in zip(starts, sounds, strict=True)
            ],
            batch_size=LARGEST_BATCH[self.device.kind],
            beam_size=BEAM_SIZE[self.device.kind],
            temperature=0.0,
            condition_on_previous_text=False,
            suppress_tokens=self._unsaid,
            without_timestamps=True,
            word_timestamps=True,
        )
        return self._words_of(segments, clips, [start // grid for start in starts])

    def _words_of(self, segments: Iterable[Any], clips: Sequence[Clip], frames: Sequence[int]) -> list[list[Word]]:
        """Words by clip, from the segments of the whole batch; a segment's ``seek`` is its clip's first frame."""
        numbers = {frame: number for number, frame in enumerate(frames)}
        words: list[list[Word]] = [[] for _ in clips]
        for segment in segments:
            # The product of a float may fall a frame short.
            number = numbers[segment.seek] if segment.seek in numbers else numbers[segment.seek + 1]
            clip = clips[number]
            if not is_invented(segment, clip.duration_s):
                for said in segment.words or ():
                    words[number] += _plain_words(said, clip, frames[number])
        return words

    def _suppressed(self) -> list[int]:
        """Tokens it must not say: -1 stands for the usual signs; digits, so that numbers come as they are spoken."""
        vocabulary = self._model.hf_tokenizer.get_vocab()
        return [-1, *sorted(number for token, number in vocabulary.items() if _is_written_number(token))]

    def _try_out(self, folder: ModelFolder) -> None:
        if not self._model.model.is_multilingual:
            raise RecognizerUnavailable(f"{folder.path}/ is a Whisper for English: choose one without .en in its name")
        bands, wanted = len(self._model.feature_extractor.mel_filters), self._model.model.n_mels
        if bands != wanted:
            fact = f"preprocessor_config.json in {folder.path}/ is missing or wrong: it gives {bands} bands of {wanted}"
            raise folder.unusable(fact)
        if self.device.is_gpu:
            # CUDA's libraries load with the first computation: a call must not be the one to find them missing.
            self._model.encode(np.zeros((wanted, 3_000), np.float32))

    def _damage(self, folder: ModelFolder, error: Exception) -> RecognizerUnavailable:
        reason = one_line(error)
        if self.device.is_gpu and any(name in reason.lower() for name in ("cuda", "cublas", "cudnn", "out of memory")):
            return RecognizerUnavailable(f"{self.name} cannot compute on the GPU ({reason}): set device: cpu")
        return folder.unusable(f"{_suspect(folder)} in {folder.path}/ is cut short or damaged ({reason})")


def _suspect(folder: ModelFolder) -> str:
    """The file that is to blame for a model that does not load: the first that is no JSON, else the weights."""
    for name in ("config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"):
        try:
            if (folder.path / name).is_file():
                json.loads((folder.path / name).read_bytes())
        except ValueError:
            return name
    return "model.bin"


def _is_written_number(token: str) -> bool:
    return not token.startswith("<|") and any(character in WRITTEN_NUMBERS for character in token)


def _plain_words(said: Any, clip: Clip, first_frame: int) -> list[Word]:
    """faster-whisper's word without its punctuation, at its time in the stream; signs alone are no word."""
    last_ms = clip.start_ms + round(clip.duration_s * 1000)
    start_ms, end_ms = (
        min(max(clip.start_ms, round(time_s * 1000) - first_frame * 10 + clip.start_ms), last_ms)
        for time_s in (said.start, said.end)
    )
    confidence = round(min(1.0, max(0.0, float(said.probability))), 3)
    return [Word(text, start_ms, max(start_ms, end_ms), confidence) for text in without_punctuation(said.word).split()]

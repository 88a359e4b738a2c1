"""What every recognizer promises: streams that take sound as it comes and are decoded many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voicebot.audio import Samples

TICK_MS = 60  # how often a live call has its new sound decoded


class RecognizerUnavailable(RuntimeError):
    """A recognizer cannot load; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word as heard; times count from the stream's first sample, ``confidence`` is 0 to 1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Partial:
    """What has been heard so far, without punctuation; the first ``stable_chars`` of it will not change any more."""

    spoken: str = ""
    stable_chars: int = 0


@dataclass(frozen=True, slots=True)
class Final:
    """What was heard from the first sample to the last; ``engine`` names the recognizer and its model."""

    spoken: str
    words: tuple[Word, ...]
    engine: str


class Stream(Protocol):
    """One utterance. Not thread-safe: sound is given and decoding done by one thread at a time."""

    def accept(self, samples: Samples) -> None:
        """More sound, int16 at the recognizer's ``rate_hz``, any length; none is taken after :meth:`finish`.

        Cheap: it only keeps the array, which must not be changed afterwards.
        """

    def finish(self) -> None:
        """No more sound follows; the next :meth:`Recognizer.decode` makes the final."""

    @property
    def partial(self) -> Partial: ...

    @property
    def final(self) -> Final | None:
        """The result, once the stream is finished and decoded."""


class Recognizer(Protocol):
    """A loaded model. ``decode`` computes and blocks: it is called off the event loop."""

    @property
    def name(self) -> str:
        """Engine and model, as ``aicc.yaml`` writes it: ``whisper:whisper-small``."""

    @property
    def rate_hz(self) -> int: ...

    def stream(self) -> Stream: ...

    def decode(self, streams: Sequence[Any]) -> None:
        """Brings these streams, all made by it, up to date with their sound, in as few batches as the model allows."""

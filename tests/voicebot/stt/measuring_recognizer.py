"""A recognizer that hears how much it was given: what streams said can be told without a model."""

from collections.abc import Callable, Sequence

import numpy as np

from voicebot.audio import Samples
from voicebot.stt.recognizer import Final, Partial, Word


class MeasuringStream:
    def __init__(self) -> None:
        self.sound: list[Samples] = []
        self.is_finished = False
        self.partial = Partial()
        self.final: Final | None = None

    def accept(self, samples: Samples) -> None:
        if not self.is_finished:
            self.sound.append(samples)

    def finish(self) -> None:
        self.is_finished = True


class MeasuringRecognizer:
    """Says the sum of the samples it has heard, and the first one; ``batches`` are the sizes of its decodings."""

    rate_hz = 8_000

    def __init__(self, name: str = "measuring", decoding: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.batches: list[int] = []
        self._decoding = decoding

    def stream(self) -> MeasuringStream:
        return MeasuringStream()

    def decode(self, streams: Sequence[MeasuringStream]) -> None:
        self._decoding()
        self.batches.append(len(streams))
        for stream in streams:
            whole = np.concatenate([np.zeros(0, np.int16), *stream.sound])
            spoken = said(whole)
            stream.partial = Partial(spoken, 0)
            if stream.is_finished and stream.final is None:
                words = (Word(spoken, 0, len(whole) // 8, 1.0),) if len(whole) else ()
                stream.final = Final(spoken, words, self.name)


def said(samples: Samples) -> str:
    """What a :class:`MeasuringRecognizer` hears in these samples."""
    return f"{len(samples)} 개 합 {int(samples.astype(np.int64).sum())}" if len(samples) else ""

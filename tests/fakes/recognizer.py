"""A recognizer that hears the words that ``tests.fakes.sounds`` puts into sound, as late as a real one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fakes.sounds import BEGINS, BEGINS_WORD, RATE_HZ, SYLLABLE_MS, frames_of, is_voiced, syllable_of
from voicebot.audio import FRAME_MS, Samples
from voicebot.stt.recognizer import Final, Partial, Word

LAG_MS = 120
FEWEST_FRAMES = SYLLABLE_MS // FRAME_MS // 2  # of a syllable that is still understood


@dataclass
class _Syllable:
    text: str
    begins_word: bool
    start_ms: int
    frames: int = 0

    @property
    def is_heard(self) -> bool:
        return self.frames >= FEWEST_FRAMES


@dataclass
class FakeStream:
    recognizer: FakeRecognizer
    partial: Partial = Partial()  # noqa: RUF009
    final: Final | None = None
    is_finished: bool = False
    waiting: list[Samples] = field(default_factory=list)
    position_ms: int = 0
    syllables: list[_Syllable] = field(default_factory=list)

    def accept(self, samples: Samples) -> None:
        assert not self.is_finished
        self.waiting.append(samples)

    def finish(self) -> None:
        self.is_finished = True

    def decode(self) -> None:
        for sound in self.waiting:
            for frame in frames_of(sound):
                self._hear(frame)
        self.waiting.clear()
        known_ms = self.position_ms - SYLLABLE_MS - LAG_MS
        shown = [
            syllable
            for syllable in self.syllables
            if syllable.is_heard and (self.is_finished or syllable.start_ms <= known_ms)
        ]
        words = self._words(shown)
        if self.is_finished:
            self.final = Final(" ".join(word.text for word in words), words, self.recognizer.name)
        spoken = " ".join(word.text for word in words)
        self.partial = Partial(spoken, max(0, len(spoken) - 2))

    def _hear(self, frame: Samples) -> None:
        found = syllable_of(frame)
        if found is None and self.recognizer.mishears and is_voiced(frame):
            number = self.position_ms // SYLLABLE_MS % len(self.recognizer.mishears)
            found = self.recognizer.mishears[number], 0
        if found is not None:
            text, begins = found
            last = self.syllables[-1] if self.syllables else None
            if begins & BEGINS or last is None or last.text != text:
                self.syllables.append(_Syllable(text, bool(begins & BEGINS_WORD), self.position_ms))
            self.syllables[-1].frames += 1
        self.position_ms += FRAME_MS

    def _words(self, syllables: list[_Syllable]) -> tuple[Word, ...]:
        words: list[Word] = []
        for syllable in syllables:
            text = self.recognizer.nonsense or syllable.text
            end_ms = syllable.start_ms + syllable.frames * FRAME_MS
            if words and not syllable.begins_word:
                last = words.pop()
                words.append(Word(last.text + text, last.start_ms, end_ms, last.confidence))
            else:
                words.append(Word(text, syllable.start_ms, end_ms, self.recognizer.confidence))
        return tuple(words)


@dataclass(eq=False)
class FakeRecognizer:
    """Sure of what it hears. What can go wrong with it:

    ``failures`` more decodings raise, ``stream_failures`` more utterances cannot be opened, every syllable is heard as
    ``nonsense``, or sound without words is heard as ``mishears``. It hangs where its executor does.
    """

    confidence: float = 0.95
    nonsense: str = ""
    mishears: str = ""
    failures: float = 0
    stream_failures: float = 0
    name: str = "fake"
    rate_hz: int = RATE_HZ
    batches: list[int] = field(default_factory=list)

    def stream(self) -> FakeStream:
        if self.stream_failures > 0:
            self.stream_failures -= 1
            raise RuntimeError("no room for another utterance")
        return FakeStream(self)

    def decode(self, streams: Sequence[FakeStream]) -> None:
        self.batches.append(len(streams))
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("the model is out of its mind")
        for stream in streams:
            stream.decode()

"""The voice of a process: texts become sound off the loop, for all its calls."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from voicebot.tts.clauses import sentences, syllables
from voicebot.tts.mouth import Mouth
from voicebot.tts.phrases import PhraseCache, PhraseKey, Spoken
from voicebot.tts.synthesizer import Synthesizer

log = logging.getLogger(__name__)

STUCK_S = 10  # a text is spoken in a fraction of a second
MOST_FORESEEN = 2  # texts that are spoken in advance: what is wanted now may have to wait behind them


def said_one_by_one(text: str) -> Iterator[tuple[str, int]]:
    """The sentences of a text as they are begun, kept and played, and the pause in ms behind each."""
    for sentence in sentences(text):
        if said := text[sentence.start : sentence.end].strip():
            yield said, sentence.pause_ms


class Saying:
    """A text on its way to sound. ``frames`` grows while it is spoken; it is read from the loop, written by the voice.

    ``broken`` says why no more comes.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.frames: list[Spoken] = []
        self.is_whole = False
        self.is_cancelled = False
        self.broken: str | None = None

    def cancel(self) -> None:
        """Nobody wants the rest."""
        self.is_cancelled = True


class Voice:
    """Speaks for all calls of a process, with one :class:`Mouth` for each rate of their doors.

    ``executor`` is where synthesis runs: one thread of its own by default. What was said before is there at once.
    """

    def __init__(
        self, synthesizer: Synthesizer, phrases: PhraseCache | None = None, executor: Executor | None = None
    ) -> None:
        self.synthesizer = synthesizer
        self._phrases = phrases if phrases is not None else PhraseCache()
        self._executor = executor or ThreadPoolExecutor(1, "voice")
        self._mouths: dict[int, Mouth] = {}
        self._foreseen: set[PhraseKey] = set()  # waiting to be spoken
        self._at_work_since_s: float | None = None

    @property
    def broken(self) -> str | None:
        """Why nothing new is spoken any more: the synthesizer hangs."""
        since_s = self._at_work_since_s
        if since_s is None or time.monotonic() - since_s < STUCK_S:
            return None
        return f"{self.synthesizer.name} has been at one text for {STUCK_S} s"

    def begin(self, text: str, rate_hz: int, *, slower: bool = False) -> Saying:
        """Has ``text`` spoken, behind what was begun before; returns at once."""
        saying = Saying(text)
        mouth = self._mouth(rate_hz)
        phrase = mouth.phrases.get(mouth.key(text, slower=slower))
        if phrase:
            saying.frames.extend(phrase)
            saying.is_whole = True
        else:
            self._executor.submit(self._speak, saying, mouth, slower)
        return saying

    def foresee(self, texts: Iterable[str], rate_hz: int) -> None:
        """Has texts ready that may be wanted in a moment; what a busy voice has no time for is passed over.

        Called from any thread.
        """
        mouth = self._mouth(rate_hz)
        for sentence in _sentences_of(texts):
            key = mouth.key(sentence)
            if len(self._foreseen) < MOST_FORESEEN and key not in self._foreseen and mouth.phrases.get(key) is None:
                self._foreseen.add(key)
                self._executor.submit(self._speak_in_advance, sentence, mouth)

    def prepare(self, texts: Iterable[str], rate_hz: int) -> None:
        """Has the sentences ready that must be there when nothing else works. Blocks: before the first call."""
        self._mouth(rate_hz).prefill(_sentences_of(texts))

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _mouth(self, rate_hz: int) -> Mouth:
        if rate_hz not in self._mouths:
            self._mouths[rate_hz] = Mouth(self.synthesizer, rate_hz, phrases=self._phrases)
        return self._mouths[rate_hz]

    def _speak_in_advance(self, text: str, mouth: Mouth) -> None:
        self._foreseen.discard(mouth.key(text))
        self._speak(Saying(text), mouth, slower=False)

    def _speak(self, saying: Saying, mouth: Mouth, slower: bool) -> None:
        """In the voice's thread: never raises."""
        if saying.is_cancelled:
            return
        self._at_work_since_s = time.monotonic()
        try:
            _draw(saying, mouth, slower)
        finally:
            self._at_work_since_s = None


def _sentences_of(texts: Iterable[str]) -> Iterator[str]:
    return (sentence for text in texts for sentence, _ in said_one_by_one(text))


def _draw(saying: Saying, mouth: Mouth, slower: bool) -> None:
    try:
        for spoken in mouth.say(saying.text, slower=slower):
            if saying.is_cancelled:
                return
            saying.frames.append(spoken)
        if not saying.frames and syllables(saying.text):
            saying.broken = f'{mouth.synthesizer.name}: no sound for "{saying.text}"'
            return
        saying.is_whole = True
    except Exception as error:
        log.exception("a text could not be spoken")
        saying.broken = f"{mouth.synthesizer.name}: {type(error).__name__}: {error}"

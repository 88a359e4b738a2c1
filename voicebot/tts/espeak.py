"""The default voice: espeak-ng, which speaks Korean on any machine, a thousand times faster than it is heard.

Its state is global and not thread-safe, so one thread of the process owns the library. Whoever wants a clause queues
for it; as nobody has more than one clause in the queue, sentences that are spoken at the same time take turns.
"""

import os
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from voicebot.audio import Samples
from voicebot.tts import libespeak
from voicebot.tts.clauses import clauses, sayable, sentences, syllables
from voicebot.tts.libespeak import RATE_HZ, EspeakUnavailable, LibEspeak, Prosody, bundled_library
from voicebot.tts.synthesizer import SynthesizerUnavailable

DEFAULT_VOICE = "ko+f2"


class EspeakThread:
    """The one thread in which a libespeak-ng lives. ``load`` runs in it. Raises :class:`SynthesizerUnavailable`."""

    def __init__(self, load: Callable[[], LibEspeak] = libespeak.load) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="espeak")
        try:
            self._library = self._thread.submit(load).result()
        except EspeakUnavailable as error:
            self._thread.shutdown()
            raise SynthesizerUnavailable(str(error)) from error

    def phonemes(self, clause: str, voice: str) -> str:
        """How a clause is pronounced, in IPA: for voices that are given phonemes. From any thread."""
        return self._thread.submit(self._library.phonemes, clause, voice).result()

    def speak(self, clause: str, voice: str, prosody: Prosody) -> Generator[Samples, None, None]:
        """Blocks of a clause as espeak-ng makes them, from any thread; closing the iterator stops it at the next one.

        The queue of blocks holds at most the clause.
        """
        blocks: SimpleQueue[Samples | None] = SimpleQueue()
        abandoned = threading.Event()

        def hand_over(block: Samples) -> bool:
            blocks.put(block)
            return not abandoned.is_set()

        def synthesize() -> None:
            try:
                if not abandoned.is_set():
                    self._library.synthesize(clause, voice, prosody, hand_over)
            finally:
                blocks.put(None)

        finished = self._thread.submit(synthesize)
        try:
            while (block := blocks.get()) is not None:
                yield block
            finished.result()
        except EspeakUnavailable as error:
            raise SynthesizerUnavailable(str(error)) from error
        finally:
            abandoned.set()


_shared: list[EspeakThread] = []
_sharing = threading.Lock()
os.register_at_fork(after_in_child=_shared.clear)  # a forked child has no such thread


def shared_thread() -> EspeakThread:
    """The process's one thread for the bundled library, started when the first voice wants it."""
    with _sharing:
        if not _shared:
            _shared.append(EspeakThread())
        return _shared[0]


class EspeakSynthesizer:
    """An espeak-ng voice with a variant: ``ko+f2``, ``ko+m3``, plain ``ko``. Raises :class:`SynthesizerUnavailable`."""

    rate_hz = RATE_HZ

    def __init__(
        self, voice: str = DEFAULT_VOICE, prosody: Prosody | None = None, thread: EspeakThread | None = None
    ) -> None:
        self.name = f"espeak:{voice}"
        self._voice = voice
        self._prosody = prosody or Prosody()
        self._thread = thread or shared_thread()
        if thread is None:
            _check_variant(voice)
        for _ in self._thread.speak("", voice, self._prosody):  # an unknown language is refused here
            pass

    def speak(self, spoken: str) -> Generator[Samples, None, None]:
        """See ``Synthesizer.speak``; between clauses lie the pauses of their punctuation."""
        text = sayable(spoken)
        pause_ms = 0
        for sentence in sentences(text):
            words = text[sentence.start : sentence.end]
            for clause in clauses(words):
                said = words[clause.start : clause.end]
                if not syllables(said):
                    continue
                if pause_ms:
                    yield np.zeros(RATE_HZ * pause_ms // 1000, np.int16)
                yield from self._thread.speak(said, self._voice, self._prosody)
                pause_ms = sentence.pause_ms if clause.end == len(words) else clause.pause_ms


def _check_variant(voice: str) -> None:
    """espeak-ng speaks with its plain voice where it does not know the variant; an operator wants to be told."""
    _, data = bundled_library()
    _, plus, variant = voice.partition("+")
    folder = data / "voices" / "!v"
    if plus and folder.is_dir() and variant not in {file.name for file in folder.iterdir()}:
        known = ", ".join(sorted(file.name for file in folder.iterdir() if len(file.name) == 2))
        raise SynthesizerUnavailable(f'espeak-ng has no variant "{variant}" of a voice: choose one of {known}')

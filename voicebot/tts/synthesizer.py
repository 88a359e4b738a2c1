"""What every synthesizer promises: sound in blocks, the first as early as it can."""

from collections.abc import Iterator
from typing import Protocol

from voicebot.audio import Samples


class SynthesizerUnavailable(RuntimeError):
    """A voice cannot load or speak; the message says what is missing and how to get it."""


class Synthesizer(Protocol):
    """A loaded voice. Speaking computes and blocks: it happens off the event loop, and from any thread."""

    @property
    def name(self) -> str:
        """Engine and voice, as ``aicc.yaml`` writes it: ``espeak:ko+f2``. Phrases are cached under it."""

    @property
    def rate_hz(self) -> int: ...

    def speak(self, spoken: str) -> Iterator[Samples]:
        """Blocks of int16 at ``rate_hz``.

        ``spoken`` is Hangul as it is read aloud (``voicebot.text.to_spoken``'s form), with punctuation; whatever the
        voice cannot say is left out. A caller that has heard enough closes the iterator, and no more is computed.
        Raises :class:`SynthesizerUnavailable` where the voice has died.
        """

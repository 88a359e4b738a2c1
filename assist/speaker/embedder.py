"""What a voice becomes: a vector that lies near the other vectors of the same speaker. One protocol, several models."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voicebot.audio import Samples

Embedding = npt.NDArray[np.float32]  # (size,), of length 1: the cosine of two is their inner product


class SpeakerEmbedder(Protocol):
    """A model that turns speech into an embedding; safe to call from several threads."""

    @property
    def name(self) -> str:
        """``bundled``, ``speechbrain:NAME``: embeddings of models with different names cannot be compared."""

    @property
    def size(self) -> int:
        """How many numbers an embedding has."""

    def embed(self, samples: Samples, rate_hz: int) -> Embedding:
        """The voice in one sound of any length and rate; ``ValueError`` where it is empty."""

    def embed_all(self, many: Sequence[Samples], rate_hz: int) -> npt.NDArray[np.float32]:
        """Many sounds at once, (len(many), size), each row as :meth:`embed` gives it."""

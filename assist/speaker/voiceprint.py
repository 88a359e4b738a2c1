"""What is kept of a customer's voice, and where it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assist.speaker.embedder import Embedding
from assist.speaker.identity import Identity

if TYPE_CHECKING:  # the front, which has no models, needs names of customers
    from assist.speaker.model import Utterance


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """Of one customer, by one model, out of the calls named in ``calls``.

    ``summed`` is the sum of their embeddings, each by its seconds of net speech, so that a further call can be added
    exactly; ``speech_ms`` is of all calls together.
    """

    customer: str
    model: Identity
    summed: Embedding
    speech_ms: int
    calls: tuple[str, ...]

    @property
    def embedding(self) -> Embedding:
        """Their weighted mean, of length 1."""
        return np.asarray(self.summed / np.linalg.norm(self.summed), np.float32)

    def with_call(self, call_id: str, utterance: Utterance) -> Voiceprint:
        summed = self.summed + np.float32(utterance.speech_ms / 1_000) * utterance.embedding
        speech_ms = self.speech_ms + utterance.speech_ms
        return Voiceprint(self.customer, self.model, summed, speech_ms, (*self.calls, call_id))

    @classmethod
    def empty(cls, customer: str, model: Identity) -> Voiceprint:
        return cls(customer, model, np.zeros_like(model.probe), 0, ())


class Voiceprints(Protocol):
    """Consents and voiceprints of all customers; :class:`assist.speaker.vault.Vault` keeps them.

    Customers are named as :func:`customer_name` has them.
    """

    def consented_at(self, customer: str) -> datetime | None:
        """When the customer has agreed to be known by voice; None: has not, or not any more."""

    def find(self, customer: str) -> Voiceprint | None: ...

    def give_consent(self, customer: str, at: datetime) -> None:
        """The customer agrees; an earlier consent and what was enrolled stay."""

    def keep(self, voiceprint: Voiceprint) -> bool:
        """In place of the customer's earlier one; False, and nothing is kept, where there is no consent."""

    def forget(self, customer: str) -> bool:
        """Takes consent and voiceprint away; whether there was anything."""


class ReadOnly:
    """For a replay: voiceprints are looked at, and nothing that a call says changes them."""

    def __init__(self, voiceprints: Voiceprints) -> None:
        self._voiceprints = voiceprints

    def consented_at(self, customer: str) -> datetime | None:
        return self._voiceprints.consented_at(customer)

    def find(self, customer: str) -> Voiceprint | None:
        return self._voiceprints.find(customer)

    def give_consent(self, customer: str, at: datetime) -> None:
        pass

    def keep(self, voiceprint: Voiceprint) -> bool:
        return False

    def forget(self, customer: str) -> bool:
        return False


def customer_name(text: str) -> str:
    """A telephone number without what people write between its digits; anything else as it is, without outer spaces.

    What no database can hold is marked ``?`` or left out, as the store does.
    """
    plain = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
    bare = re.sub(r"[\s().-]", "", plain)
    return bare if re.fullmatch(r"\+?[0-9*#]+", bare) else plain

"""What the bot says of an answer in one breath, and where it has it from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict

from kb.entry import Entry


class Hit(Protocol):
    """What a search has found: an entry, and how sure it is that this answers, 0 to 1."""

    @property
    def entry(self) -> Entry: ...

    @property
    def confidence(self) -> float: ...


class Backing(TypedDict):
    """An entry behind an answer, as the event log writes it."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Clause:
    """A whole sentence, as people read it; ``source`` tells whose words these are, the entry's or a model's.

    ``documents`` are the entries it rests on. ``rest`` is what the entry has to say beyond what the ear can hold: only
    the last clause of an answer has any, and the caller may want to hear it.
    """

    text: str
    source: Literal["faq", "llm"]
    documents: tuple[Backing, ...]
    rest: str = ""


def backing(hits: Sequence[Hit]) -> tuple[Backing, ...]:
    return tuple(Backing(id=hit.entry.id, score=round(hit.confidence, 3)) for hit in hits)

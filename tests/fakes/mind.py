"""A mind for tests: the scenario is real, the index counts shared pairs of letters, and answers are read out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

from kb.entry import Entry, faces
from voicebot.dialogue.answer.clause import Clause, backing
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario.scenario_file import load_scenario
from voicebot.dialogue.services import Services
from voicebot.dialogue.slots import FreeText
from voicebot.dialogue.understand import Understanding, entries_of


@dataclass(frozen=True)
class Found:
    entry: Entry
    confidence: float
    why: str = "letters"


class LettersIndex:
    """Confidence is the share of an utterance's pairs of letters that the nearest face of an entry has."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    def search(self, text: str, limit: int = 3, *, today: date | None = None) -> SimpleNamespace:
        return self.search_each(text, (lambda entry: True,), limit, today=today)[0]

    def search_each(
        self, text: str, groups: Sequence[Callable[[Entry], bool]], limit: int = 3, *, today: date | None = None
    ) -> list[SimpleNamespace]:
        wanted = _pairs(text)
        hits = [Found(entry, max(_share(wanted, _pairs(face)) for face in faces(entry))) for entry in self._entries]
        hits.sort(key=lambda hit: hit.confidence, reverse=True)
        of_groups = [[hit for hit in hits if belongs(hit.entry)][:limit] for belongs in groups]
        return [SimpleNamespace(hits=own, answered=bool(own and own[0].confidence > 0.5), ms=0.0) for own in of_groups]


class ReadOut:
    """The best entry's answer, as it is written."""

    async def stream(self, question: str, hits: Sequence[Found], **_: object) -> AsyncIterator[Clause]:
        yield Clause(hits[0].entry.answer, "faq", backing(hits[:1]))


async def open_fake_mind(
    folder: Path, settings: object = None, addresses_of_services: Mapping[str, str] = {}, faq: Sequence[Entry] = ()
) -> Mind:
    """As ``dialogue.opening.open_mind``, without models."""
    loaded = load_scenario(folder)
    entries = entries_of(list(loaded.flows.values()), faq)
    services = Services(loaded.scenario.services, addresses_of_services)
    return Mind(loaded, Understanding(LettersIndex(entries), entries), ReadOut(), services, FreeText())


def _pairs(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text))
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


def _share(wanted: set[str], there: set[str]) -> float:
    return len(wanted & there) / max(1, len(wanted))

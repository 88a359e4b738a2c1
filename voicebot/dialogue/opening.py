"""Opening a scenario: its files read, its questions and examples in one index, its services at hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kb.address import AddressBook
from kb.embedding.embedding import Embedding
from kb.entry import Entry
from kb.index import Index
from kb.loading import load
from kb.synonyms import Synonyms
from voicebot.dialogue.answer.answers import Answers
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario.scenario_file import LoadedScenario, load_scenario
from voicebot.dialogue.services import Services
from voicebot.dialogue.slots.address import AddressSlot, AnyAddress
from voicebot.dialogue.understand import Understanding, entries_of


class KnowledgeBroken(RuntimeError):
    """A scenario's files of questions and answers have rows that cannot be used; the message names the first."""


def open_mind(
    folder: Path,
    embedding: Embedding,
    answers: Answers,
    service_addresses: Mapping[str, str] | None = None,
    knowledge: Sequence[Entry] = (),
    book: AddressBook | None = None,
) -> Mind:
    """The scenario in ``folder``, ready for calls; a second or two of computing, so not on the loop of calls.

    ``knowledge`` is what was ingested beside the scenario's own files. Addresses are as they are said where there is no
    ``book`` of them. Raises ``ScenarioInvalid``,
    :class:`KnowledgeBroken` or ``SynonymsInvalid``.
    """
    loaded = load_scenario(folder)
    known = [*_own_knowledge(loaded), *knowledge]
    for flow in loaded.flows.values():
        if unknown := set(flow.questions) - {entry.id for entry in known}:
            names = ", ".join(sorted(unknown))
            raise KnowledgeBroken(f'flow "{flow.flow}" serves {names}: no such entry is known here')
    entries = entries_of(list(loaded.flows.values()), known)
    synonyms = Synonyms.load(loaded.folder / loaded.scenario.synonyms) if loaded.scenario.synonyms else Synonyms()
    return Mind(
        loaded,
        Understanding(Index.of(entries, embedding, synonyms), entries),
        answers,
        Services(loaded.scenario.services, service_addresses),
        AddressSlot(book) if book else AnyAddress(),
    )


def _own_knowledge(loaded: LoadedScenario) -> tuple[Entry, ...]:
    found = load([loaded.folder / name for name in loaded.scenario.knowledge])
    if found.broken:
        first = found.broken[0]
        more = f" (and {len(found.broken) - 1} more)" if len(found.broken) > 1 else ""
        raise KnowledgeBroken(f"{first.source}:{first.line}: {first.reason}: {first.cure}{more}")
    return found.entries

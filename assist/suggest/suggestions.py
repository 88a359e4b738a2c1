"""Live suggestions: the service of one company, and what it tells of one call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date

from langchain_core.language_models.chat_models import BaseChatModel

from assist.call_so_far import CallSoFar
from assist.helper import Sound
from assist.suggest.call_suggestions import CallSuggestions
from assist.suggest.lookup import Lookup
from assist.suggest.rules import SuggestRules
from assist.suggest.wording import Wording
from kb.embedding.embedding import Embedding
from kb.entry import Entry
from kb.index import Index
from kb.loading import load
from kb.synonyms import Synonyms
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.understand import Understanding, entries_of

log = logging.getLogger(__name__)


class Suggestions:
    """Of one scenario, for all its calls: the index is shared, and only read."""

    def __init__(
        self,
        loaded: LoadedScenario,
        knowledge: Sequence[Entry],
        embedding: Embedding,
        rules: SuggestRules | None = None,
        model: BaseChatModel | None = None,
    ) -> None:
        """``knowledge`` is what may be suggested (:func:`knowledge_of`); a second of computing for a few hundred.

        With a ``model`` replies are worded for the call; it is not asked yet.
        """
        rules = rules or SuggestRules()
        synonyms = Synonyms.load(loaded.folder / loaded.scenario.synonyms) if loaded.scenario.synonyms else Synonyms()
        known = {entry.id for entry in knowledge}
        flows = [_served(flow, known) for flow in loaded.flows.values()]
        designed = entries_of(flows, knowledge)
        # what a flow serves is for the bot to do, and for an agent to read
        indexed = [*designed, *(entry for entry in knowledge if entry.id not in {one.id for one in designed})]
        index = Index.of(indexed, embedding, synonyms)
        self._loaded, self._rules = loaded, rules
        self._lookup = Lookup(knowledge, index, synonyms)
        self._understanding = Understanding(index, indexed)
        self._wording = (
            Wording(model, within_ms=rules.worded_within_ms, characters=rules.reply_chars) if model else None
        )

    def open(self, call: CallSoFar, sound: Sound | None, today: Callable[[], date] = date.today) -> CallSuggestions:
        """The helper of one call; ``today`` decides which entries are valid. The sound is not needed."""
        return CallSuggestions(call, self._loaded, self._lookup, self._understanding, self._rules, self._wording, today)

    def close(self) -> None:
        """Stops asking the model."""
        if self._wording:
            self._wording.close()


def knowledge_of(loaded: LoadedScenario, ingested: Sequence[Entry] = ()) -> tuple[Entry, ...]:
    """The entries of the scenario's own files, then those that were ingested beside them; broken rows are logged."""
    found = load([loaded.folder / name for name in loaded.scenario.knowledge])
    for row in found.broken:
        log.warning("%s", row)
    return tuple({entry.id: entry for entry in (*found.entries, *ingested)}.values())


def _served(flow: Flow, known: Collection[str]) -> Flow:
    """``flow`` without the entries that nobody has: suggesting goes on where a file of the FAQ is gone."""
    return flow.model_copy(update={"questions": [name for name in flow.questions if name in known]})

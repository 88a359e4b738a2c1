"""The sample company's suggestions, and calls that are told to them line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from assist.call_so_far import CallSoFar
from assist.suggest.rules import SuggestRules
from assist.suggest.suggestions import Suggestions, knowledge_of
from kb.embedding.bundled import BundledEmbedding
from voicebot.dialogue.scenario.scenario_file import LoadedScenario, load_scenario
from voicebot.events import (
    BotFinished,
    CallStarted,
    Event,
    FlowEntered,
    Logged,
    Suggested,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)

NURI = Path(__file__).parents[3] / "scenarios" / "nuri"
TODAY = date(2026, 11, 23)


class Call:
    """A call that is told to its helper; each method gives back the helper's events."""

    def __init__(self, suggestions: Suggestions) -> None:
        self.so_far = CallSoFar("call")
        self.helper = suggestions.open(self.so_far, None, lambda: TODAY)
        self._seq = self._turn = 0
        self.tell(CallStarted("in", "chat", "01012345678", "15881234", "누리홈쇼핑"))

    def tell(self, event: Event) -> list[Suggested]:
        logged = Logged("call", self._seq, 100 * self._seq, event)
        self._seq += 1
        self.so_far.take(logged)
        return [one for one in self.helper.heard(logged) if isinstance(one, Suggested)]

    def partial(self, text: str) -> list[Suggested]:
        """Of the turn that comes next."""
        return self.tell(TranscriptPartial("caller", self._turn + 1, text, text, len(text)))

    def caller(self, text: str) -> list[Suggested]:
        """Final and end of turn, as a recognizer logs them."""
        self._turn += 1
        final = self.tell(TranscriptFinal("caller", self._turn, text, text, (), "typed"))
        return final + self.tell(TurnEnded(self._turn, text, text, 300, "ending"))

    def final(self, text: str) -> list[Suggested]:
        """The final alone: nothing is heard behind it that a worded reply could come with."""
        self._turn += 1
        return self.tell(TranscriptFinal("caller", self._turn, text, text, (), "typed"))

    def agent(self, text: str) -> list[Suggested]:
        self._turn += 1
        return self.tell(TranscriptFinal("agent", self._turn, text, text, (), "typed"))

    def bot(self, text: str) -> list[Suggested]:
        return self.tell(BotFinished(self._turn, text))

    def flow(self, name: str) -> list[Suggested]:
        return self.tell(FlowEntered(name, ""))

    @property
    def turn(self) -> int:
        return self._turn


def documents(event: Suggested) -> list[str]:
    return [item["document"] for item in event.items]


@pytest.fixture(scope="session")
def loaded() -> LoadedScenario:
    return load_scenario(NURI)


@pytest.fixture(scope="session")
def sample_rules() -> SuggestRules:
    text = (NURI / "assist" / "suggest.yaml").read_text(encoding="utf-8")
    return SuggestRules.model_validate(YAML(typ="safe").load(text))


@pytest.fixture(scope="session")
def plain(loaded: LoadedScenario) -> Suggestions:
    """Without rules: what changes is what is suggested."""
    return Suggestions(loaded, knowledge_of(loaded), BundledEmbedding.load())


@pytest.fixture(scope="session")
def watched(loaded: LoadedScenario, sample_rules: SuggestRules) -> Suggestions:
    """With the sample company's rules."""
    return Suggestions(loaded, [], BundledEmbedding.load(), sample_rules)


@pytest.fixture
def call(plain: Suggestions) -> Iterator[Call]:
    yield Call(plain)


@pytest.fixture
def watched_call(watched: Suggestions) -> Call:
    return Call(watched)

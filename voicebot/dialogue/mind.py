"""Everything that one scenario needs to hold conversations, shared by all its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.dialogue.answer.answers import Answers
from voicebot.dialogue.asked import Asked, finder
from voicebot.dialogue.scenario.flow import Flow, Scenario
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.services import Services
from voicebot.dialogue.slots import Slot
from voicebot.dialogue.understand import Understanding


@dataclass(frozen=True, slots=True)
class Mind:
    """A scenario, ready: its files are read, its index is built, its services are known."""

    loaded: LoadedScenario
    understanding: Understanding
    answers: Answers
    services: Services
    addresses: Slot
    _asked: dict[tuple[str, str], Asked] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        return self.loaded.scenario

    @property
    def flows(self) -> Mapping[str, Flow]:
        return self.loaded.flows

    def asked(self, flow: Flow, slot: str) -> Asked:
        key = (flow.flow, slot)
        if key not in self._asked:
            settings = self.loaded.slot(flow, slot)
            self._asked[key] = Asked(slot, settings, finder(settings, self.addresses))
        return self._asked[key]

    def repairing(self, repair: str) -> Flow | None:
        """The designer's flow that takes the place of one of the engine's repairs."""
        return next((flow for flow in self.flows.values() if flow.repairs == repair), None)

    def offered(self) -> list[Flow]:
        """What callers may come for."""
        scenario = self.scenario
        return [
            flow
            for flow in self.flows.values()
            if flow.kind == "main" and flow.examples and flow.flow not in (scenario.start, scenario.outbound)
        ]

"""What the flow that the call is in still has to ask, for an agent who goes on with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assist.suggest.wording_match import MOST_OF_IT, words
from voicebot.dialogue.scenario import step as steps
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.slot_settings import YesNo
from voicebot.dialogue.template import TemplateInvalid, fill, names_in

DEEPEST_LINK = 1  # whatever else those ask is for them to know
MOST_QUESTIONS = 8
DEEPEST_FLOW = 8
"""Of flows that wait for another; a log that enters more without leaving any is forgotten from its beginning."""


@dataclass(frozen=True, slots=True)
class Question:
    """``slot`` is the flow's name for what ``text`` asks, ``type`` what kind of value it is."""

    slot: str
    type: str
    text: str


class OpenQuestions:
    """Of one call: which flow it is in, and what was filled or asked of it."""

    def __init__(self, loaded: LoadedScenario) -> None:
        self._loaded = loaded
        self._running: list[str] = []
        self._left: list[str] = []  # since the caller spoke last
        self._taken_up = ""  # by an agent, from the bot or from the caller's words
        self._known: dict[str, str] = {}
        self._asked: set[str] = set()

    @property
    def flow(self) -> str:
        """The one that is followed; empty for none."""
        return self._running[-1] if self._running else self._taken_up

    def entered(self, flow: str) -> None:
        self._running = [*self._running, flow][-DEEPEST_FLOW:]
        self._left.clear()
        self._taken_up = ""
        self._begin_anew(flow)

    def left(self, flow: str) -> None:
        if flow in self._running:
            del self._running[self._running.index(flow) :]
            self._left = [*self._left, flow][-DEEPEST_FLOW:]

    def caller_spoke(self) -> None:
        self._left.clear()

    def handed_over(self) -> None:
        """The agent goes on with what the bot could not finish."""
        self._take_up(next((flow for flow in reversed(self._left) if self._asks(flow)), ""))

    def wanted(self, flow: str) -> None:
        """The caller has told an agent that they want this."""
        if not self._running and flow != self._taken_up and self._asks(flow):
            self._take_up(flow)
            self._begin_anew(flow)

    def filled(self, slot: str, written: str) -> None:
        self._known[slot] = written

    def agent_said(self, text: str) -> None:
        """What the agent has asked is not named any more."""
        told = words(text)
        for question in self.open():
            called, wanted = words(question.slot), words(question.text)
            if (called and called <= told) or len(wanted & told) > MOST_OF_IT * len(wanted):
                self._asked.add(question.slot)

    def open(self) -> tuple[Question, ...]:
        """In the flow's order, those of flows that it links to in their place; ``MOST_QUESTIONS`` at most."""
        flow = self._loaded.flows.get(self.flow)
        if flow is None:
            return ()
        found: dict[str, Question] = {}
        for inside, slot in _asks_of(flow, self._loaded.flows, DEEPEST_LINK):
            if slot in self._known or slot in self._asked or slot in found:
                continue
            if question := self._question(inside, slot):
                found[slot] = question
        return tuple(found.values())[:MOST_QUESTIONS]

    def _question(self, flow: Flow, slot: str) -> Question | None:
        """None where the sentence speaks of what is not known yet."""
        try:
            settings = self._loaded.slot(flow, slot)
            if isinstance(settings, YesNo) and settings.offer:
                return None  # 찾아 드릴까요 is made where the flow comes to it
            text = settings.ask if isinstance(settings.ask, str) else settings.ask[0]
            is_known = names_in(text) <= self._known.keys()
            return Question(slot, settings.type, fill(text, self._known)) if is_known else None
        except (KeyError, TemplateInvalid):
            return None

    def _take_up(self, flow: str) -> None:
        self._taken_up = flow
        self._asked.clear()

    def _begin_anew(self, flow: str) -> None:
        """What a flow has captured it forgets at its end, unless it says otherwise."""
        self._asked.clear()
        own: Mapping[str, Any] = self._loaded.flows[flow].slots if flow in self._loaded.flows else {}
        for name, settings in own.items():
            if settings.keep == "flow":
                self._known.pop(name, None)

    def _asks(self, flow: str) -> bool:
        known = self._loaded.flows.get(flow)
        return known is not None and any(_asks_of(known, self._loaded.flows, DEEPEST_LINK))


def names_and_types(questions: Collection[Question]) -> set[str]:
    return {name for question in questions for name in (question.slot, question.type)}


def _asks_of(flow: Flow, flows: Mapping[str, Flow], deepest: int) -> Iterator[tuple[Flow, str]]:
    """Each slot that the flow asks for, with the flow that describes it, in order."""
    for _, step in steps_of(flow):
        match step:
            case steps.Ask(ask=str(name)):
                yield flow, name
            case steps.Ask(ask=names):
                yield from ((flow, name) for name in names)
            case steps.Link(link=name) if deepest and name in flows:
                yield from _asks_of(flows[name], flows, deepest - 1)

"""The ways through a flow: from each step to those that may come after it.

``lint`` asks of them what can be reached and what goes round for ever, ``graph`` draws them. A step's ``go`` is taken
once the step is through, with the lists inside it; where ``when`` does not hold, the step below comes next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.step import (
    TO_THE_END,
    Answer,
    Branch,
    Call,
    Handoff,
    HangUp,
    Link,
    Message,
    Restart,
    Step,
)
from voicebot.dialogue.scenario.yaml_file import Where

END: Where = ("end",)
OVER: Where = ("over",)
"""Where the ways of a flow lead to: to its end, back to where it was linked from, or to the end of the conversation."""

Kind = Literal["through", "skipped", "arm", "status", "failure", "missing"]


@dataclass(frozen=True, slots=True)
class Way:
    """From one step to another; ``text`` is the condition or the status under which it is taken."""

    source: Where
    target: Where
    kind: Kind = "through"
    text: str = ""


@dataclass(frozen=True, slots=True)
class InnerList:
    """Steps inside a step."""

    where: Where
    steps: Sequence[Step]
    kind: Kind
    text: str = ""


@dataclass(slots=True)
class Paths:
    """Steps in the order in which they are written, each by its place in the file, and the ways between them."""

    steps: dict[Where, Step] = field(default_factory=dict)
    ways: dict[Where, list[Way]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, Where] = field(default_factory=dict)

    @property
    def first(self) -> Where:
        return next(iter(self.steps))

    def after(self, where: Where, *, without: frozenset[Where] = frozenset()) -> set[Where]:
        """All that may come after the step, itself only if a way leads back; no way through steps of ``without``."""
        return self._spread({way.target for way in self.ways.get(where, ())}, without)

    def reachable(self) -> set[Where]:
        return self._spread({self.first}, frozenset())

    def _spread(self, begin: set[Where], without: frozenset[Where]) -> set[Where]:
        found: set[Where] = set()
        waiting = begin - without
        while waiting:
            where = waiting.pop()
            found.add(where)
            waiting |= {way.target for way in self.ways.get(where, ())} - found - without
        return found


def paths(flow: Flow, never_back: frozenset[str] = frozenset()) -> Paths:
    """``never_back`` are the flows from which no link comes back (:func:`one_way`)."""
    found = Paths()
    found.steps = dict(steps_of(flow))
    for where, step in found.steps.items():
        if step.id is not None:
            found.named.setdefault(step.id, where)
    _connect(found, ("steps",), flow.steps, END, never_back)
    return found


def steps_of(flow: Flow) -> Iterator[tuple[Where, Step]]:
    """Each step of the flow with its place in the file, as written from top to bottom."""
    return _steps_in(("steps",), flow.steps)


def _steps_in(list_where: Where, steps: Sequence[Step]) -> Iterator[tuple[Where, Step]]:
    for number, step in enumerate(steps):
        where = (*list_where, number)
        yield where, step
        for inner in inner_lists(step):
            yield from _steps_in((*where, *inner.where), inner.steps)


def inner_lists(step: Step) -> list[InnerList]:
    """The lists of steps inside a step, empty ones too, in the order in which they are taken."""
    match step:
        case Branch():
            return [
                InnerList(("branch", number, "steps"), arm.steps, "arm", arm.when or "")
                for number, arm in enumerate(step.branch)
            ]
        case Call():
            answers = [
                InnerList(("answers", status), steps, "status", str(status)) for status, steps in step.answers.items()
            ]
            return answers + _optional("failure", step.failure)
        case Answer():
            return _optional("missing", step.missing)
        case Message():
            return _optional("failure", step.failure)
    return []


def _optional(key: Literal["failure", "missing"], steps: Sequence[Step] | None) -> list[InnerList]:
    return [] if steps is None else [InnerList((key,), steps, key)]


def list_of(where: Where) -> Where:
    """The list in which a step stands."""
    return where[:-1]


def may_go(source: Where, target: Where) -> bool:
    """Whether a ``go`` at ``source`` may name the step at ``target``: in the same list, or in one around it."""
    return source[: len(target) - 1] == list_of(target)


def ends(step: Step) -> bool:
    return isinstance(step, Handoff | HangUp | Restart)


def _connect(found: Paths, list_where: Where, steps: Sequence[Step], behind: Where, never_back: frozenset[str]) -> None:
    """``behind`` is where the list leads when it is through."""
    for number, step in enumerate(steps):
        where = (*list_where, number)
        below = (*list_where, number + 1) if number + 1 < len(steps) else behind
        through = found.named.get(step.go, below) if step.go is not None else below
        if step.go == TO_THE_END:
            through = END
        ways = found.ways[where]
        if step.when is not None:
            ways.append(Way(where, below, "skipped"))
        if isinstance(step, Link) and step.link in never_back:
            through = OVER
        always_inside = False
        for inner in inner_lists(step):
            inner_where = (*where, *inner.where)
            _connect(found, inner_where, inner.steps, through, never_back)
            if not always_inside:
                ways.append(Way(where, (*inner_where, 0) if inner.steps else through, inner.kind, inner.text))
            always_inside |= inner.kind == "arm" and not inner.text
        if ends(step):
            through = OVER
        if not always_inside:
            ways.append(Way(where, through))


def one_way(flows: Mapping[str, Flow]) -> frozenset[str]:
    """The flows that never come to their end, but always end the conversation: no link comes back from them."""
    back = frozenset(flows)
    while True:
        stay = frozenset(name for name in back if END in paths(flows[name], frozenset(flows) - back).reachable())
        if stay == back:
            return frozenset(flows) - back
        back = stay

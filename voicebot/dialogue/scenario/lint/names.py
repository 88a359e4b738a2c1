"""The names in texts and conditions: each has a value, and has it in time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.lint.links import linked_from, links_of
from voicebot.dialogue.scenario.lint.uses import Use, given_by, uses_in, uses_of, uses_of_slots
from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.paths import Paths, steps_of
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.step import Ask, Call, Set
from voicebot.dialogue.scenario.yaml_file import Source, Where
from voicebot.dialogue.template import TemplateInvalid

BUILT_IN = frozenset({"회사", "발화", "오늘", "지금", "발신번호"})

_NAME = re.compile(r"[^\W\d]\w*")
_WORDS_OF_EXPRESSIONS = frozenset("and or not in is if else true false none True False None".split())


def name_problems(
    loaded: LoadedScenario, ways: Mapping[str, Paths], call_variables: frozenset[str]
) -> Iterator[Problem]:
    known = _Known(loaded, call_variables)
    for name, flow in loaded.flows.items():
        source = loaded.flow_sources[name]
        yield from _unusable_names(flow, source)
        yield from known.problems(uses_of(flow), source, name)
        yield from _too_early(ways[name], known.given[name] - set(flow.slots) - known.from_outside[name], source)
    source = loaded.scenario_source
    for slot in loaded.scenario.slots:
        yield from _unusable(slot, ("slots", slot), source)
    yield from known.problems(uses_of_slots(loaded.scenario.slots), source)


class _Known:
    """The names that may have a value in each flow.

    A flow forgets at its end what it has saved and set, and those of its slots that it keeps no longer; a linked flow
    leaves them to the one that it was linked from. So a flow knows its own names, those of flows that link to it and
    that it links to, and the slots that any flow keeps for the call.
    """

    def __init__(self, loaded: LoadedScenario, call_variables: frozenset[str]) -> None:
        flows, shared = loaded.flows, set(loaded.scenario.slots)
        self.given = {name: _given(flow) for name, flow in flows.items()}
        kept = {
            slot
            for flow in flows.values()
            for _, step in steps_of(flow)
            if isinstance(step, Ask)
            for slot in given_by(step)
            if slot in {*shared, *flow.slots} and loaded.slot(flow, slot).keep != "flow"
        }
        self.everywhere: set[str] = set(BUILT_IN | call_variables | shared | kept) | set(loaded.scenario.variables)
        self.from_outside = {name: set(self.everywhere) for name in flows}
        for name, flow in flows.items():
            for linked in linked_from(flows, links_of(flow)):
                self.from_outside[linked] |= self.given[name] | set(flow.slots)
        for name, flow in flows.items():  # what a linked flow found out, it leaves to the one that it was linked from
            for linked in linked_from(flows, links_of(flow)):
                self.from_outside[name] |= self.given[linked]
        self._of = {name: self.from_outside[name] | self.given[name] | set(flow.slots) for name, flow in flows.items()}
        outbound = loaded.scenario.outbound
        self._outbound = linked_from(flows, [outbound] if outbound is not None else [])

    def problems(self, uses: Iterable[Use], source: Source, flow: str | None = None) -> Iterator[Problem]:
        """Of texts in a flow, or in ``scenario.yaml``."""
        known = self.everywhere if flow is None else self._of[flow]
        for use in uses:
            for name in sorted(_names(use) - known):
                yield self._unknown(name, use.where, source, flow, known)

    def _unknown(self, name: str, where: Where, source: Source, flow: str | None, known: set[str]) -> Problem:
        elsewhere = next((other for other, given in self.given.items() if name in given), None)
        if elsewhere is not None:
            what = f'"{name}" has a value only inside the flow "{elsewhere}", which forgets it at its end'
            return source.problem(where, what, 'save or ask it here too, or ask it there with "keep: call"', "warning")
        what, near = f'nothing gives "{name}" a value', did_you_mean(name, known)
        if flow in self._outbound and near is None:
            cure = "name it under `variables` in scenario.yaml if whoever places the call brings it along"
            return source.problem(where, what, cure, "warning")
        return source.problem(where, what, near or "ask for it, save it from a service, or set it")


def _given(flow: Flow) -> set[str]:
    return {name for _, step in steps_of(flow) for name in given_by(step)}


def _names(use: Use) -> set[str]:
    """None for a text that cannot be read, which is told elsewhere."""
    try:
        return set() if use.computes else use.names()
    except TemplateInvalid:
        return set()


# ---- names that no text could use


def _unusable_names(flow: Flow, source: Source) -> Iterator[Problem]:
    for name in flow.slots:
        yield from _unusable(name, ("slots", name), source)
    for where, step in steps_of(flow):
        if isinstance(step, Call | Set):
            key = "save" if isinstance(step, Call) else "set"
            for name in given_by(step):
                yield from _unusable(name, (*where, key, name), source)


def _unusable(name: str, where: Where, source: Source) -> Iterator[Problem]:
    if not _NAME.fullmatch(name) or name in _WORDS_OF_EXPRESSIONS:
        yield source.problem(where, f'no text can speak of "{name}"', "let the name be one word of letters and digits")
    elif name in BUILT_IN:
        yield source.problem(where, f'"{name}" is always there and cannot be another thing', "give it another name")


# ---- names that are used before they have a value


def _too_early(paths: Paths, names: set[str], source: Source) -> Iterator[Problem]:
    """Texts with a name that no way to them has saved or set. ``names`` leaves out slots: callers tell them early."""
    givers = {name: [where for where, step in paths.steps.items() if name in given_by(step)] for name in names}
    known_at = {name: set[Where]().union(*(_after_giving(where, paths) for where in givers[name])) for name in names}
    reached = paths.reachable()
    for where, step in paths.steps.items():
        for use in uses_in(where, step) if where in reached else ():
            if use.kind == "expression":
                continue  # there, no value is an answer too
            for name in sorted(_names(use) & names):
                if where not in known_at[name]:
                    line = source.line(givers[name][0])
                    what = f'"{name}" has no value here yet: it gets one in line {line}'
                    yield source.problem(use.where, what, "move this step behind that one", "warning")


def _after_giving(where: Where, paths: Paths) -> set[Where]:
    """The steps that may come after the one at ``where`` has given its values: not those on its failure."""
    found: set[Where] = set()
    for way in paths.ways.get(where, ()):
        if way.kind in ("through", "status"):
            found |= {way.target} | paths.after(way.target)
    return found

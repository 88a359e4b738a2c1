"""Which flows lead to which: missing ones, circles, and flows that nobody comes to."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.step import Ask, Link
from voicebot.dialogue.scenario.yaml_file import Where

Node = TypeVar("Node", bound=Hashable)


def links_of(flow: Flow) -> dict[str, Where]:
    """The flows that a flow links to, each with the place of the first link."""
    found: dict[str, Where] = {}
    for where, step in steps_of(flow):
        if isinstance(step, Link):
            found.setdefault(step.link, (*where, "link"))
    return found


def linked_from(flows: Mapping[str, Flow], begin: Iterable[str]) -> set[str]:
    """``begin`` and all flows that links lead to from there."""
    found, waiting = set[str](), deque(begin)
    while waiting:
        name = waiting.popleft()
        if name not in found and name in flows:
            found.add(name)
            waiting.extend(links_of(flows[name]))
    return found


def asking(flows: Mapping[str, Flow]) -> set[str]:
    """The flows in which the caller is asked something, if only in a flow that they link to."""
    asks = {name for name, flow in flows.items() if any(isinstance(step, Ask) for _, step in steps_of(flow))}
    return {name for name in flows if linked_from(flows, [name]) & asks}


def link_problems(loaded: LoadedScenario) -> Iterator[Problem]:
    yield from _missing(loaded)
    yield from _circles(loaded)
    yield from _beginnings(loaded)
    yield from _menu(loaded)
    yield from _unreachable(loaded)


def _missing(loaded: LoadedScenario) -> Iterator[Problem]:
    for name, flow in loaded.flows.items():
        for where, step in steps_of(flow):
            if isinstance(step, Link) and step.link not in loaded.flows:
                cure = did_you_mean(step.link, loaded.flows) or "write that flow, or link to another"
                yield loaded.flow_sources[name].problem((*where, "link"), f'no flow is called "{step.link}"', cure)


def _circles(loaded: LoadedScenario) -> Iterator[Problem]:
    links = {name: set(links_of(flow)) & set(loaded.flows) for name, flow in loaded.flows.items()}
    for circle in circles(links):
        name, second = circle[0], circle[1]
        what = f"flows link in a circle: {' → '.join(circle)}"
        where = links_of(loaded.flows[name])[second]
        yield loaded.flow_sources[name].problem(where, what, "take out one of these links; a flow comes back by itself")


def circles(graph: Mapping[Node, set[Node]]) -> Iterator[list[Node]]:
    """Circles of a graph, ``[A, B, A]``, until none is left without one of their edges."""
    left = {name: set(others) for name, others in graph.items()}
    while True:
        try:
            # the sorter's graph names predecessors: what it reports is turned round
            TopologicalSorter(left).prepare()
            return
        except CycleError as error:
            circle = list(reversed(error.args[1]))
        first = min(range(len(circle) - 1), key=lambda number: list(graph).index(circle[number]))
        circle = [*circle[first:-1], *circle[: first + 1]]
        left[circle[-2]].discard(circle[-1])
        yield circle


def _beginnings(loaded: LoadedScenario) -> Iterator[Problem]:
    scenario, source = loaded.scenario, loaded.scenario_source
    for key, name in (("start", scenario.start), ("outbound", scenario.outbound)):
        if name is None:
            continue
        if name not in loaded.flows:
            cure = did_you_mean(name, loaded.flows) or "write that flow, or name another"
            yield source.problem((key,), f'no flow is called "{name}"', cure)
        elif loaded.flows[name].kind != "main":
            kind = loaded.flows[name].kind
            yield source.problem((key,), f'"{name}" is a {kind} flow and cannot begin a call', "name a main flow")


def _menu(loaded: LoadedScenario) -> Iterator[Problem]:
    source, first = loaded.scenario_source, dict[str, int]()
    for key, item in loaded.scenario.menu.items():
        where, label = ("menu", key), item.label or item.flow
        if item.flow not in loaded.flows:
            cure = did_you_mean(item.flow, loaded.flows) or "write that flow, or name another"
            yield source.problem(where, f'no flow is called "{item.flow}"', cure)
        elif (kind := loaded.flows[item.flow].kind) in ("repair", "desk"):
            yield source.problem(
                where, f'"{item.flow}" is a {kind} flow: no key leads there', "name a main or global flow"
            )
        if first.setdefault(label, key) != key:
            yield source.problem(
                where, f'the keys {first[label]} and {key} are both "{label}"', "give one another label"
            )


def _unreachable(loaded: LoadedScenario) -> Iterator[Problem]:
    scenario, flows = loaded.scenario, loaded.flows
    begin = {scenario.start, scenario.outbound or scenario.start, *(item.flow for item in scenario.menu.values())}
    reached = linked_from(flows, begin | {name for name, flow in flows.items() if _is_entered(flow)})
    for name, flow in flows.items():
        if name not in reached:
            what = f'nobody comes to the {flow.kind} flow "{name}": it has no examples and nothing links to it'
            yield loaded.flow_sources[name].problem(("flow",), what, "add examples of what callers say, or a link")


def _is_entered(flow: Flow) -> bool:
    """Whether somebody comes to it by himself: a caller who wants it, the engine, the desk."""
    return bool(flow.examples or flow.repairs) or flow.kind == "desk"

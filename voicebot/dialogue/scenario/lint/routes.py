"""The ways through each flow: jumps that lead nowhere, steps that no way leads to, loops that never end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.lint.links import asking, circles
from voicebot.dialogue.scenario.lint.uses import forgotten_by, given_by
from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.paths import END, OVER, Paths, ends, list_of, may_go
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.step import TO_THE_END, Ask, Branch, Link, Step, kind_of
from voicebot.dialogue.scenario.yaml_file import Source, Where


def route_problems(loaded: LoadedScenario, ways: Mapping[str, Paths]) -> Iterator[Problem]:
    asks = asking(loaded.flows)
    for name, flow in loaded.flows.items():
        source = loaded.flow_sources[name]
        yield from _identities(flow, ways[name], source)
        yield from _jumps(ways[name], source)
        yield from _unreachable(ways[name], source)
        yield from _loops(ways[name], source, asks)


def _identities(flow: Flow, paths: Paths, source: Source) -> Iterator[Problem]:
    for where, step in paths.steps.items():
        if step.id == TO_THE_END:
            what = f'"go: {TO_THE_END}" leaves the flow, so no step can be called so'
            yield source.problem((*where, "id"), what, "give it another id")
        elif step.id is not None and paths.named[step.id] != where:
            line = source.line((*paths.named[step.id], "id"))
            what = f'two steps of "{flow.flow}" have the id "{step.id}" (the first in line {line})'
            yield source.problem((*where, "id"), what, "give one of them another id")


def _jumps(paths: Paths, source: Source) -> Iterator[Problem]:
    for where, step in paths.steps.items():
        if step.go is None or (step.go == TO_THE_END and not ends(step)):
            continue
        target = paths.named.get(step.go)
        here = (*where, "go")
        if target is None:
            cure = did_you_mean(step.go, paths.named) or f'write "id: {step.go}" on the step to go on with'
            yield source.problem(here, f'no step of this flow has the id "{step.go}"', cure)
        elif not may_go(where, target):
            what = f'"{step.go}" in line {source.line(target)} is inside another step: no jump leads into it'
            yield source.problem(here, what, "go to a step in this list, or in one around it")
        elif ends(step):
            what = f'"go" is never taken: "{kind_of(step)}" ends the conversation here'
            yield source.problem(here, what, "delete it", "warning")


# ---- what cannot be reached


def _unreachable(paths: Paths, source: Source) -> Iterator[Problem]:
    reached = paths.reachable()
    for where, step in paths.steps.items():
        if where in reached:
            yield from _arms_behind(where, step, source)
            continue
        before = (*list_of(where), _number(where) - 1)
        # where one step cannot be reached, those below and inside it need no mention
        if _number(where) and before in reached:
            what = f"this step cannot be reached: {_obstacle(paths.steps[before])} in line {source.line(before)}"
            cure = "delete it, or give it an id and let a step go there"
            yield source.problem(where, what, cure)


def _arms_behind(where: Where, step: Step, source: Source) -> Iterator[Problem]:
    """An arm without a condition is always taken: those below it never are."""
    if isinstance(step, Branch):
        certain = [number for number, arm in enumerate(step.branch) if arm.when is None][:1]
        for number in range(certain[0] + 1 if certain else len(step.branch), len(step.branch)):
            line = source.line((*where, "branch", certain[0]))
            what = f"this arm cannot be reached: the one in line {line} has no condition"
            yield source.problem((*where, "branch", number), what, 'give that one a "when", or move it to the end')


def _obstacle(step: Step) -> str:
    if ends(step):
        return f'"{kind_of(step)}" ends the conversation'
    if isinstance(step, Link):
        return f'"{step.link}" always ends the conversation'
    if step.go is not None:
        return f'"go: {step.go}" jumps away'
    return "all ways jump away or end"


def _number(where: Where) -> int:
    number = where[-1]
    assert isinstance(number, int)
    return number


# ---- what never ends


def _loops(paths: Paths, source: Source, asks: set[str]) -> Iterator[Problem]:
    reached = paths.reachable()
    stuck = {where for where in reached - {END, OVER} if not {END, OVER} & paths.after(where)}
    told = set()
    if stuck:
        jump = _jump_back(paths, [where for where in paths.steps if where in stuck])
        told.add(jump)
        what = f"a loop without a way out: from here everything leads back to line {source.line(_target(paths, jump))}"
        yield source.problem((*jump, "go"), what, 'give a step in it a condition and a "go" that leads out of it')
    for circle in _silent_circles(paths, reached, asks):
        jump = _jump_back(paths, circle)
        if jump in told:
            continue
        told.add(jump)
        known = list(dict.fromkeys(name for where in circle for name in _asked(paths.steps[where])))
        back = f"back to line {source.line(_target(paths, jump))}"
        if known:
            what = f"a loop {back} that asks only once: {', '.join(known)} is known the second time"
            yield source.problem((*jump, "go"), what, f'write "forget: {known[0]}" on this step')
        else:
            what = f"a loop {back} in which the caller is never asked anything can go on for ever"
            yield source.problem((*jump, "go"), what, "ask something in it, or go forward")


def _silent_circles(paths: Paths, reached: set[Where], asks: set[str]) -> Iterator[list[Where]]:
    """Circles in which the caller is never asked. A slot that is known is not asked for: a circle that asks for it, and
    does not forget it, is silent the second time."""
    steps = {where: step for where, step in paths.steps.items() if where in reached}
    links = {where for where, step in steps.items() if isinstance(step, Link) and step.link in asks}
    asked = {where: _asked(step) for where, step in steps.items() if _asked(step)}
    forgotten = {where: forgotten_by(step) for where, step in steps.items() if forgotten_by(step)}
    choices = [set(asked), set(forgotten)]
    for slot in set[str]().union(*asked.values()):
        of_others = {where for where, slots in asked.items() if slot not in slots}
        choices.append(of_others | {where for where, slots in forgotten.items() if slot in slots})
    for left_out in choices:
        left = set(steps) - links - left_out
        ways = paths.ways
        yield from circles({where: {way.target for way in ways[where]} & left for where in steps if where in left})


def _asked(step: Step) -> set[str]:
    return given_by(step) if isinstance(step, Ask) else set()


def _jump_back(paths: Paths, circle: list[Where]) -> Where:
    """The step of a circle that jumps to one above it, or to itself."""
    order = list(paths.steps)
    for where in circle:
        step = paths.steps[where]
        if step.go is not None and step.go in paths.named:
            target = paths.named[step.go]
            if target in circle and order.index(target) <= order.index(where):
                return where
    return circle[0]


def _target(paths: Paths, jump: Where) -> Where:
    go = paths.steps[jump].go
    return paths.named.get(go, jump) if go is not None else jump

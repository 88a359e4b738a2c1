"""The sentences by which flows are told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario

ENOUGH = 5

_NOT_HEARD = re.compile(r"[\s.,?!~…]+")


def example_problems(loaded: LoadedScenario) -> Iterator[Problem]:
    first: dict[str, tuple[str, int]] = {}
    for name, flow in loaded.flows.items():
        source = loaded.flow_sources[name]
        for number, example in enumerate(flow.examples):
            heard = _NOT_HEARD.sub("", example)
            where = ("examples", number)
            if not heard:
                yield source.problem(where, "an example without a word", "write what a caller says")
            elif heard not in first:
                first[heard] = (name, number)
            else:
                other, place = first[heard]
                other_source = loaded.flow_sources[other]
                at = f"{other_source.path.name}:{other_source.line(('examples', place))}"
                if other == name:
                    what = f'the example "{example}" is there twice (first in line {at.partition(":")[2]})'
                    yield source.problem(where, what, "delete one", "warning")
                else:
                    what = f'the example "{example}" also belongs to "{other}" ({at})'
                    yield source.problem(where, what, "leave it to the flow that callers mean by it")
        if flow.examples and len(flow.examples) < ENOUGH and flow.kind != "repair":
            count = len(flow.examples)
            what = f"only {count} example{'s' if count > 1 else ''} of what callers say who want this"
            yield source.problem(("examples",), what, f"write at least {ENOUGH}; twenty do well", "warning")

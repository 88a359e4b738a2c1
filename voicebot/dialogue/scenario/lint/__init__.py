"""Judges what a schema cannot see: whether the files of a scenario fit together, and what would go wrong in a call."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from voicebot.dialogue.scenario.lint.beside import beside_problems
from voicebot.dialogue.scenario.lint.examples import example_problems
from voicebot.dialogue.scenario.lint.links import link_problems
from voicebot.dialogue.scenario.lint.names import name_problems
from voicebot.dialogue.scenario.lint.recording import recording_problems
from voicebot.dialogue.scenario.lint.routes import route_problems
from voicebot.dialogue.scenario.lint.settings import setting_problems
from voicebot.dialogue.scenario.lint.slots import slot_problems
from voicebot.dialogue.scenario.lint.texts import text_problems
from voicebot.dialogue.scenario.paths import one_way, paths
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario


def lint(
    loaded: LoadedScenario, *, call_variables: Collection[str] = (), ingested: Collection[str] | None = None
) -> list[Problem]:
    """Everything that is wrong, file by file and line by line.

    ``call_variables`` are names that calls bring with them, as outbound calls bring the customer's; ``ingested`` the
    ids of what the bot knows besides the scenario's own files (None: nobody here can tell).
    """
    found = set(_problems(loaded, frozenset(call_variables), ingested))
    return sorted(found, key=lambda problem: (problem.path.name != "scenario.yaml", problem.path, problem.line))


def _problems(
    loaded: LoadedScenario, call_variables: frozenset[str], ingested: Collection[str] | None
) -> Iterator[Problem]:
    never_back = one_way(loaded.flows)
    ways = {name: paths(flow, never_back) for name, flow in loaded.flows.items()}
    yield from setting_problems(loaded)
    yield from link_problems(loaded)
    yield from example_problems(loaded)
    yield from slot_problems(loaded)
    yield from text_problems(loaded)
    yield from name_problems(loaded, ways, call_variables)
    yield from route_problems(loaded, ways)
    yield from recording_problems(loaded, ways)
    yield from beside_problems(loaded, ingested)

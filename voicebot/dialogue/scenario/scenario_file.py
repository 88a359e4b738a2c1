"""Reads a scenario: ``scenario.yaml`` and ``flows/*.yaml`` beside it, with the line of everything in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from voicebot.dialogue.scenario.flow import Flow, Scenario
from voicebot.dialogue.scenario.mistakes import mistakes
from voicebot.dialogue.scenario.problem import Problem, ScenarioInvalid
from voicebot.dialogue.scenario.slot_settings import SlotSettings
from voicebot.dialogue.scenario.yaml_file import FileInvalid, Source, read_yaml

SCENARIO_FILE = "scenario.yaml"
FLOWS = "flows"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario whose files fit the schema; ``lint`` judges whether they fit together."""

    scenario: Scenario
    flows: Mapping[str, Flow]
    folder: Path
    scenario_source: Source
    flow_sources: Mapping[str, Source]

    def slot(self, flow: Flow, name: str) -> SlotSettings:
        """The flow's own slot of that name, else the scenario's; ``KeyError``."""
        return flow.slots[name] if name in flow.slots else self.scenario.slots[name]


def load_scenario(path: Path) -> LoadedScenario:
    """Of a folder or its ``scenario.yaml``; :class:`ScenarioInvalid` with everything that is wrong in the files."""
    scenario_path = path if path.is_file() else path / SCENARIO_FILE
    if scenario_path.name != SCENARIO_FILE or not scenario_path.is_file():
        raise ScenarioInvalid([Problem(path, 1, f"no {SCENARIO_FILE} here", "name the folder of a scenario")])
    folder = scenario_path.parent
    problems: list[Problem] = []
    scenario = _read(scenario_path, Scenario, problems)
    flows: dict[str, tuple[Flow, Source]] = {}
    paths = flow_paths(folder)
    for flow_path in paths:
        if (read := _read(flow_path, Flow, problems)) is None:
            continue
        flow, source = read
        if flow.flow in flows:
            first = flows[flow.flow][1]
            what = f'flow "{flow.flow}" is also in {first.path.name}:{first.line(("flow",))}'
            problems.append(source.problem(("flow",), what, "give one of them another name"))
        else:
            flows[flow.flow] = (flow, source)
    if not paths:
        problems.append(Problem(folder / FLOWS, 1, "the scenario has no flows", f"write one into {FLOWS}/NAME.yaml"))
    if problems or scenario is None:
        raise ScenarioInvalid(problems)
    return LoadedScenario(
        scenario=scenario[0],
        flows={name: flow for name, (flow, _) in flows.items()},
        folder=folder,
        scenario_source=scenario[1],
        flow_sources={name: source for name, (_, source) in flows.items()},
    )


def flow_paths(folder: Path) -> list[Path]:
    """The files of flows in a scenario's folder, in the order of their names."""
    flows = folder / FLOWS
    return sorted([*flows.glob("*.yaml"), *flows.glob("*.yml")]) if flows.is_dir() else []


def files_beside(loaded: LoadedScenario) -> tuple[Path, ...]:
    """What ``scenario.yaml`` names: files of knowledge (or folders of them), of synonyms, addresses and rules."""
    scenario = loaded.scenario
    names = [*scenario.knowledge, *filter(None, (scenario.synonyms, scenario.addresses, scenario.assist))]
    return tuple(loaded.folder / name for name in names)


def _read(path: Path, model: type[Model], problems: list[Problem]) -> tuple[Model, Source] | None:
    try:
        data, source = read_yaml(path)
    except FileInvalid as invalid:
        problems.append(invalid.problem)
        return None
    try:
        return model.model_validate(data), source
    except ValidationError as invalid:
        problems += mistakes(invalid, data, source)
        return None

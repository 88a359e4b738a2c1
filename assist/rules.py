"""What a company wants of its helpers: the folder that ``assist:`` in its ``scenario.yaml`` names, a file for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from assist.mood.rules import MoodRules
from assist.suggest.rules import SuggestRules
from assist.wrapup.rules import WrapUpRules
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.yaml_file import FileInvalid, read_yaml

FILES: dict[str, type[BaseModel]] = {"suggest": SuggestRules, "mood": MoodRules, "wrapup": WrapUpRules}

_NAMES = ", ".join(f"{name}.yaml" for name in FILES)

Section = TypeVar("Section", bound=BaseModel)


class RulesInvalid(ValueError):
    """A file of rules cannot be used; the message says where, why, and the way out."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True, slots=True)
class Rules:
    """One section a helper; what is left out has its defaults."""

    suggest: SuggestRules = field(default_factory=SuggestRules)
    mood: MoodRules = field(default_factory=MoodRules)
    wrapup: WrapUpRules = field(default_factory=WrapUpRules)


def load_rules(folder: Path | None) -> Rules:
    """Of ``suggest.yaml``, ``mood.yaml`` and ``wrapup.yaml``, any of which may be missing; :class:`RulesInvalid`."""
    if folder is None:
        return Rules()
    if not folder.is_dir():
        raise RulesInvalid(Problem(folder, 1, "no folder of rules", f"make one with {_NAMES} in it"))
    for path in sorted(folder.glob("*.y*ml")):
        if path.stem not in FILES or path.suffix != ".yaml":
            raise RulesInvalid(Problem(path, 1, "belongs to no helper", f"rename it: {_NAMES}"))
    return Rules(
        _read(folder / "suggest.yaml", SuggestRules),
        _read(folder / "mood.yaml", MoodRules),
        _read(folder / "wrapup.yaml", WrapUpRules),
    )


def _read(path: Path, section: type[Section]) -> Section:
    if not path.exists():
        return section()
    try:
        data, source = read_yaml(path)
    except FileInvalid as invalid:
        raise RulesInvalid(invalid.problem) from None
    try:
        return section.model_validate(data)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        what = "is no key here" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        keys = ", ".join(section.model_fields)
        cure = f"keys are {keys}" if len(first["loc"]) <= 1 else "see docs/assist.md"
        raise RulesInvalid(source.problem(first["loc"], f"{where}: {what}", cure)) from None


def rules_problems(loaded: LoadedScenario) -> list[Problem]:
    """What is wrong with the rules beside a scenario; that their folder is missing is told elsewhere."""
    folder = loaded.folder / loaded.scenario.assist if loaded.scenario.assist else None
    try:
        load_rules(folder if folder and folder.exists() else None)
    except RulesInvalid as invalid:
        return [invalid.problem]
    return []

"""Finds and reads files of conversation tests, with the line of everything in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.problem import Problem, ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import SCENARIO_FILE
from voicebot.dialogue.scenario.yaml_file import FileInvalid, Source, Where, read_yaml
from voicebot.dialogue.trial.case import Case, CaseFile, HandedOff, Talk, Trouble

TESTS = "tests"


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A case and where it is written: ``line`` of it, ``talk_lines`` of its steps."""

    case: Case
    path: Path
    line: int
    talk_lines: tuple[int, ...]


def find_files(paths: Iterable[Path]) -> dict[Path, list[Path]]:
    """By scenario folder, the files of tests in ``paths``: files, scenarios, or folders of scenarios.

    Raises :class:`ScenarioInvalid` for a path with no scenario or no tests.
    """
    found: dict[Path, list[Path]] = {}
    for path in paths:
        for folder, files in _files_of(path).items():
            known = found.setdefault(folder, [])
            known += [file for file in files if file not in known]
    return found


def _files_of(path: Path) -> dict[Path, list[Path]]:
    if path.is_file() and path.name != SCENARIO_FILE:
        folder = path.resolve().parent.parent
        if not (folder / SCENARIO_FILE).is_file():
            cure = f"tests lie in {TESTS}/ beside a {SCENARIO_FILE}"
            raise ScenarioInvalid([Problem(path, 1, "this file is not beside a scenario", cure)])
        return {folder: [path]}
    inside = path.parent if path.is_file() else path
    folders = [inside] if (inside / SCENARIO_FILE).is_file() else sorted(file.parent for file in _scenarios_in(inside))
    if not folders:
        raise ScenarioInvalid([Problem(path, 1, f"no {SCENARIO_FILE} here", "name a scenario or a file of its tests")])
    found = {
        folder.resolve(): sorted([*folder.glob(f"{TESTS}/*.yaml"), *folder.glob(f"{TESTS}/*.yml")])
        for folder in folders
    }
    if not any(found.values()):
        raise ScenarioInvalid([Problem(path, 1, "the scenario has no tests", f"write some into {TESTS}/NAME.yaml")])
    return {folder: files for folder, files in found.items() if files}


def _scenarios_in(folder: Path) -> Iterable[Path]:
    return folder.glob(f"*/{SCENARIO_FILE}") if folder.is_dir() else []


def read_cases(paths: Iterable[Path]) -> list[WrittenCase]:
    """The cases of files, in order; :class:`ScenarioInvalid` with everything that is wrong in them."""
    problems: list[Problem] = []
    cases: list[WrittenCase] = []
    for path in paths:
        try:
            data, source = read_yaml(path)
            cases += _cases(CaseFile.model_validate(data), source, problems)
        except FileInvalid as invalid:
            problems.append(invalid.problem)
        except ValidationError as invalid:
            problems += _mistakes(invalid, data, source)
    if problems:
        raise ScenarioInvalid(problems)
    return cases


def _cases(file: CaseFile, source: Source, problems: list[Problem]) -> list[WrittenCase]:
    cases: dict[str, WrittenCase] = {}
    for number, case in enumerate(file.tests):
        where: Where = ("tests", number)
        if case.test in cases:
            what = f'a test of the name "{case.test}" is in line {cases[case.test].line}'
            problems.append(source.problem((*where, "test"), what, "give one of them another name"))
        lines = tuple(source.line((*where, "talk", step)) for step in range(len(case.talk)))
        timed = case.model_copy(update={"now": case.now or file.now})
        cases[case.test] = WrittenCase(timed, source.path, source.line(where), lines)
    return list(cases.values())


# ---- what pydantic finds wrong, in plain sentences


def _mistakes(invalid: ValidationError, data: Any, source: Source) -> list[Problem]:
    found: dict[Where, Problem] = {}
    # of a value with several forms the error that goes deepest is of the form that was meant
    for error in sorted(invalid.errors(), key=lambda error: -len(error["loc"])):
        where, value = _place(error, data)
        if error["type"] == "missing" and did_you_mean(str(error["loc"][-1]), map(str, value)):
            continue  # it is there, under a name that is a mistake of its own
        inside = any(other[: len(where)] == where and len(other) > len(where) for other in found)
        if where not in found and not inside:
            found[where] = source.problem(where, *_explained(error, where, value))
    return sorted(found.values(), key=lambda problem: problem.line)


def _place(error: ErrorDetails, data: Any) -> tuple[Where, Any]:
    """Where in the file, and what is there: pydantic also names the forms of a value that has several."""
    where: Where = ()
    value: Any = data
    for part in error["loc"]:
        if part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int):
            where += (part,)
            value = value[part]
    return where, value


def _explained(error: ErrorDetails, where: Where, value: Any) -> tuple[str, str]:
    last = error["loc"][-1]
    model = _model(where[:-1] if error["type"] == "extra_forbidden" else where)
    key = next((f'"{part}"' for part in reversed(where) if isinstance(part, str)), "the file")
    match error["type"]:
        case "extra_forbidden":
            known = list(model.model_fields)
            return f'unknown key "{last}"', did_you_mean(str(last), known) or f"the keys are {', '.join(known)}"
        case "missing":
            return f'"{last}" is missing', f'add "{last}: ..."'
        case "value_error":
            what, _, cure = error["msg"].removeprefix("Value error, ").partition(": ")
            return what, cure
        case "model_type" | "dict_type" if isinstance(value, str) and model is Talk:
            near = did_you_mean(value, ["silence", "hang_up"])
            return f'"{value}" is no step', near or f'write "caller: {value}" or "bot: {value}"'
        case "model_type" if value is None:
            return "an empty step", "write it, or delete the dash"
        case "too_short" | "string_too_short":
            return f"{key} is empty", "write it, or delete it"
        case "literal_error":
            wanted = error["ctx"]["expected"].replace("'", "")
            return f'{key} cannot be "{value}"', f"write {wanted}"
    cure = next((sentence for form, sentence in _FORMS.items() if form in key), "")
    reason = error["msg"].removeprefix("Input should be ").removeprefix("Input should ")
    return f'{key} cannot be "{_shortened(value)}"', cure or f"it should be {reason}"


_FORMS = {
    "called": 'write "GET /orders/20261122", with the status behind it if it matters',
    "misbehave": "write slow, slow=MILLISECONDS, 500, html, huge, drop or none",
    "press": "write the keys 0 to 9, * and #",
    "now": "write 2026-11-22 14:00",
}


def _model(where: Sequence[str | int]) -> type[BaseModel]:
    """What is written at a place."""
    match list(where):
        case ["tests", int(), "talk", int()]:
            return Talk
        case ["tests", int()]:
            return Case
        case [*_, "services", str()]:
            return Trouble
        case [*_, "handed_off"]:
            return HandedOff
    return CaseFile


def _shortened(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"

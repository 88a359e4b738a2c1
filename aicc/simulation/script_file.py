"""Reads scripts, and says what is wrong in them with file, line and cure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aicc.simulation.script import STEPS, WORDS_ALONE, Script, ScriptFile
from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.yaml_file import FileInvalid, Source, Where, read_yaml


class ScriptInvalid(ValueError):
    """Scripts that cannot be played. ``problems`` has everything that is wrong, the message the first of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


def read_scripts(paths: Iterable[Path]) -> list[Script]:
    """Scripts, and all those of folders, in order. Raises :class:`ScriptInvalid` with what is wrong in any of them."""
    scripts: list[Script] = []
    problems: list[Problem] = []
    for path in paths:
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not files:
            problems.append(Problem(path, 1, "no scripts in this folder", "name a folder of YAML scripts, or a script"))
        for file in files:
            try:
                scripts.append(read_script(file))
            except ScriptInvalid as invalid:
                problems += invalid.problems
    if problems:
        raise ScriptInvalid(problems)
    return scripts


def read_script(path: Path) -> Script:
    """Raises :class:`ScriptInvalid`. Sound files are looked for when the script is made ready to be played."""
    try:
        data, source = read_yaml(path)
        return Script(path, ScriptFile.model_validate(data))
    except FileInvalid as invalid:
        raise ScriptInvalid([invalid.problem]) from None
    except ValidationError as invalid:
        raise ScriptInvalid(_mistakes(invalid, data, source)) from None


def _mistakes(invalid: ValidationError, data: Any, source: Source) -> list[Problem]:
    found: dict[Where, Problem] = {}
    # of a value with several forms the error that goes deepest is of the form that was meant
    for error in sorted(invalid.errors(), key=lambda error: -len(error["loc"])):
        where, value = _place(error, data)
        is_missing = error["type"] == "missing" and isinstance(value, dict)
        if is_missing and did_you_mean(str(error["loc"][-1]), map(str, value)):
            continue  # it is there, under a name that is a mistake of its own
        if not any(other[: len(where)] == where for other in found):
            found[where] = source.problem(where, *_explained(error, where, value))
    return sorted(found.values(), key=lambda problem: problem.line)


def _place(error: ErrorDetails, data: Any) -> tuple[Where, Any]:
    """Where in the file, and what is there: pydantic also names the kinds of steps and the forms of values."""
    where: Where = ()
    value: Any = data
    for part in error["loc"]:
        is_here = part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int)
        if is_here and not (isinstance(value, list) and isinstance(part, int) and part >= len(value)):
            where += (part,)
            value = value[part]
    return where, value


def _explained(error: ErrorDetails, where: Where, value: Any) -> tuple[str, str]:
    last = str(error["loc"][-1])
    key = next((f'"{part}"' for part in reversed(where) if isinstance(part, str)), "the file")
    match error["type"]:
        case "unknown_step":
            return _unknown_step(value)
        case "extra_forbidden":
            known = _keys(where[:-1], error)
            near = did_you_mean(last, known)
            if len(where) == 3 and where[0] == "steps" and last in STEPS:
                near = f'write "- {last}: ..." as a step of its own'
            return f'unknown key "{last}"', near or f"the keys are {', '.join(known)}"
        case "missing":
            return f'"{last}" is missing', f'add "{last}: ..."'
        case "value_error":
            what, _, cure = error["msg"].removeprefix("Value error, ").partition(": ")
            return what, cure
        case "too_short" | "string_too_short":
            return f"{key} is empty", "write it, or delete it"
        case "string_pattern_mismatch" if "press" in error["loc"]:
            return f'{key} cannot be "{value}"', "write the keys 0 to 9, * and #"
        case "literal_error":
            wanted = error["ctx"]["expected"].replace("'", "")
            return f'{key} cannot be "{value}"', did_you_mean(str(value), wanted.split(", ")) or f"write {wanted}"
    if value is None:
        return f"{key} is empty", "write what belongs there, or delete it"
    reason = error["msg"].removeprefix("Input should be ").removeprefix("Input should ")
    return f"{key} cannot be {_shown(value)}", f"it should be {reason}"


def _unknown_step(value: Any) -> tuple[str, str]:
    kinds = ", ".join(STEPS)
    if value is None:
        return "an empty step", "write it, or delete the dash"
    if isinstance(value, str):
        return f'"{value}" alone is no step', did_you_mean(value, WORDS_ALONE) or f'write "say: {value}"'
    if not isinstance(value, dict):
        return f"{_shown(value)} is no step", f"write KEY: VALUE with one of {kinds}"
    near = next((near for key in value if (near := did_you_mean(str(key), STEPS))), None)
    return f'unknown step "{next(iter(value), "")}"', near or f"the steps are {kinds}"


def _keys(where: Where, error: ErrorDetails) -> list[str]:
    """What may be written at a place."""
    model: type[BaseModel] = ScriptFile
    for part in where:
        if isinstance(part, int):
            kind = next((str(tag).removesuffix(" step") for tag in error["loc"] if str(tag).endswith(" step")), "")
            model = STEPS.get(kind, ScriptFile)
        elif part in model.model_fields:
            model = _model(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model(annotation: Any) -> type[BaseModel] | None:
    """The mapping that a field is, perhaps among other forms."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for form in get_args(annotation) if (model := _model(form))), None)


def _shown(value: Any) -> str:
    text = " ".join(str(value).split())
    return f'"{text}"' if len(text) <= 40 else f'"{text[:39]}…"'

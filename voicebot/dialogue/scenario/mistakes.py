"""What pydantic finds wrong in a file, in plain sentences with line and cure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voicebot.dialogue.scenario.flow import Abuse, Flow, Limits, MenuItem, MessageService, Scenario, Service
from voicebot.dialogue.scenario.misspelled import closest, did_you_mean
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.slot_settings import SlotSettings
from voicebot.dialogue.scenario.step import STEPS, Arm, Variant
from voicebot.dialogue.scenario.yaml_file import Source, Where
from voicebot.dialogue.sentences import SENTENCES

_STEP_KINDS = dict(STEPS)
_SLOT_KINDS: dict[str, type[BaseModel]] = {
    get_args(kind.model_fields["type"].annotation)[0]: kind for kind in get_args(get_args(SlotSettings)[0])
}
_FORMS = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "true or false",
    "time_parsing": "a time such as 09:00",
}
_PARTS: dict[str, type[BaseModel]] = {"abuse": Abuse, "limits": Limits, "messages": MessageService}


def mistakes(invalid: ValidationError, data: Mapping[str, Any], source: Source) -> list[Problem]:
    """One problem for each place, in the file's order. ``data`` is what was validated."""
    root = Scenario if invalid.title == Scenario.__name__ else Flow
    errors = sorted(((_where(error, data), error) for error in invalid.errors()), key=lambda found: _order(found[0]))
    places = {where: [error for _, error in found] for where, found in groupby(errors, key=lambda found: found[0])}
    problems: list[Problem] = []
    for where, here in places.items():
        if all(_is_about_type(error) for error in here) and any(_inside(other, where) for other in places):
            continue  # a form that the value does not have: what is wrong in the form that it has comes by itself
        problems += _explained(where, here, data, root, source)
    return sorted(problems, key=lambda problem: problem.line)


def _order(where: Where) -> list[tuple[bool, int, str]]:
    return [(isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in where]


def _inside(inner: Where, outer: Where) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _is_about_type(error: ErrorDetails) -> bool:
    return error["type"].endswith("_type") or error["type"] == "literal_error"


def _where(error: ErrorDetails, data: Any) -> Where:
    """The error's place in the file: pydantic also names the kinds of steps and slots, and the forms of a union."""
    where: Where = ()
    node, just_entered = data, False
    parts = error["loc"]
    for number, part in enumerate(parts):
        is_tag = just_entered and (_is_step(where) or _is_slot(where))
        is_new = error["type"] == "missing" and number == len(parts) - 1
        just_entered = False
        if is_tag:
            continue
        if is_new or (isinstance(node, dict) and part in node):
            where += (part,)
            node = None if is_new else node[part]
            just_entered = True
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            where += (part,)
            node = node[part]
            just_entered = True
    return where


def _is_step(where: Where) -> bool:
    if len(where) < 2 or not isinstance(where[-1], int):
        return False
    return where[-2] in ("steps", "failure", "missing") or (len(where) > 2 and where[-3] == "answers")


def _is_slot(where: Where) -> bool:
    return len(where) == 2 and where[0] == "slots"


def _explained(
    where: Where, errors: list[ErrorDetails], data: Any, root: type[BaseModel], source: Source
) -> Iterator[Problem]:
    telling = [error for error in errors if not _is_about_type(error)] or errors
    value = _value(data, where)
    for error in telling[:1]:
        match error["type"]:
            case "missing":
                if not _is_misspelled_there(where, data, root):
                    yield source.problem(where, *_missing(where, data, root))
            case "extra_forbidden":
                yield source.problem(where, *_unknown_key(where, data, root))
            case "unknown_step":
                yield source.problem(where, *_unknown_step(value))
            case "union_tag_invalid" | "union_tag_not_found" if _is_slot(where):
                yield source.problem((*where, "type"), *_unknown_slot(where, value))
            case "value_error" if root is Scenario:
                yield from _unknown_sentences(data["sentences"], source)
            case "value_error":  # a flow's kind, and the repair that it takes the place of
                what, _, cure = error["msg"].removeprefix("Value error, ").partition(": ")
                key = "repairs" if "repairs" in data else "kind"
                yield source.problem((key,), what, cure or 'write "repairs: ..." as well')
            case _:
                yield source.problem(where, *_unfit(where, value, errors, error))


def _unknown_sentences(sentences: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    for name in sentences:
        if name not in SENTENCES:
            cure = did_you_mean(name, SENTENCES) or f"there are {', '.join(SENTENCES)}"
            yield source.problem(("sentences", name), f'the bot has no sentence "{name}" of its own', cure)


def _missing(where: Where, data: Any, root: type[BaseModel]) -> tuple[str, str]:
    model = _model(where[:-1], data, root)
    field = model.model_fields.get(str(where[-1])) if model else None
    meaning = f" ({_lowered(field.description)})" if field and field.description else ""
    return f'{_noun(where[:-1], data)} has no "{where[-1]}"', f'add "{where[-1]}: ..."{meaning}'


def _is_misspelled_there(where: Where, data: Any, root: type[BaseModel]) -> bool:
    """Whether the missing key is there under a wrong name, which is a problem of its own."""
    around, model = _value(data, where[:-1]), _model(where[:-1], data, root)
    unknown = [str(key) for key in around or () if model and key not in model.model_fields]
    return any(where[-1] == closest(key, model.model_fields if model else ()) for key in unknown)


def _unknown_key(where: Where, data: Any, root: type[BaseModel]) -> tuple[str, str]:
    key, model = str(where[-1]), _model(where[:-1], data, root)
    known = list(model.model_fields) if model else []
    what = f'unknown key "{key}" in {_noun(where[:-1], data)}'
    if near := did_you_mean(key, known):
        return what, near
    if _is_step(where[:-1]) and key in _STEP_KINDS:
        return what, f'a step does one thing: write "- {key}: ..." as a step of its own'
    return what, f"the keys are {', '.join(known)}" if known else "delete it"


def _unknown_step(value: Any) -> tuple[str, str]:
    keys = ", ".join(_STEP_KINDS)
    if isinstance(value, str):
        return "a text alone is no step", f'write "say: {_shortened(value)}"'
    if value is None:
        return "an empty step", "write it, or delete the dash"
    if not isinstance(value, dict):
        return f"{_found(value)} is no step", f"write KEY: VALUE with one of the keys {keys}"
    for key in map(str, value):
        if near := did_you_mean(key, _STEP_KINDS):
            return f'unknown step "{key}"', near
    unknown = ", ".join(f'"{key}"' for key in value)
    return f"no step has the keys {unknown}" if len(value) > 1 else f"unknown step {unknown}", f"the steps are {keys}"


def _unknown_slot(where: Where, value: Any) -> tuple[str, str]:
    kinds = ", ".join(_SLOT_KINDS)
    kind = value.get("type") if isinstance(value, dict) else None
    if kind is None:
        return f'slot "{where[-1]}" has no "type"', f"add one of {kinds}"
    return f'no slot is of the type "{kind}"', did_you_mean(str(kind), _SLOT_KINDS) or f"the types are {kinds}"


def _unfit(where: Where, value: Any, errors: list[ErrorDetails], error: ErrorDetails) -> tuple[str, str]:
    """A value of another kind, or out of bounds."""
    key = f'"{where[-1]}"' if where and isinstance(where[-1], str) else "an entry"
    if error["loc"] and error["loc"][-1] == "[key]":
        if where[0] == "menu":
            return f'the menu cannot have the key "{where[-1]}"', "write one of the telephone's from 0 to 9"
        if error["type"] == "int_parsing":
            return f'the key "{where[-1]}" is not a number', "write an HTTP status such as 404"
        return f"the key {where[-1]} is not a text", f'write it in quotes: "{where[-1]}"'
    wants_text = any(other["type"] == "string_type" for other in errors)
    if value is None:
        return f"{key} is empty", "write what belongs there, or delete it"
    if wants_text and isinstance(value, dict) and len(value) == 1 and next(iter(value.values())) is None:
        return f"{key} is a text in braces without quotes", f'write "{{{next(iter(value))}}}" in quotes'
    if wants_text and isinstance(value, bool | int | float):
        return f"{key} wants a text, not {_found(value)}", f'write it in quotes: "{json.dumps(value)}"'
    if _is_about_type(error) and error["type"] != "literal_error":
        wanted = dict.fromkeys(_wanted(other) for other in errors)
        return f"{key} is {_found(value)}", f"write {' or '.join(wanted)}"
    reason = error["msg"].removeprefix("Input should ").removeprefix("be ")
    if error["type"] == "literal_error":
        options = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        cure = did_you_mean(str(value), options.split(", ")) or f"write one of {options}"
        return f'{key} cannot be "{_shortened(str(value))}"', cure
    if error["type"] == "string_too_short":
        return f"{key} is empty", "write a text"
    if error["type"] == "too_short":
        least = error["ctx"]["min_length"]
        return f"{key} has {len(value) or 'no'} entries", f"write at least {least}, or delete it"
    if error["type"] in _FORMS:
        return f'{key} cannot be "{_shortened(str(value))}"', f"write {_FORMS[error['type']]}"
    if error["type"] == "string_pattern_mismatch":
        begins = error["ctx"]["pattern"].removeprefix("^")
        return f'{key} is "{_shortened(str(value))}"', f'let it begin with "{begins}"'
    return f'{key} cannot be "{_shortened(str(value))}"', f"it should be {_lowered(reason)}"


def _wanted(error: ErrorDetails) -> str:
    kinds = {"string_type": "a text", "list_type": "a list", "int_type": "a whole number", "bool_type": "true or false"}
    return kinds.get(error["type"], "KEY: VALUE")


def _found(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return json.dumps(value)
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "KEY: VALUE"
    return f'the text "{_shortened(str(value))}"'


def _noun(where: Where, data: Any) -> str:
    if not where:
        return "the file"
    if _is_step(where):
        value = _value(data, where)
        kind = next((key for key in _STEP_KINDS if key in value), "") if isinstance(value, dict) else ""
        return f'the step "{kind}"'
    return f'slot "{where[-1]}"' if _is_slot(where) else f'"{_last_name(where)}"'


def _last_name(where: Where) -> str:
    return next((part for part in reversed(where) if isinstance(part, str)), "")


def _model(where: Where, data: Any, root: type[BaseModel]) -> type[BaseModel] | None:
    """What the mapping at ``where`` was to be."""
    value = _value(data, where)
    if not where:
        return root
    if not isinstance(value, dict):
        return None
    if _is_step(where):
        return next((kind for key, kind in STEPS if key in value), None)
    if _is_slot(where):
        return _SLOT_KINDS.get(str(value.get("type")))
    if root is Scenario and where[0] in ("services", "menu"):
        return Service if where[0] == "services" else MenuItem
    if len(where) > 1 and where[-2] == "branch":
        return Arm
    return _PARTS.get(str(where[0])) if root is Scenario and len(where) == 1 else Variant


def _value(data: Any, where: Where) -> Any:
    for part in where:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 30 else text[:29] + "…"


def _lowered(text: str) -> str:
    text = text.rstrip(".")
    return text[:1].lower() + text[1:]

"""Settings by environment: ``AICC_`` and the key's path, upper case, joined by ``__``; they go before the file."""

import difflib
import logging
import os
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

log = logging.getLogger(__name__)

PREFIX = "AICC_"
# Variables with a meaning of their own; scenarios and settings name further ones, which hold keys and addresses.
OTHERS = ("AICC_CONFIG", "AICC_API_KEY", "AICC_ORDER_SERVICE", "AICC_TRAINING_DATA")
_ALIKE = 0.85


def chosen_by_environment(chosen: Mapping[str, object], settings: type[BaseModel]) -> dict[str, object]:
    """``chosen`` with what variables say in its place. An empty variable is none; ``null`` takes a choice back.

    A variable that looks like a setting and is none is told in the log: it was meant to change something.
    """
    known = _paths(settings)
    result = dict(chosen)
    for name, text in sorted(os.environ.items()):  # AICC_ANSWERS comes before AICC_ANSWERS__MODEL
        if not name.startswith(PREFIX) or not text or name in OTHERS:
            continue
        path = _path(name, known)
        if path is not None:
            _put(result, path, _value(text, known.get(path)))
        elif not name.endswith("_KEY"):  # those hold keys, under names that the site has chosen
            _tell(name, known)
    return result


def variable_of(path: Sequence[str]) -> str | None:
    """The variable that has chosen what stands at ``path`` of the settings, or a part or the whole of it."""
    for end in range(len(path), 0, -1):
        name = _name(path[:end])
        if os.environ.get(name):
            return name
    return next((name for name in os.environ if name.startswith(_name(path) + "__")), None)


def _name(path: Sequence[str]) -> str:
    return PREFIX + "__".join(path).upper()


def _paths(model: type[BaseModel]) -> dict[tuple[str, ...], object]:
    """Every key's path, with its type."""
    paths: dict[tuple[str, ...], object] = {}
    for name, field in model.model_fields.items():
        paths[name,] = field.annotation
        for below in _arms(field.annotation):
            if _is_block(below):
                paths |= {(name, *rest): kind for rest, kind in _paths(below).items()}
    return paths


def _arms(annotation: object) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _is_block(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_table(annotation: object) -> bool:
    """Whether its keys are the installation's own words."""
    return any(get_origin(arm) is dict for arm in _arms(annotation))


def _path(name: str, known: Mapping[tuple[str, ...], object]) -> tuple[str, ...] | None:
    words = name.removeprefix(PREFIX).split("__")
    path = tuple(word.lower() for word in words)
    if path in known:
        return path
    if len(path) > 1 and words[-1] and _is_table(known.get(path[:-1])):
        return *path[:-1], words[-1]
    return None


def _value(text: str, annotation: object) -> object:
    """Texts stay texts, which the settings read as what they need; a table, a list or a block is written as YAML."""
    if text == "null":
        return None
    if any(get_origin(arm) in (dict, tuple) or _is_block(arm) for arm in _arms(annotation)):
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError:
            return text
    return text


def _put(result: dict[str, object], path: tuple[str, ...], value: object) -> None:
    if len(path) == 1:
        result[path[0]] = value
        return
    block = result.get(path[0])
    result[path[0]] = below = dict(block) if isinstance(block, dict) else {}
    _put(below, path[1:], value)


def _tell(name: str, known: Mapping[tuple[str, ...], object]) -> None:
    close = difflib.get_close_matches(name, [_name(path) for path in known], n=1, cutoff=_ALIKE)
    if close:
        log.warning("%s is no setting and changes nothing: did you mean %s?", name, close[0])
    elif "__" in name:
        log.warning('%s is no setting and changes nothing: "aicc.yaml" of the product lists them', name)

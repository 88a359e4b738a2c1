"""The JSON Schemas of the files that designers write, so that any editor completes and checks them.

Pydantic's own output is right, but not made for editors: its choice of steps stands there again for each list, and
with the marks of OpenAPI that editors pass over. Here a step is ``anyOf`` its kinds, once, and what may be left out
is not offered as null. The first line of a flow tells the editor where the schema is::

    # yaml-language-server: $schema=../../schema/flow.schema.json
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from voicebot.dialogue.scenario.flow import Flow, Scenario
from voicebot.dialogue.trial.case import CaseFile

FILES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "flow.schema.json": Flow.model_json_schema,
    "scenario.schema.json": Scenario.model_json_schema,
    "tests.schema.json": CaseFile.model_json_schema,
}
"""The published files, and what describes each."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SHARED = {
    "Step": ("#/$defs/Say", "A step: it does one thing, named by its key."),
    "Slot": ("#/$defs/YesNo", "A slot: its type, how it is asked for, and what its answers must be."),
}
"""Choices that stand in many places, and one of the kinds by which each is known."""


def write_schemas(folder: Path) -> list[Path]:
    """Writes all of ``FILES`` into the folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in FILES:
        path = folder / name
        path.write_text(schema_text(name), encoding="utf-8")
        paths.append(path)
    return paths


def schema_text(name: str) -> str:
    """What the file of that name holds."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def schema(name: str) -> dict[str, Any]:
    """JSON Schema, draft 2020-12, by the name of its file."""
    shared: dict[str, Any] = {}
    made = _for_editors(FILES[name](), shared)
    made["$defs"] = dict(sorted({**made.get("$defs", {}), **shared}.items()))
    return {"$schema": _DIALECT, **made}


def _for_editors(node: Any, shared: dict[str, Any]) -> Any:
    """``shared`` takes the choices of ``_SHARED`` that are met."""
    if isinstance(node, list):
        return [_for_editors(inner, shared) for inner in node]
    if not isinstance(node, dict):
        return node
    node = {key: _for_editors(inner, shared) for key, inner in node.items() if key != "discriminator"}
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    if isinstance(description := node.get("description"), str):
        node["description"] = " ".join(description.replace("``", "`").split())
    if node.get("default", ...) is None:
        del node["default"]
    choice = node.get("anyOf")
    if isinstance(choice, list) and {"type": "null"} in choice:
        node["anyOf"] = choice = [form for form in choice if form != {"type": "null"}]
    if isinstance(choice, list) and len(choice) == 1:
        node = {**choice[0], **{key: value for key, value in node.items() if key != "anyOf"}}
    for name, (kind, description) in _SHARED.items():
        if isinstance(choice, list) and {"$ref": kind} in choice:
            shared[name] = {"title": name, "description": description, "anyOf": choice}
            node = {**{key: value for key, value in node.items() if key != "anyOf"}, "$ref": f"#/$defs/{name}"}
    return node

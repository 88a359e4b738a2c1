"""Rooms know each other one way only, and no module knows itself by way of others."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "gpu": set(),
    "gpu.train": {"voicebot", "assist", "kb", "gpu"},  # makes the models that they use; nothing that runs knows of it
    "kb": {"gpu"},
    "voicebot": {"kb", "gpu"},
    "assist": {"voicebot", "kb", "gpu"},
    "aicc": {"voicebot", "assist", "kb", "gpu", "audio_fixtures"},
}
ROOMS = [room for room in MAY_IMPORT if (ROOT / room.replace(".", "/")).is_dir()]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for room in ROOMS if "." not in room for path in (ROOT / room).rglob("*.py")}


def room_of(module: str) -> str:
    inner = ".".join(module.split(".")[:2])
    return inner if inner in MAY_IMPORT else module.partition(".")[0]


def imports(body: list[ast.stmt], *, is_deep: bool) -> Iterator[str]:
    """Names of modules; with ``is_deep`` those within functions and for type checkers too."""
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                inner = f"{statement.module}.{alias.name}"
                yield inner if inner in MODULES else statement.module
        elif is_deep:
            inside = [part for part in ast.walk(statement) if isinstance(part, ast.Import | ast.ImportFrom)]
            yield from imports(inside, is_deep=False)
        elif isinstance(statement, ast.Try):
            yield from imports(statement.body, is_deep=False)


def imported(module: str, *, is_deep: bool) -> list[str]:
    return list(imports(ast.parse(MODULES[module].read_text(encoding="utf-8")).body, is_deep=is_deep))


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_known_one_way(room):
    others = {*MAY_IMPORT, "tests", "scenarios"} - MAY_IMPORT[room] - {room}
    wrong = [
        f"{module} imports {name}"
        for module in MODULES
        if room_of(module) == room
        for name in imported(module, is_deep=True)
        if room_of(name) in others
    ]
    assert not wrong


def test_there_are_no_circles():
    needs = {module: {name for name in imported(module, is_deep=False) if name in MODULES} for module in MODULES}
    while free := [module for module, needed in needs.items() if not needed]:
        for module in free:
            del needs[module]
        for needed in needs.values():
            needed.difference_update(free)
    assert not needs, f"in a circle, or behind one: {sorted(needs)}"

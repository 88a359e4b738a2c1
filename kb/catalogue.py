"""Which entries a knowledge base holds, from which files, and whose vectors: one file, replaced in one step."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.entry import Entry

FILE_NAME = "entries.jsonl"
_FORM = 1


class CatalogueDamaged(RuntimeError):
    """The catalogue cannot be read; the message names file and line, and the cure."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An entry and the file it comes from, as a path relative to the knowledge base's folder."""

    entry: Entry
    file: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """``embedding`` is the name of what made the vectors, with their ``dimensions``; empty before the first ingest."""

    shelved: tuple[Shelved, ...] = ()
    embedding: str = ""
    dimensions: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(shelved.entry for shelved in self.shelved)

    @classmethod
    def read(cls, folder: Path) -> "Catalogue":
        """The one in ``folder``, or an empty one; raises :class:`CatalogueDamaged`."""
        path = folder / FILE_NAME
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return cls()
        except UnicodeDecodeError:
            raise _damaged(path, 1) from None
        number = 0
        try:
            heading, shelved = {}, []
            for number, line in enumerate(lines, 1):
                content = json.loads(line)
                if number == 1:
                    heading = content
                else:
                    shelved.append(_shelved(content))
            if heading["form"] == _FORM:
                return cls(tuple(shelved), heading["embedding"], heading["dimensions"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _damaged(path, number) from None
        raise CatalogueDamaged(f'"{path}" is of another version of this product: delete "{folder}" and ingest again')

    def write(self, folder: Path) -> None:
        """Replaces the one in ``folder``; whoever reads meanwhile, or after a crash, reads the old or the new one."""
        heading = {"form": _FORM, "embedding": self.embedding, "dimensions": self.dimensions}
        path = folder / FILE_NAME
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            for content in (heading, *(_written(shelved) for shelved in self.shelved)):
                file.write(_line(content))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(folder)


def _written(shelved: Shelved) -> dict[str, object]:
    content: dict[str, object] = {"file": shelved.file}
    for name, value in asdict(shelved.entry).items():
        if value not in ("", (), None):
            content[name] = value.isoformat() if isinstance(value, date) else value
    return content


def _shelved(content: dict[str, Any]) -> Shelved:
    file = content.pop("file")
    for name in ("valid_from", "valid_until"):
        if name in content:
            content[name] = date.fromisoformat(content[name])
    for name in ("tags", "examples"):
        content[name] = tuple(content.get(name, ()))
    return Shelved(Entry(**content), file)


def _line(content: Mapping[str, object]) -> str:
    # str.splitlines ends a line at these too
    line = json.dumps(content, ensure_ascii=False)
    for mark in ("\x85", "\u2028", "\u2029"):
        line = line.replace(mark, f"\\u{ord(mark):04x}")
    return line + "\n"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path, line: int) -> CatalogueDamaged:
    return CatalogueDamaged(f'"{path}" line {line} is damaged: delete "{path.parent}" and ingest again')

"""Questions of callers that the knowledge base refused, or that a person set right: one file, one question a line."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.loading.cell import Fault, text
from kb.loading.plain_file import read_text
from kb.loading.row import BrokenRow, Unreadable


class AskedUnreadable(RuntimeError):
    """The file cannot be read at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``gold_id`` is the entry that answers, as a person has decided; empty where nobody has found one."""

    query: str
    gold_id: str
    line: int


def read_asked(path: Path) -> tuple[list[Asked], list[BrokenRow]]:
    """Of JSONL with the keys ``query`` and ``gold_id``, or TSV or CSV with these columns, their heading optional.

    Raises :class:`AskedUnreadable`; a line that is broken stops nothing.
    """
    try:
        written = read_text(path)
    except FileNotFoundError:
        raise AskedUnreadable(f'no file "{path}": name a TSV or JSONL of query and gold_id') from None
    except (Unreadable, OSError) as error:
        raise AskedUnreadable(f'"{path}" cannot be read ({error}): name a TSV or JSONL of query and gold_id') from None
    asked: list[Asked] = []
    broken: list[BrokenRow] = []
    for line, found in _objects(written) if written.lstrip().startswith("{") else _table(written):
        try:
            if isinstance(found, Fault):
                raise found
            query, gold_id = text(found[0], "query"), text(found[1], "gold_id")
            if not query:
                raise Fault("the query is empty", "delete the line")
            asked.append(Asked(query, gold_id, line))
        except Fault as fault:
            broken.append(BrokenRow(str(path), line, fault.reason, fault.cure))
    return asked, broken


def _objects(written: str) -> Iterator[tuple[int, tuple[str, str] | Fault]]:
    for number, line in enumerate(written.split("\n"), 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            yield number, (_string(content["query"]), _string(content.get("gold_id") or ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield number, Fault("it is no JSON object with a query", 'write {"query": "...", "gold_id": "..."}')


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _table(written: str) -> Iterator[tuple[int, tuple[str, str] | Fault]]:
    lines = written.splitlines()
    tabs = any("\t" in line for line in lines)
    rows = (line.split("\t") for line in lines) if tabs else csv.reader(lines)
    places = (0, 1)
    for number, cells in enumerate(rows, 1):
        if number == 1 and "query" in (names := [cell.strip().lower() for cell in cells]):
            places = (names.index("query"), names.index("gold_id") if "gold_id" in names else len(names))
        elif any(cell.strip() for cell in cells):
            yield number, (_cell(cells, places[0]), _cell(cells, places[1]))


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""

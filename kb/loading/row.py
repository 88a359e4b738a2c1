"""One entry as a file writes it, and what has to be right before it is believed."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kb.entry import Entry
from kb.loading import cell

_SEPARATORS = re.compile(r"[;|\n]")
# 2026-11-22, 2026.11.22, 2026. 11. 22., 2026/11/22, 20261122, 2026년 11월 22일; a spreadsheet may add 00:00:00
_DAY = re.compile(r"(\d{4})\s*(?:[-./년]\s*)?(\d{1,2})\s*(?:[-./월]\s*)?(\d{1,2})\s*[.일]?(?:[T\s]+00:00(?::00)?)?")


class Unreadable(Exception):
    """A whole file cannot be read: what is the matter, and the cure."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(f"{reason}: {cure}")
        self.reason, self.cure = reason, cure


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A place in a file that did not become an entry. ``line`` counts from 1, 0 stands for the file as a whole.

    ``source`` names the file, and its sheet or page where it has some. ``id`` is the entry's, where that can be told.
    """

    source: str
    line: int
    reason: str
    cure: str
    id: str = ""

    def __str__(self) -> str:
        return f"{place(self.source, self.line)}: {self.reason}: {self.cure}"


@dataclass(frozen=True, slots=True)
class Row:
    """Text by field of :class:`~kb.entry.Entry`, as written; ``;``, ``|`` or lines part tags and examples.

    Where there is no ``id``, one is made of ``named_by``, else of the question.
    """

    source: str
    line: int
    cells: Mapping[str, str]
    named_by: str = field(default="")


def place(source: str, line: int) -> str:
    return f"{source}:{line}" if line else source


def read_row(row: Row) -> Entry | BrokenRow:
    """The entry of a row, or what is wrong with it first."""
    identity = ""
    try:
        question = cell.text(row.cells.get("question", ""), "question").replace("\n", " ")
        if not question:
            raise cell.Fault("the question is empty", "write one, or delete the row")
        identity = cell.name(row.cells.get("id", "")) or made_id(row.named_by or question)
        answer = cell.text(row.cells.get("answer", ""), "answer")
        if not answer:
            raise cell.Fault("the answer is empty", "write one, or delete the row")
        days = [_day(row.cells.get(name, ""), name) for name in ("valid_from", "valid_until")]
        if days[0] and days[1] and days[1] < days[0]:
            raise cell.Fault(f"it ends ({days[1]}) before it begins ({days[0]})", "exchange the two dates")
        return Entry(
            id=identity,
            question=question,
            answer=answer,
            category=cell.text(row.cells.get("category", ""), "category").replace("\n", " "),
            tags=_several(row.cells.get("tags", ""), "tags"),
            examples=_several(row.cells.get("examples", ""), "examples"),
            valid_from=days[0],
            valid_until=days[1],
            source=place(row.source, row.line),
        )
    except cell.Fault as fault:
        return BrokenRow(row.source, row.line, fault.reason, fault.cure, identity)


def made_id(text: str) -> str:
    """The same for the same words, however they are spaced and wherever they stand."""
    plain = "".join(unicodedata.normalize("NFC", text).casefold().split())
    return "q-" + hashlib.sha256(plain.encode()).hexdigest()[:12]


def _several(written: str, name: str) -> tuple[str, ...]:
    parts = (part.strip() for part in _SEPARATORS.split(cell.text(written, name)))
    return tuple(dict.fromkeys(part for part in parts if part))


def _day(written: str, name: str) -> date | None:
    text = cell.text(written, name)
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else date.fromisoformat(text)
    except ValueError:
        raise cell.Fault(f'{name} "{text[:40]}" is not a day', "write it as 2026-11-22") from None

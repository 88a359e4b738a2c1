"""YAML as designers write it: plain values, and the line on which each of them stands.

YAML 1.2, and of it what a flow needs: ``10:30``, ``no`` and ``on`` are text, so is a number that begins with a zero (a
telephone number would lose it), and there are no tags. Anchors may be used, within bounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from voicebot.dialogue.scenario.problem import Problem, Severity

LARGEST_BYTES = 1_000_000
MOST_VALUES = 50_000  # with what anchors repeat: nine short lines can stand for a billion values
DEEPEST = 60

Where = tuple[str | int, ...]
"""The keys and indexes that lead to a value: ``("steps", 2, "answers", 404, 0)``."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and the line of each of its values."""

    path: Path
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int:
        """Of the value, or of the nearest around it that is written down."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def problem(self, where: Where, what: str, cure: str, severity: Severity = "error") -> Problem:
        return Problem(self.path, self.line(where), what, cure, severity)


class FileInvalid(ValueError):
    """A file that is no mapping in YAML."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_yaml(path: Path) -> tuple[dict[Any, Any], Source]:
    """The mapping that the file holds; :class:`FileInvalid` with the first thing that is wrong with it."""
    text = _text_of(path)
    lines: dict[Where, int] = {}
    events = YAML(typ="safe", pure=True).parse(text)
    try:
        value = _Composer(path, events, lines).document()
    except MarkedYAMLError as error:
        # what was opened and never closed is to be mended where it was opened
        is_open = any(form in str(error.context) for form in ("quoted scalar", "flow sequence", "flow mapping"))
        mark = (error.context_mark if is_open else None) or error.problem_mark or error.context_mark
        what, cure = _explained(error, text, mark.line if mark else 0)
        raise FileInvalid(Problem(path, mark.line + 1 if mark else 1, what, cure)) from None
    except YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise FileInvalid(Problem(path, line, "a character that YAML does not allow", "delete it")) from None
    if value is None:
        raise FileInvalid(Problem(path, 1, "the file is empty", "write it, or delete the file"))
    if not isinstance(value, dict):
        raise FileInvalid(Problem(path, 1, "the file is not a list of KEY: VALUE", "write one KEY: VALUE a line"))
    return value, Source(path, lines)


def _text_of(path: Path) -> str:
    """Composed (NFC): Hangul that a Mac has taken apart would not match what callers say."""
    try:
        # one byte more tells that it is too large, however large a device file may be
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise FileInvalid(Problem(path, 1, f"the file cannot be read ({reason})", "check its name and owner")) from None
    if len(content) > LARGEST_BYTES:
        raise FileInvalid(Problem(path, 1, "the file is larger than 1 MB", "split it: one flow a file"))
    if b"\0" in content:
        raise FileInvalid(Problem(path, 1, "this is not a text file", "save it as plain text in UTF-8"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileInvalid(Problem(path, line, "the text is not in UTF-8", "save the file as UTF-8")) from None
    return unicodedata.normalize("NFC", text)


class _Composer:
    """Builds values from the parser's events, and notes lines meanwhile."""

    def __init__(self, path: Path, events: Iterator[Event], lines: dict[Where, int]) -> None:
        self._path = path
        self._events = events
        self._lines = lines
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._values = 0

    def document(self) -> Any:
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._invalid(event, "a second document begins here", 'delete the line "---"')
            elif isinstance(event, NodeEvent):
                value = self._value(event, ())
        return value

    def _value(self, event: Any, where: Where) -> Any:
        """``event`` is a NodeEvent; what its kinds have is declared nowhere."""
        if len(where) > DEEPEST:
            raise self._invalid(event, "lists within lists, too deep", "move steps into a flow of their own")
        self._lines.setdefault(where, event.start_mark.line + 1)
        if isinstance(event, AliasEvent):
            if event.anchor not in self._anchors:
                raise self._invalid(event, f"nothing above is called &{event.anchor}", f"name it with &{event.anchor}")
            value, size = self._anchors[event.anchor]
            self._count(event, size)
            return value
        if event.tag is not None and event.tag != "!":
            raise self._invalid(event, f"tags such as {event.tag} are not used here", "delete it")
        before = self._values
        self._count(event, 1)
        match event:
            case ScalarEvent():
                value = event.value if event.style else _plain(event.value)
            case SequenceStartEvent():
                value = self._list(where)
            case _:
                value = self._mapping(where)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._values - before)
        return value

    def _list(self, where: Where) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, (*where, len(values))))
        return values

    def _mapping(self, where: Where) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self._invalid(event, "a key is a word, not a list or a mapping", _QUOTES)
            key = event.value if event.style else _plain(event.value)
            key = "" if key is None else key
            here = (*where, key)
            if key in values:
                first = self._lines[here]
                raise self._invalid(event, f'"{key}" is written twice (first in line {first})', "delete one of them")
            self._lines[here] = event.start_mark.line + 1
            values[key] = self._value(next(self._events), here)
        return values

    def _count(self, event: Event, size: int) -> None:
        self._values += size
        if self._values > MOST_VALUES:
            raise self._invalid(event, f"more than {MOST_VALUES:,} values", "split it, and repeat less with * and &")

    def _invalid(self, event: Event, what: str, cure: str) -> FileInvalid:
        return FileInvalid(Problem(self._path, event.start_mark.line + 1, what, cure))


_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]+")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WORDS |= dict.fromkeys(("", "~", "null", "Null", "NULL"))  # type: ignore[arg-type]


def _plain(text: str) -> Any:
    """What a word without quotes stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


_QUOTES = 'put a text that has braces or a colon in it in quotes: "{이름} 고객님"'


def _explained(error: MarkedYAMLError, text: str, line: int) -> tuple[str, str]:
    """What the parser found, in words of people who do not know YAML's grammar."""
    problem = str(error.problem or error.context or "")
    lines = text.splitlines()
    written = lines[line] if line < len(lines) else ""
    if "\\t" in problem or written[: len(written) - len(written.lstrip())].count("\t"):
        return "a tab", "indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a second colon in a line, or a line indented too far", "put the text in quotes, or align the line"
    if "quoted scalar" in str(error.context or ""):
        return "a quotation mark that is not closed", "close it with the same mark, \" or '"
    if re.search(r"[:-]\s*\{", written):
        return "a text that begins with a brace", _QUOTES
    if re.search(r"[:-]\s*[@`%&*!|>]", written):
        return "a text that begins with a sign that means something to YAML", "put the text in quotes"
    if "flow sequence" in str(error.context) or "flow mapping" in str(error.context):
        return "a bracket that is not closed", "close it, or put the text in quotes"
    if "could not find expected ':'" in problem:
        return "a line without a colon", 'write KEY: VALUE, or "- " before an entry of a list'
    return "this is not YAML", "align the line with those above it, and put texts with : or # in quotes"

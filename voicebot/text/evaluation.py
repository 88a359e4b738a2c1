"""The share of cases whose other form comes out as expected."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.cases import read_pairs
from voicebot.text import to_spoken, to_written


@dataclass(frozen=True, slots=True)
class Result:
    """``accuracy`` is a fraction; ``failures`` are (input, expected, got)."""

    n: int
    accuracy: float
    failures: tuple[tuple[str, str, str], ...]


def read_cases(path: Path) -> list[tuple[str, str]]:
    """Pairs of a TSV ``input<TAB>expected``; raises :class:`voicebot.cases.CasesUnusable`."""
    return read_pairs(path, "input<TAB>expected")


def evaluate(cases: Sequence[tuple[str, str]], *, to_written: bool) -> Result:
    """Spoken forms are compared without spaces, since a reader may pause where he likes; written ones as they are."""
    rewrite = _to_written if to_written else _to_spoken
    failures = []
    for given, expected in cases:
        got = rewrite(given)
        if _comparable(got, to_written) != _comparable(expected, to_written):
            failures.append((given, expected, got))
    return Result(len(cases), 1 - len(failures) / len(cases), tuple(failures))


def _to_written(text: str) -> str:
    return to_written(text).text


def _to_spoken(text: str) -> str:
    return to_spoken(text).text


def _comparable(text: str, keeps_spaces: bool) -> str:
    text = unicodedata.normalize("NFC", text)
    return " ".join(text.split()) if keeps_spaces else "".join(text.split())

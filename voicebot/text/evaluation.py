"""The share of cases whose other form comes out as expected."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.text import to_spoken, to_written


class CasesUnusable(ValueError):
    """A file of cases that cannot be read; the message names the line and the form."""


@dataclass(frozen=True, slots=True)
class Result:
    """``accuracy`` is a fraction; ``failures`` are (input, expected, got)."""

    n: int
    accuracy: float
    failures: tuple[tuple[str, str, str], ...]


def read_cases(path: Path) -> list[tuple[str, str]]:
    """Pairs of a UTF-8 TSV ``input<TAB>expected``; raises :class:`CasesUnusable`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise CasesUnusable(f"no file {path}: check the name") from None
    except UnicodeDecodeError:
        raise CasesUnusable(f"{path} is not UTF-8 text: save it as UTF-8 TSV, input<TAB>expected") from None
    cases = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            given, tab, expected = line.partition("\t")
            if not tab:
                raise CasesUnusable(f"{path} line {number}: no tab; a line is input<TAB>expected")
            cases.append((given, expected))
    if not cases:
        raise CasesUnusable(f"{path} holds no case; a line is input<TAB>expected")
    return cases


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

"""How often the end of an utterance is judged right, over transcripts as they stand at a pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.cases import CasesUnusable, read_pairs
from voicebot.turns.ends import ends

FORM = "text<TAB>end|open"
EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """``cut`` were open and taken for ends, ``late`` ends and taken for open; each with its probability of an end."""

    n: int
    accuracy: float
    cut: tuple[tuple[str, float], ...]
    late: tuple[tuple[str, float], ...]


def read_turns(path: Path) -> list[tuple[str, bool]]:
    """Texts, and whether each is complete; raises :class:`voicebot.cases.CasesUnusable`."""
    found = []
    for text, label in read_pairs(path, FORM):
        if label not in ("end", "open"):
            raise CasesUnusable(f'{path}: "{text}" is labelled "{label}"; a line is {FORM}')
        found.append((text, label == "end"))
    return found


def evaluate(turns: Sequence[tuple[str, bool]]) -> Result:
    judged = [(text, is_end, ends(text)) for text, is_end in turns]
    cut = tuple((text, end) for text, is_end, end in judged if end >= EVEN and not is_end)
    late = tuple((text, end) for text, is_end, end in judged if end < EVEN and is_end)
    return Result(len(turns), 1 - (len(cut) + len(late)) / len(turns), cut, late)

"""What is wrong with what a designer wrote: where, what, and the cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """``line`` counts from 1. An error keeps a scenario from running, a warning does not.

    ``what`` and ``cure`` are lower case and without a full stop: together with the place they make one line.
    """

    path: Path
    line: int
    what: str
    cure: str
    severity: Severity = "error"

    def __str__(self) -> str:
        mark = "warning: " if self.severity == "warning" else ""
        return f"{self.path}:{self.line}: {mark}{self.what}: {self.cure}"


class ScenarioInvalid(ValueError):
    """A scenario that cannot run. ``problems`` has all of them, the message the first error."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        errors = [problem for problem in problems if problem.severity == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{more}")

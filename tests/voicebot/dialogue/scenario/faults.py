"""Faulty files say themselves what is wrong with them: ``# error: ...`` behind a line, several apart by ``; ``."""

import re
from pathlib import Path

_MARK = re.compile(r"# ((?:error|warning): .*)$")
_NEXT = re.compile(r"; (?=(?:error|warning): )")

SCENARIOS = Path(__file__).parent / "scenarios"


def marked(folder):
    """(file, line, severity, how the message begins), of all marks in a scenario's files."""
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if match := _MARK.search(line):
                for mark in _NEXT.split(match[1]):
                    severity, _, message = mark.partition(": ")
                    found.append((path.name, number, severity, message))
    return sorted(found)


def compared(problems, marks):
    """The marks that no problem fits, and the problems that no mark expects."""
    left, missing = list(problems), []
    for name, line, severity, message in marks:
        for problem in left:
            told = f"{problem.what}: {problem.cure}"
            where = (problem.path.name, problem.line, problem.severity)
            if where == (name, line, severity) and told.startswith(message):
                left.remove(problem)
                break
        else:
            missing.append((name, line, severity, message))
    return missing, [str(problem) for problem in left]

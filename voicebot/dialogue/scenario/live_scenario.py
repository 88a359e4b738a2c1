"""A scenario that designers edit while calls run on it."""

from __future__ import annotations

import logging
from pathlib import Path

from voicebot.dialogue.scenario.lint import lint
from voicebot.dialogue.scenario.problem import Problem, ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import SCENARIO_FILE, LoadedScenario, flow_paths, load_scenario

log = logging.getLogger(__name__)

Stamp = tuple[tuple[str, int, int], ...]
"""Of each file: its path, its time of change in ns, its size in bytes."""


class LiveScenario:
    """The last good version of a scenario's files. Calls keep the version they began with: ``current`` is replaced,
    never changed."""

    def __init__(self, path: Path) -> None:
        """:class:`ScenarioInvalid` if there is no good version to begin with."""
        self._folder = path.parent if path.is_file() else path
        self._stamp = _stamp(self._folder)
        self._problems: tuple[Problem, ...] = ()
        self.current = _checked(self._folder)

    def refresh(self) -> tuple[Problem, ...]:
        """Reads the files again if they have changed; what is wrong with them, nothing where ``current`` is new.

        Reading takes tens of milliseconds: not on the loop of calls.
        """
        # taken before the files are read: what is written meanwhile is noticed the next time
        stamp = _stamp(self._folder)
        if stamp == self._stamp:
            return self._problems
        self._stamp = stamp
        try:
            self.current = _checked(self._folder)
            self._problems = ()
        except ScenarioInvalid as invalid:
            log.warning("the last good version stays: %s", invalid)
            self._problems = invalid.problems
        return self._problems


def _checked(folder: Path) -> LoadedScenario:
    loaded = load_scenario(folder)
    problems = lint(loaded)
    if any(problem.severity == "error" for problem in problems):
        raise ScenarioInvalid(problems)
    return loaded


def _stamp(folder: Path) -> Stamp:
    stamp = []
    for path in (folder / SCENARIO_FILE, *flow_paths(folder)):
        try:
            status = path.stat()
        except OSError:
            continue  # gone since the folder was listed, or a link to nothing: the reading tells
        stamp.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(stamp)

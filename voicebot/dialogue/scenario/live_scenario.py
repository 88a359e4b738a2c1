"""A scenario that designers edit while calls run on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from voicebot.dialogue.scenario.lint import lint
from voicebot.dialogue.scenario.problem import Problem, ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import (
    SCENARIO_FILE,
    LoadedScenario,
    files_beside,
    flow_paths,
    load_scenario,
)

log = logging.getLogger(__name__)

Stamp = tuple[tuple[str, int, int], ...]
"""Of each file: its path, its time of change in ns, its size in bytes."""


class LiveScenario:
    """The last good version of a scenario's files. Calls keep the version they began with: ``current`` is replaced,
    never changed.

    Its files are ``scenario.yaml``, the flows, and what ``scenario.yaml`` names: knowledge, synonyms, addresses.
    ``ingested`` has the ids of what is known besides; without it nobody here can tell.
    """

    def __init__(
        self,
        path: Path,
        ingested: Callable[[], Collection[str]] | None = None,
        judge: Callable[[LoadedScenario], Iterable[Problem]] = lambda loaded: (),
    ) -> None:
        """``judge`` tells what others find wrong. :class:`ScenarioInvalid` where there is no good version at first."""
        self._folder = path.parent if path.is_file() else path
        self._ingested, self._judge = ingested, judge
        self._beside: tuple[Path, ...] = ()  # of the version that was looked at last, good or not
        self._problems: tuple[Problem, ...] = ()
        self._seen = self._look()
        self.current = self._checked()

    @property
    def is_as_read(self) -> bool:
        """Whether the files are still those that were read last."""
        return self._look() == self._seen

    def refresh(self) -> tuple[Problem, ...]:
        """Reads the files again if they have changed; what is wrong with them, nothing where ``current`` is new.

        Reading takes tens of milliseconds, the more the longer the file of addresses is: not on the loop of calls.
        """
        seen = self._look()  # before the files are read: what is written meanwhile is noticed the next time
        if seen == self._seen:
            return self._problems
        self._seen = seen
        try:
            self.current = self._checked()
            self._problems = ()
        except ScenarioInvalid as invalid:
            log.warning("the last good version stays: %s", invalid)
            self._problems = invalid.problems
        return self._problems

    def _look(self) -> tuple[Stamp, Stamp]:
        own = (self._folder / SCENARIO_FILE, *flow_paths(self._folder))
        return _stamp(own), _stamp(_all_of(self._beside))

    def _checked(self) -> LoadedScenario:
        loaded = load_scenario(self._folder)
        if (beside := files_beside(loaded)) != self._beside:
            self._beside = beside
            self._seen = self._seen[0], _stamp(_all_of(beside))
        problems = [*lint(loaded, ingested=self._ingested() if self._ingested else None), *self._judge(loaded)]
        if any(problem.severity == "error" for problem in problems):
            raise ScenarioInvalid(problems)
        return loaded


def _stamp(paths: Iterable[Path]) -> Stamp:
    stamp = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue  # gone since the folder was listed, or a link to nothing: the reading tells
        stamp.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(stamp)


def _all_of(paths: Iterable[Path]) -> Iterator[Path]:
    """Files, and those below folders."""
    for path in paths:
        yield path
        if path.is_dir():
            yield from sorted(path.rglob("*"))

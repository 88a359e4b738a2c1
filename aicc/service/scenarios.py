"""Which scenario answers, and the last good version of each, in a copy that edits do not reach."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path

from aicc.errors import AiccError
from aicc.settings import dialled
from assist.rules import rules_problems
from voicebot.dialogue.scenario.live_scenario import LiveScenario
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.scenario.problem import ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import (
    SCENARIO_FILE,
    LoadedScenario,
    files_beside,
    flow_paths,
)
from voicebot.dialogue.scenario.step import Handoff

log = logging.getLogger(__name__)

LOOK_S = 2.0


class ScenarioMissing(AiccError):
    """There is no scenario to answer with."""


class Scenarios:
    """The scenarios of a service: the default, and those that other called numbers have.

    Processes do not read the designers' folders but ``copies``: one that has to be started while somebody is in the
    middle of an edit begins with the last good version too. Made and refreshed off the loop.
    """

    def __init__(
        self,
        default: Path,
        routes: Mapping[str, Path],
        copies: Path,
        ingested: Callable[[], Collection[str]] | None = None,
    ) -> None:
        """``ingested`` has the ids of what is known besides the scenarios' own files.

        ``ScenarioInvalid``, :class:`ScenarioMissing`.
        """
        self.problems: list[str] = []
        self._routes = {dialled(number): folder for number, folder in routes.items()}
        self._default = default
        self._copies = copies
        self._version = 0
        shutil.rmtree(copies, ignore_errors=True)  # of an earlier service
        self._live = {
            folder: LiveScenario(folder, ingested, rules_problems)
            for folder in dict.fromkeys((default, *self._routes.values()))
        }
        names: dict[str, Path] = {}
        for folder, live in self._live.items():
            name = live.current.scenario.scenario
            if name in names:
                raise ScenarioMissing(
                    f'{folder} and {names[name]} are both called "{name}": give one another name in {SCENARIO_FILE}'
                )
            names[name] = folder
        self._copied = {folder: live.current for folder, live in self._live.items()}
        self._folders = {folder: self._copy(live.current) for folder, live in self._live.items()}
        self._older: dict[Path, Path] = {}

    @property
    def folders(self) -> dict[str, Path]:
        """Of the last good versions, by the scenarios' keys: a key stays when an edit changes the name."""
        return {str(folder): copy for folder, copy in self._folders.items()}

    @property
    def names(self) -> list[str]:
        """As the scenarios call themselves now."""
        return [live.current.scenario.scenario for live in self._live.values()]

    @property
    def loaded(self) -> list[LoadedScenario]:
        return [live.current for live in self._live.values()]

    def skills(self) -> list[str]:
        """That any of the scenarios hands callers over to."""
        handoffs = (
            step.handoff
            for loaded in self.loaded
            for flow in loaded.flows.values()
            for _, step in steps_of(flow)
            if isinstance(step, Handoff)
        )
        return sorted({*handoffs, *(loaded.scenario.skill for loaded in self.loaded)} - {""})

    def answering(self, called: str) -> str:
        """The key of the scenario that answers calls to a number."""
        return str(self._routes.get(dialled(called), self._default))

    def find(self, wanted: str) -> str | None:
        """The key of a scenario that was asked for by its name, its folder's name or its folder."""
        for folder, live in self._live.items():
            if wanted in (live.current.scenario.scenario, folder.name, str(folder)):
                return str(folder)
        return None

    def refresh(self) -> bool:
        """Looks at the designers' files; whether there is a new good version. Blocks for tens of milliseconds."""
        is_new = False
        problems: list[str] = []
        for folder, live in self._live.items():
            wrong = [str(problem) for problem in live.refresh() if problem.severity == "error"]
            problems += wrong
            if live.current is not self._copied[folder] and not wrong:
                is_new |= self._take_up(folder, live)
        self.problems = problems
        return is_new

    async def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """For ever: ``changed`` is awaited behind every new good version."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                is_new = await asyncio.to_thread(self.refresh)
            except OSError as error:  # a folder that is gone for a moment, a full disk
                log.error("the scenarios could not be looked at: %s", error)
                continue
            except Exception:  # no mistake of a designer's, or of ours, ends a service that holds calls
                log.exception("the scenarios could not be looked at")
                continue
            if is_new:
                log.warning("a scenario has a new version: new calls are held by it")
                await changed()

    def _take_up(self, folder: Path, live: LiveScenario) -> bool:
        """A copy of the new version; none where somebody went on editing meanwhile, which the next look finds."""
        copy = self._copy(live.current)
        if not live.is_as_read:
            self._drop(copy)
            return False
        # a process that starts at this moment may still read the one before
        self._drop(self._older.pop(folder, None))
        self._older[folder], self._folders[folder] = self._folders[folder], copy
        self._copied[folder] = live.current
        return True

    def _drop(self, copy: Path | None) -> None:
        if copy is not None and copy.parent == self._copies:
            shutil.rmtree(copy, ignore_errors=True)

    def _copy(self, loaded: LoadedScenario) -> Path:
        """A folder with this version: its files are copied, links lead to whatever else there is."""
        beside = files_beside(loaded)
        named = [path.relative_to(loaded.folder) for path in beside if path.is_relative_to(loaded.folder)]
        leads_up = any(".." in path.parts for path in named)
        if leads_up or len(named) < len(beside):
            log.warning("%s names files outside it: edits of them reach processes that start meanwhile", loaded.folder)
        if leads_up:
            return loaded.folder  # from a copy they would lead somewhere else
        self._version += 1
        copy = self._copies / f"{loaded.folder.name}-{self._version}"
        own = [Path(SCENARIO_FILE), *(path.relative_to(loaded.folder) for path in flow_paths(loaded.folder)), *named]
        for path in dict.fromkeys(own):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            if (loaded.folder / path).is_dir():
                shutil.copytree(loaded.folder / path, copy / path, dirs_exist_ok=True)
            else:
                shutil.copyfile(loaded.folder / path, copy / path)
        for path in loaded.folder.iterdir():
            if not (copy / path.name).exists():
                (copy / path.name).symlink_to(path.absolute())
        return copy


def ingested_ids(folder: Path) -> set[str]:
    """Of the entries that ``aicc kb ingest`` has put into a folder that need not be there; ``CatalogueDamaged``."""
    from kb.catalogue import Catalogue

    return {entry.id for entry in Catalogue.read(folder).entries}


def sample_company() -> Path:
    """Beside the packages, as the repository and an image of it have it; :class:`ScenarioMissing`."""
    folder = Path(__file__).parents[2] / "scenarios" / "nuri"
    if not folder.is_dir():
        raise ScenarioMissing("no scenario is chosen, and the sample company is not installed: set scenario")
    return folder


__all__ = ["LOOK_S", "ScenarioInvalid", "ScenarioMissing", "Scenarios", "sample_company"]

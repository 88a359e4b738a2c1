"""Which scenario answers, and the last good version of each, in a copy that edits do not reach."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aicc.errors import AiccError
from aicc.settings import dialled
from voicebot.dialogue.scenario.live_scenario import LiveScenario
from voicebot.dialogue.scenario.problem import ScenarioInvalid
from voicebot.dialogue.scenario.scenario_file import FLOWS, SCENARIO_FILE, LoadedScenario, flow_paths

log = logging.getLogger(__name__)

LOOK_S = 2.0


class ScenarioMissing(AiccError):
    """There is no scenario to answer with."""


class Scenarios:
    """The scenarios of a service: the default, and those that other called numbers have.

    Processes do not read the designers' folders but ``copies``: one that has to be started while somebody is in the
    middle of an edit begins with the last good version too. Made and refreshed off the loop.
    """

    def __init__(self, default: Path, routes: Mapping[str, Path], copies: Path) -> None:
        """``ScenarioInvalid``, :class:`ScenarioMissing`."""
        self.problems: list[str] = []
        self._routes = {dialled(number): folder for number, folder in routes.items()}
        self._default = default
        self._copies = copies
        self._version = 0
        shutil.rmtree(copies, ignore_errors=True)  # of an earlier service
        self._live = {folder: LiveScenario(folder) for folder in dict.fromkeys((default, *self._routes.values()))}
        names: dict[str, Path] = {}
        for folder, live in self._live.items():
            name = live.current.scenario.scenario
            if name in names:
                raise ScenarioMissing(
                    f'{folder} and {names[name]} are both called "{name}": give one another name in {SCENARIO_FILE}'
                )
            names[name] = folder
        self._folders = {folder: self._copy(live.current) for folder, live in self._live.items()}

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
            before = live.current
            found = live.refresh()
            problems += [str(problem) for problem in found if problem.severity == "error"]
            if live.current is not before:
                self._folders[folder] = self._copy(live.current)
                is_new = True
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
            if is_new:
                log.warning("a scenario has a new version: new calls are held by it")
                await changed()

    def _copy(self, loaded: LoadedScenario) -> Path:
        """A folder with this version: the files of the flows are copied, links lead to whatever else there is."""
        scenario = loaded.scenario
        beside = [*scenario.knowledge, scenario.synonyms or "", scenario.addresses or ""]
        if any(Path(name).parts[:1] == ("..",) for name in beside):
            log.warning("%s names files outside it: edits reach processes that start meanwhile", loaded.folder)
            return loaded.folder
        self._version += 1
        copy = self._copies / f"{loaded.folder.name}-{self._version}"
        (copy / FLOWS).mkdir(parents=True)
        for path in flow_paths(loaded.folder):
            shutil.copyfile(path, copy / FLOWS / path.name)
        for path in loaded.folder.iterdir():
            if path.name == SCENARIO_FILE:
                shutil.copyfile(path, copy / path.name)
            elif path.name != FLOWS:
                (copy / path.name).symlink_to(path.absolute())
        return copy


def sample_company() -> Path:
    """Beside the packages, as the repository and an image of it have it; :class:`ScenarioMissing`."""
    folder = Path(__file__).parents[2] / "scenarios" / "nuri"
    if not folder.is_dir():
        raise ScenarioMissing("no scenario is chosen, and the sample company is not installed: set scenario")
    return folder


__all__ = ["LOOK_S", "ScenarioInvalid", "ScenarioMissing", "Scenarios", "sample_company"]

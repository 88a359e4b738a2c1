"""Tries out a scenario: plays its cases side by side, each lane with sample services of its own.

All lanes share one mind and one loop: a conversation in text is mostly thought, and thought takes a core whichever lane
does it. What lanes win is the time in which services keep a bot waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.dialogue.mind import Mind
from voicebot.dialogue.samples import Addresses, samples
from voicebot.dialogue.scenario.scenario_file import load_scenario
from voicebot.dialogue.trial.case_file import WrittenCase
from voicebot.dialogue.trial.expect import Miss, judge
from voicebot.dialogue.trial.play import Played, play
from voicebot.dialogue.trial.watched import WatchedServices

LANES = 4


@dataclass(frozen=True, slots=True)
class Tried:
    """A case that was played and judged; ``ms`` is how long it took, with everything."""

    played: Played
    misses: tuple[Miss, ...]
    ms: float

    @property
    def written(self) -> WrittenCase:
        return self.played.written

    @property
    def has_passed(self) -> bool:
        return not self.misses


async def try_scenario(
    folder: Path,
    cases: Sequence[WrittenCase],
    open_mind: Callable[[Path], Awaitable[Mind]],
    lanes: int = LANES,
) -> list[Tried]:
    """Tries ``cases`` of the scenario in ``folder`` on sample services that are started meanwhile.

    Raises ``SampleFailed`` and ``ScenarioInvalid``.
    """
    services = load_scenario(folder).scenario.services
    async with samples(services, folder, copies=max(1, min(lanes, len(cases)))) as started:
        mind = await open_mind(folder)  # the samples begin to answer while this computes
        try:
            return await try_cases(cases, mind, await started.addresses())
        finally:
            await mind.services.close()


async def try_cases(cases: Sequence[WrittenCase], mind: Mind, lanes: Sequence[Addresses]) -> list[Tried]:
    """Tries the cases in as many lanes as there are sets of sample services; the results are in the cases' order."""
    # every second lane begins with the cases that wait for slow services: the others compute meanwhile
    waiting = deque(sorted(range(len(cases)), key=lambda number: not _is_slow(cases[number])))
    tried: dict[int, Tried] = {}

    async def lane(addresses: Addresses, take: Callable[[], int]) -> None:
        services = WatchedServices(mind.scenario.services, addresses)
        try:
            while waiting:
                number = take()
                began = time.perf_counter()
                played = await play(cases[number], mind, services)
                tried[number] = Tried(played, tuple(judge(played)), (time.perf_counter() - began) * 1000)
        finally:
            await services.close()

    async with asyncio.TaskGroup() as group:
        for lane_number, addresses in enumerate(lanes):
            group.create_task(lane(addresses, waiting.pop if lane_number % 2 else waiting.popleft))
    return [tried[number] for number in range(len(cases))]


def _is_slow(written: WrittenCase) -> bool:
    troubles = [written.case.services, *(step.services for step in written.case.talk)]
    return any(trouble.misbehave.startswith("slow") for services in troubles for trouble in services.values())

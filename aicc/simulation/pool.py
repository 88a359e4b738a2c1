"""Many recorded callers at once, in real time, on one loop and one timer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aicc.simulation.caller import Caller
from aicc.simulation.report import CallReport
from aicc.simulation.script import Script
from aicc.simulation.speech import Part, Speech
from aicc.simulation.wire import Wire
from voicebot.audio import FRAME_MS

log = logging.getLogger(__name__)

CATCH_UP_TICKS = 5  # a caller that was held up says what it missed at once, as far back as this; the rest is skipped

Connect = Callable[[Script, int], Awaitable[Wire]]
"""Places the call of a script for the caller of this number. What it raises becomes the report's failure."""


class Pacer:
    """Ticks all callers that are in a call every 20 ms, from one timer."""

    def __init__(self) -> None:
        self._callers: dict[Caller, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due_s = 0.0

    async def play(self, caller: Caller) -> CallReport:
        """Until the call is over. Cancelled, the caller hangs up."""
        over = asyncio.get_running_loop().create_future()
        self._callers[caller] = over
        if self._timer is None:
            self._due_s = asyncio.get_running_loop().time()
            self._tick()
        try:
            await over
        except asyncio.CancelledError:
            caller.fail("the simulation was stopped")
            raise
        finally:
            self._callers.pop(caller, None)
        return caller.report()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = int((loop.time() - self._due_s) * 1000 / FRAME_MS) + 1
        for caller, over in list(self._callers.items()):
            caller.skipped_ticks += max(0, due - CATCH_UP_TICKS)
            for _ in range(min(due, CATCH_UP_TICKS)):
                _tick_one(caller)
            if caller.is_over and not over.done():
                over.set_result(None)
                del self._callers[caller]
        self._due_s += due * FRAME_MS / 1000
        self._timer = loop.call_at(self._due_s, self._tick) if self._callers else None


def _tick_one(caller: Caller) -> None:
    try:
        caller.tick()
    except Exception as error:
        log.exception("a caller broke off")
        caller.fail(f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When callers call: one every ``every_ms`` until ``calls`` are at it.

    For ``seconds`` whoever is through calls again, with the next script; without, each calls once.
    """

    calls: int
    every_ms: int = 100
    seconds: float | None = None


async def run_callers(
    scripts: Sequence[Script],
    calls: int | Schedule,
    connect: Connect,
    *,
    speech: Speech | None = None,
    seed: int = 0,
    reported: Callable[[CallReport], None] = lambda report: None,
) -> list[CallReport]:
    """Lets callers call, the scripts in rotation; their reports by their numbers, which count calls from 0.

    All that they will say is made before the first of them calls. ``reported`` is told of each as it ends. Raises what
    ``Speech.part`` raises.
    """
    if not scripts:
        raise ValueError("no scripts: name at least one")
    schedule = calls if isinstance(calls, Schedule) else Schedule(calls)
    speech = speech or Speech()
    parts = [await asyncio.to_thread(speech.part, script) for script in scripts]
    pacer, reports = Pacer(), list[CallReport]()
    began_s = time.monotonic()
    numbers = iter(range(1_000_000_000))

    async def one(number: int) -> CallReport:
        script, part = scripts[number % len(scripts)], parts[number % len(scripts)]
        report = await _call(pacer, script, part, connect, number, seed)
        reports.append(report)
        reported(report)
        return report

    async def one_after_the_other(place: int) -> None:
        await asyncio.sleep(place * schedule.every_ms / 1000)
        report = await one(next(numbers))
        while schedule.seconds is not None and time.monotonic() - began_s < schedule.seconds:
            if report.ended_by == "nobody":
                await asyncio.sleep(1.0)  # a service that refuses calls is not asked all the time
            report = await one(next(numbers))

    async with asyncio.TaskGroup() as group:
        for place in range(schedule.calls):
            group.create_task(one_after_the_other(place))
    return sorted(reports, key=lambda report: report.number)


async def _call(pacer: Pacer, script: Script, part: Part, connect: Connect, number: int, seed: int) -> CallReport:
    try:
        wire = await connect(script, number)
    except Exception as error:
        return CallReport(script.name, number, 0.0, "nobody", (f"no call: {error}",), len(part.acts))
    return await pacer.play(Caller(part, wire, number=number, seed=seed))

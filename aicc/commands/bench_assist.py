"""``aicc bench assist``: how soon help is there while many talk, by the logs of their calls."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aicc.simulation.report import CallReport
    from aicc.simulation.service import Service
    from voicebot.events import Logged

HELP_S = 60.0  # until the helpers' models are open
NOTES_S = 10.0  # for the notes of the last calls


@answers
def bench_assist(
    context: typer.Context,
    calls: Annotated[int, typer.Option(min=1, help="Callers at once; who is through calls again.")] = 20,
    seconds: Annotated[float, typer.Option(min=5, help="How long they go on calling.")] = 30.0,
) -> Answer:
    """Let recorded callers talk, and measure when suggestions and notes come.

    A service of its own is started, in its default layout; callers and service share this machine.
    """
    import asyncio

    config = context.find_root().params.get("config")
    figures = asyncio.run(_bench(calls, seconds, config))
    width = max(len(name) for name in figures)
    shown = "\n".join(f"{name:{width}}  {'-' if value is None else value}" for name, value in figures.items())
    return Answer(figures, shown)


async def _bench(calls: int, seconds: float, config: "Path | None") -> dict[str, Any]:
    import asyncio
    import time
    from pathlib import Path

    import audio_fixtures
    from aicc.simulation.pool import Schedule, run_callers
    from aicc.simulation.script_file import read_scripts
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import connecting
    from aicc.simulation.speech import Speech

    scripts = read_scripts([Path(audio_fixtures.__file__).parent / "bench"])
    speech = Speech()
    for script in scripts:
        await asyncio.to_thread(speech.part, script)
    async with started(config=config, settings={"AICC_SLOTS": str(max(40, calls))}) as service:
        await _helpers_are_there(service)
        schedule = Schedule(calls, max(20, 2_000 // calls), seconds)
        began_s, used_s = time.monotonic(), _used_s(service)
        async with connecting(service, None) as connect:
            reports = await run_callers(scripts, schedule, connect, speech=speech)
        cores = (_used_s(service) - used_s) / (time.monotonic() - began_s)
        logs = [await _whole_log(service, report) for report in reports]
    told = of_logs([log for log in logs if log])
    return {"calls": calls, "calls_made": len(reports), **told, "cores_per_call": round(cores / calls, 4)}


def _used_s(service: "Service") -> float:
    """Processor time of the assist process."""
    import psutil

    helping = [
        process
        for process in psutil.Process(service.pid).children()
        if "aicc.service.assist_process" in process.cmdline()
    ]
    return float(sum(process.cpu_times().user + process.cpu_times().system for process in helping))


def of_logs(logs: "Sequence[Sequence[Logged]]") -> dict[str, Any]:
    """By the times in the logs: from a caller's final words to the suggestion that they led to, from the end to the
    note. ``before_final`` are the turns whose suggestion was there already, and stayed."""
    from voicebot.events import CallEnded, Suggested, TranscriptFinal, TurnEnded, WrappedUp

    suggested_ms: list[int] = []
    notes_ms: list[int] = []
    suggested_turns = before_final = twice = without_note = 0
    for log in logs:
        at = {logged.seq: logged for logged in log}
        turns: set[int] = set()
        late_turns: set[int] = set()
        for logged in log:
            if isinstance(event := logged.event, Suggested):
                turns.add(event.turn)
                cause = at.get(event.cause)
                if cause and isinstance(cause.event, TranscriptFinal | TurnEnded):
                    suggested_ms.append(logged.at_ms - cause.at_ms)
                    late_turns.add(event.turn)
        suggested_turns += len(turns)
        before_final += len(turns - late_turns)
        ended = next((logged.at_ms for logged in log if isinstance(logged.event, CallEnded)), None)
        notes = [logged.at_ms for logged in log if isinstance(logged.event, WrappedUp)]
        if ended is not None:
            without_note += not notes
            notes_ms += [note_ms - ended for note_ms in notes[:1]]
        said = [(type(logged.event), logged.event.cause) for logged in log if hasattr(logged.event, "cause")]
        twice += sum(said.count((Suggested, seq)) > 1 for seq in at)
    return {
        "turns_with_suggestions": suggested_turns,
        "before_final": before_final,
        "suggestions_after_final": len(suggested_ms),
        "suggestion_p50_ms": _percentile(suggested_ms, 50),
        "suggestion_p95_ms": _percentile(suggested_ms, 95),
        "notes": len(notes_ms),
        "note_p50_ms": _percentile(notes_ms, 50),
        "note_p95_ms": _percentile(notes_ms, 95),
        "calls_without_note": without_note,
        "suggested_twice": twice,
    }


def _percentile(values: "Sequence[int]", percent: float) -> float | None:
    import numpy as np

    return round(float(np.percentile(values, percent)), 1) if values else None


async def _helpers_are_there(service: "Service") -> None:
    """Models take some seconds to open; what they cost then is not what is measured."""
    import asyncio

    from aicc.errors import AiccError
    from aicc.simulation.remains import health

    limit_s = asyncio.get_running_loop().time() + HELP_S
    while asyncio.get_running_loop().time() < limit_s:
        if (await health(service)).get("assist") == "ready":
            return
        await asyncio.sleep(0.2)
    raise AiccError(f"no helper was ready after {HELP_S:.0f} s: see the log of the service")


async def _whole_log(service: "Service", report: "CallReport") -> "list[Logged]":
    """With its note, which comes behind the end."""
    import asyncio

    from voicebot.events import WrappedUp

    limit_s = asyncio.get_running_loop().time() + NOTES_S
    log = await service.events(report)
    while log and not any(isinstance(logged.event, WrappedUp) for logged in log):
        if asyncio.get_running_loop().time() > limit_s:
            break
        await asyncio.sleep(0.2)
        log = await service.events(report)
    return log

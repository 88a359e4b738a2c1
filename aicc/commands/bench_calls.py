"""``aicc bench calls``: many recorded callers at once, and what their own ears measure."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.errors import AiccError
from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.simulation.report import CallReport
    from aicc.simulation.service import Service
    from aicc.simulation.sip_callers import Telephones


class NoSuchDoor(AiccError):
    """Something else was to be measured than there is."""


@answers
def bench_calls(
    context: typer.Context,
    calls: Annotated[int, typer.Option(min=1, help="Callers at once; who is through calls again.")] = 1,
    seconds: Annotated[float, typer.Option(min=5, help="How long they go on calling.")] = 60.0,
    scripts: Annotated[
        list[Path] | None,
        typer.Option("--script", help="What they say: scripts or folders; audio_fixtures/bench where left out."),
    ] = None,
    door: Annotated[str, typer.Option(metavar="wav|sip", help="How they come in.")] = "wav",
    codec: Annotated[str, typer.Option(metavar="PCMU|PCMA|opus", help="What telephones speak.")] = "PCMU",
    loss: Annotated[float, typer.Option(min=0, max=1, help="Share of a telephone's packets that get lost.")] = 0.0,
    jitter_ms: Annotated[float, typer.Option(min=0, max=1_000, help="By how much its packets are late.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Decides what is left to chance.")] = 0,
) -> Answer:
    """Let callers call for a while, and measure.

    A service of its own is started, in its default layout; callers and service share this machine.
    """
    import asyncio

    from aicc.simulation.sip_callers import Telephones

    config = context.find_root().params.get("config")
    telephones = Telephones.of(codec, loss, jitter_ms) if _is_sip(door) else None
    figures, unmade = asyncio.run(_bench(calls, seconds, scripts or [_own_scripts()], config, seed, telephones))
    width = max(len(name) for name in figures)
    shown = "\n".join(f"{name:{width}}  {'-' if value is None else value}" for name, value in figures.items())
    return Answer(figures, shown, unmade)


def _is_sip(door: str) -> bool:
    if door not in ("wav", "sip"):
        raise NoSuchDoor(f'no door "{door}" to measure: write wav or sip')
    return door == "sip"


def _own_scripts() -> Path:
    import audio_fixtures

    return Path(audio_fixtures.__file__).parent / "bench"


async def _bench(
    calls: int,
    seconds: float,
    scripts: list[Path],
    config: Path | None,
    seed: int,
    telephones: "Telephones | None",
) -> tuple[dict[str, object], str | None]:
    """The figures, and why there are none where no call was taken."""
    import asyncio

    from aicc.simulation.measure import checked_with_log
    from aicc.simulation.pool import Schedule, run_callers
    from aicc.simulation.report import Summary
    from aicc.simulation.script_file import read_scripts
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import SIP_HERE, connecting
    from aicc.simulation.speech import Speech
    from aicc.simulation.usage import Usage

    loaded = read_scripts(scripts)
    speech = Speech(telephones.rate_hz) if telephones else Speech()
    for script in loaded:  # now, so that it does not count
        await asyncio.to_thread(speech.part, script)
    settings = {"AICC_SLOTS": str(max(40, calls))} | (SIP_HERE if telephones else {})
    async with started(config=config, settings=settings) as service:
        assert service.pid is not None
        usage = Usage(service.pid)
        # callers come over two seconds, so that they do not all speak at once
        schedule = Schedule(calls, max(20, 2_000 // calls), seconds)
        # those who have not begun yet and those who are the last to talk would make a call look cheaper than it is
        watching = asyncio.create_task(usage.watch((calls - 1) * schedule.every_ms / 1000, seconds))
        try:
            async with connecting(service, telephones) as connect:
                reports = await run_callers(loaded, schedule, connect, speech=speech, seed=seed)
        finally:
            watching.cancel()
        told = await _told(service)
        reports = [checked_with_log(one, [event.as_json() for event in await service.events(one)]) for one in reports]
    summary, cores = Summary.of(reports).as_json(), usage.cores()
    figures: dict[str, object] = {
        "calls": calls,
        "calls_made": len(reports),
        "turns": summary["turns"],
        "v2v_p50_ms": summary["v2v_p50_ms"],
        "v2v_p95_ms": summary["v2v_p95_ms"],
        "barge_in_p95_ms": summary["barge_in_p95_ms"],
        "cut_off_share": summary["cut_off_share"],
        "false_stop_share": summary["false_stop_share"],
        "resume_p95_ms": summary["resume_p95_ms"],
        **told,
        "late_frames_heard": summary["late_frames"],
        "gaps_heard": summary["gaps"],
        "cores": cores,
        "cores_per_call": round(cores / calls, 4),
        **usage.as_json(),
        "callers_skipped_ticks": summary["skipped_ticks"],
        "failed": _failures(reports),
    }
    refused = [report.failures[0] for report in reports if report.ended_by == "nobody" and report.failures]
    return figures, refused[0] if len(refused) == len(reports) else None


async def _told(service: "Service") -> dict[str, float]:
    """What the media processes have counted; they tell it once a second."""
    import asyncio

    from aicc.service.spawned_process import PING_PAUSE_S

    await asyncio.sleep(1.5 * PING_PAUSE_S)
    metrics = await service.metrics()

    def of(name: str) -> list[float]:
        return [value for key, value in metrics.items() if key.partition("{")[0] == name]

    frames = sum(of("aicc_bot_frames_total"))
    return {
        "late_frames": round(sum(of("aicc_late_frames_total")) / max(1.0, frames), 6),
        "bot_frames": int(frames),
        "loop_lag_p95_ms": max(of("aicc_loop_lag_ms"), default=0.0),
    }


def _failures(reports: "list[CallReport]") -> dict[str, int]:
    """What went wrong, and how many times."""
    from collections import Counter

    return dict(Counter(failure for report in reports for failure in report.failures).most_common(10))

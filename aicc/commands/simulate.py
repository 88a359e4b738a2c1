"""``aicc simulate``: recorded callers call, and what came of it is judged."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.simulation.report import CallReport
    from aicc.simulation.script import Script
    from aicc.simulation.service import Service
    from aicc.simulation.sip_callers import Dialling
    from aicc.simulation.wire import Wire


@answers
def simulate(
    context: typer.Context,
    scripts: Annotated[list[Path], typer.Argument(metavar="SCRIPT…", help="Scripts, or folders of them.")],
    calls: Annotated[
        int | None, typer.Option(min=1, help="Calls in all, the scripts in rotation; one of each where left out.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Callers who call at the same time.")] = 4,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The data folder of a service that runs; else one is started for this."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="sip:…", help="Whom they dial, here or elsewhere; else they use a wire of their own."),
    ] = None,
    codec: Annotated[str, typer.Option(metavar="PCMU|PCMA|opus", help="What their telephones speak.")] = "PCMU",
    loss: Annotated[float, typer.Option(min=0, max=1, help="Share of their packets that get lost.")] = 0.0,
    jitter_ms: Annotated[float, typer.Option(min=0, max=1_000, help="By how much their packets are late.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Decides what is left to chance.")] = 0,
) -> Answer:
    """Let recorded callers call, in real time, and judge what comes of each call.

    With --to they dial; what was said and done is judged where --data names the folder of the service that answers.

    Scripts of the sample company are in audio_fixtures/callers; aicc/simulation/script.py shows how they are written.
    """
    import asyncio

    from aicc.simulation.report import Summary
    from aicc.simulation.script_file import read_scripts
    from aicc.simulation.sip_callers import Dialling, Telephones

    dialling = Dialling(to, Telephones.of(codec, loss, jitter_ms)) if to else None
    loaded = read_scripts(scripts)
    wanted = [loaded[number % len(loaded)] for number in range(calls or len(loaded))]
    config = context.find_root().params.get("config")
    at_once = min(at_once, len(wanted))
    judged = asyncio.run(_simulate(wanted, at_once, data and data.absolute(), config, seed, dialling))
    reports = [report for report, _, _ in judged]
    unmet = sum(bool(failures) for _, _, failures in judged)
    rows = [report.as_json() | {"call_id": call_id, "unmet": failures} for report, call_id, failures in judged]
    summary = Summary.of(reports).as_json()
    lines = [f"{report.script}: " + ("; ".join(failures) or "as expected") for report, _, failures in judged]
    shown = "\n".join([*lines, "", ", ".join(f"{key} {value}" for key, value in summary.items() if value is not None)])
    error = f"{unmet} of {len(judged)} calls were not as they should be" if unmet else None
    return Answer({"calls": rows, "summary": summary}, shown, error)


async def _simulate(
    scripts: "list[Script]",
    at_once: int,
    data: Path | None,
    config: Path | None,
    seed: int,
    dialling: "Dialling | None",
) -> "list[tuple[CallReport, str | None, list[str]]]":
    """A report of each call, the id that the service gave it, and what was not as it should be."""
    import asyncio

    from aicc.simulation.pool import run_callers
    from aicc.simulation.service import running_or_started
    from aicc.simulation.sip_callers import SipCallers
    from aicc.simulation.speech import Speech

    lines = asyncio.Semaphore(at_once)  # who waits for one has not called yet
    async with contextlib.AsyncExitStack() as stack:
        service = None
        if data or not dialling:
            service = await stack.enter_async_context(running_or_started(data, config))
        if dialling:
            call_ids = service.call_ids if service else {}
            callers = await stack.enter_async_context(SipCallers(dialling.target, dialling.telephones, call_ids))
            calling = callers.connect
        else:
            assert service
            calling = service.connect

        async def connect(script: "Script", number: int) -> "Wire":
            await lines.acquire()
            return await calling(script, number)

        speech = Speech(dialling.telephones.rate_hz) if dialling else Speech()
        reports = await run_callers(
            scripts, len(scripts), connect, speech=speech, seed=seed, reported=lambda report: lines.release()
        )
        return [await _judged(service, scripts[report.number], report) for report in reports]


async def _judged(
    service: "Service | None", script: "Script", report: "CallReport"
) -> "tuple[CallReport, str | None, list[str]]":
    """Of a service elsewhere there is no log: what its callers noticed is all that is judged."""
    from aicc.simulation.expect import judge
    from aicc.simulation.measure import checked_with_log

    if service is None:
        return report, None, list(report.failures)
    events = [logged.as_json() for logged in await service.events(report)]
    unmet = [*report.failures, *judge(script.written.expect, events)]
    return checked_with_log(report, events), service.call_ids.get(report.number), unmet

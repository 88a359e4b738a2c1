"""``aicc demo``: three callers call the sample company, one of them wants a person; what is said is printed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.report.report import ReportedCall
    from aicc.simulation.report import CallReport
    from aicc.simulation.script import Script
    from aicc.simulation.service import Service

CALLERS = ("callers/pauses_in_sentence", "callers/noisy_line", "desk/asks_for_person")
NOTE_S = 10.0  # for the note of a call that is over
APART_MS = 4_000  # from one caller to the next
# whatever the settings of this installation are: the callers know the sample company, and their calls can be heard
_SETTINGS = {
    "AICC_ROUTES": "{}",
    "AICC_SAMPLES": "true",
    "AICC_RECORDINGS__RECORD": "true",
    "AICC_RECORDINGS__ENCRYPT": "null",
}


@answers
def demo(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where recordings, transcripts and the report go.")
    ] = Path("build/demo"),
) -> Answer:
    """Let three callers dial the sample company, and show what is said; about a minute, no microphone.

    Starts the service and the sample order service, has it called over SIP, has an agent pick up a telephone for who
    wants a person, and leaves recordings, transcripts, notes and a page to look at.
    """
    import asyncio

    from aicc.simulation.report import Summary

    output = output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    reports, notes, picture = asyncio.run(_demo(output, context.find_root().params.get("config")))
    summary = Summary.of(reports).as_json()
    page = output / "report.html"
    waits = (
        f": the bot answered within {summary['v2v_p50_ms']:.0f} ms (half of the turns) and {summary['v2v_p95_ms']:.0f} "
        "ms (95 %) of the caller's last sound"
        if summary["v2v_p50_ms"] is not None
        else ""
    )
    shown = (
        f"\n{summary['calls']} calls, {summary['turns']} turns{waits}\n"
        f"recordings, transcripts and a page with both: {page}"
    )
    shown += "".join(f"\n\n상담 노트 ({name})\n{note}" for name, note in notes.items())
    shown += f"\n\nthe agent's panel, as it was: {picture}" if picture else ""
    failed = [f"{report.script}: {failure}" for report in reports for failure in report.failures]
    data = {
        "notes": notes,
        "panel": picture,
        "report": page,
        "summary": summary,
        "calls": [report.as_json() for report in reports],
    }
    return Answer(data, shown, "; ".join(failed) or None)


async def _demo(output: Path, config: Path | None) -> "tuple[list[CallReport], dict[str, str], Path | None]":
    """How the callers fared, the notes of calls that an agent had, and a picture of that one's panel."""
    import asyncio

    import audio_fixtures
    from aicc.report.report import write_report
    from aicc.report.told import Teller
    from aicc.service.scenarios import sample_company
    from aicc.simulation.pool import Schedule, run_callers
    from aicc.simulation.script_file import read_scripts
    from aicc.simulation.service import started
    from aicc.simulation.sip_callers import SIP_HERE, Telephones, connecting
    from aicc.simulation.staffed import staffed

    folder = Path(audio_fixtures.__file__).parent
    scripts = read_scripts([folder / f"{name}.yaml" for name in CALLERS])
    typer.echo("the service starts: a front, its media processes, the sample order service ...", err=True)
    settings = _SETTINGS | SIP_HERE | {"AICC_SCENARIO": str(sample_company())}
    async with started(config=config, settings=settings) as service:
        typer.echo(f"three callers dial {service.telephone}; the API listens at {service.address}\n", err=True)
        told = Teller(lambda line: typer.echo(line, err=True)).telling(service)
        async with staffed(service, output) as desk, told, connecting(service, Telephones()) as connect:
            reports = await run_callers(scripts, Schedule(len(scripts), APART_MS), connect)
        notes = {report.script: note for report in reports if (note := await _note(service, report))}
        calls = [await _kept(service, report, scripts, output) for report in reports]
        await asyncio.to_thread(write_report, calls, output / "report.html")
    return reports, notes, desk.picture


async def _note(service: "Service", report: "CallReport") -> str:
    """Of a call that an agent has had; it is written within a second of the call's end."""
    import asyncio

    from aicc.report.note import has_agent, noted

    for _ in range(int(NOTE_S / 0.1)):
        events = await service.events(report)
        if not has_agent(events):
            return ""
        if note := noted(events):
            return note
        await asyncio.sleep(0.1)
    return ""


async def _kept(service: "Service", report: "CallReport", scripts: "list[Script]", output: Path) -> "ReportedCall":
    """A call's recording and transcript, under the caller's name."""
    import asyncio
    import shutil

    from aicc.report.report import ReportedCall
    from aicc.report.transcript import transcript

    events = await service.events(report)
    recording = await service.recording(report)
    kept = None
    if recording is not None:
        kept = output / f"{report.script}.flac"
        await asyncio.to_thread(shutil.copyfile, recording, kept)
    (output / f"{report.script}.txt").write_text(transcript(events), encoding="utf-8")
    return ReportedCall(scripts[report.number].written.about or report.script, events, kept, report.waits_ms)

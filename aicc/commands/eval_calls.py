"""``aicc eval calls``: how well turns are taken, over many recorded callers, in virtual time."""

from pathlib import Path
from typing import Annotated

import typer

from aicc.output import Answer, answers


@answers
def calls(
    context: typer.Context,
    scripts: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SCRIPT…", help="Scripts or folders of them; audio_fixtures/manners where left out."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides what is left to chance.")] = 0,
) -> Answer:
    """How often the bot cuts callers off, and stops for what is no word.

    With the real models against the sample company, in virtual time: minutes of calls in seconds. What takes computing
    takes no time here: delays are measured by "aicc bench calls".
    """
    import asyncio

    from aicc.settings import settings_of
    from aicc.simulation.report import Summary
    from aicc.simulation.script_file import read_scripts
    from aicc.simulation.virtual import play_at_sample_company

    loaded = read_scripts(scripts or [_own_scripts()])
    played = asyncio.run(play_at_sample_company(loaded, settings_of(context), seed))
    reports = [call.report for call in played]
    summary = Summary.of(reports)
    said = [turn for report in reports for turn in report.turns if turn.kind == "say"]
    interjections = [turn for report in reports for turn in report.turns if turn.is_interjection]
    wrong = [
        f"{report.script}: {'cut off' if turn.is_cut_off else 'stopped for'} {turn.text or turn.kind}"
        for report in reports
        for turn in report.turns
        if (turn.kind == "say" and turn.is_cut_off) or turn.false_stop
    ]
    data = {
        "calls": len(reports),
        "said": len(said),
        "cut_off_share": summary.cut_off_share,
        "interjections": len(interjections),
        "false_stop_share": summary.false_stop_share,
        "resume_p95_ms": summary.resume_p95_ms,
        "minutes": round(sum(report.duration_ms for report in reports) / 60_000, 1),
        "wrong": wrong,
    }
    shown = (
        f"{data['calls']} calls, {data['minutes']} minutes\n"
        f"cut off: {100 * (summary.cut_off_share or 0):.1f} % of {len(said)} things said\n"
        f"stopped for coughs and nods: {100 * (summary.false_stop_share or 0):.1f} % of {len(interjections)}, "
        f"went on within {summary.resume_p95_ms or 0:.0f} ms (95 %)\n" + "\n".join(f"  {line}" for line in wrong)
    )
    return Answer(data, shown)


def _own_scripts() -> Path:
    import audio_fixtures

    return Path(audio_fixtures.__file__).parent / "manners"

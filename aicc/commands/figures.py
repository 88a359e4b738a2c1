"""``aicc figures``: every figure that the README quotes, measured here and now."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from aicc.errors import AiccError
from aicc.output import Answer, answers


@answers
def figures(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="What python -m audio_fixtures.evaluation made; for the figures of speech.")
    ] = None,
    streams: Annotated[int, typer.Option(min=1, help="For the load.")] = 200,
    only: Annotated[
        Literal["speech", "mind", "calls", "doors", "assist", "desk"] | None, typer.Option(help="Only these figures.")
    ] = None,
) -> Answer:
    """Measure what the README quotes: errors, delays, load, sizes."""
    from rich.table import Table

    from aicc.assist_figures import assist_figures
    from aicc.call_figures import call_figures
    from aicc.desk_figures import desk_figures
    from aicc.door_figures import door_figures
    from aicc.figure import Figure
    from aicc.mind_figures import mind_figures
    from aicc.settings import settings_of
    from aicc.speech_figures import speech_figures

    settings = settings_of(context)
    found: list[Figure] = []
    if only in (None, "speech"):
        if folder is None:
            raise AiccError("no folder of speech: name what python -m audio_fixtures.evaluation has made, or --only")
        found += speech_figures(settings, folder, streams)
    found += mind_figures() if only in (None, "mind") else []
    found += call_figures() if only in (None, "calls") else []
    found += door_figures() if only in (None, "doors") else []
    found += assist_figures() if only in (None, "assist") else []
    found += desk_figures() if only in (None, "desk") else []
    table = Table("measure", "figure", "limit", "")
    for figure in found:
        sign = "≥" if figure.at_least else "≤"
        limit = f"{sign} {figure.limit:g} {figure.unit}"
        table.add_row(figure.measure, f"{figure.value:.4g} {figure.unit}", limit, "met" if figure.met else "MISSED")
    data: dict[str, Any] = {
        figure.measure: {"value": round(figure.value, 5), "limit": figure.limit, "unit": figure.unit, "met": figure.met}
        for figure in found
    }
    missed = [figure.measure for figure in found if not figure.met]
    return Answer(data, table, f"missed: {'; '.join(missed)}" if missed else None)

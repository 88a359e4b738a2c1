"""``aicc doctor``."""

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aicc.doctor import Report

_MARKS = {"ok": "[green]✓[/]", "note": "[yellow]·[/]", "missing": "[red]✗[/]", "broken": "[red]✗[/]"}


@answers
def doctor(context: typer.Context) -> Answer:
    """What is installed, what is missing, whether the product can talk, and what to do next."""
    from aicc.doctor import examine
    from aicc.errors import AiccError
    from aicc.settings import Settings, settings_of

    settings: Settings | AiccError
    try:
        settings = settings_of(context)
    except AiccError as error:
        settings = error
    report = examine(settings)
    data = {
        "can_talk": report.can_talk,
        "checks": [asdict(check) for check in report.checks],
        "next": report.next_steps,
    }
    failure = None if report.can_talk else f"the product cannot talk: {report.next_steps[0]}"
    return Answer(data, shown=_shown(report), error=failure)


def _shown(report: "Report") -> "RenderableType":
    from rich.console import Group
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for area, checks in groupby(report.checks, key=lambda check: check.area):
        table.add_row("", f"[bold]{area}[/]", "")
        for check in checks:
            table.add_row(_MARKS[check.verdict], escape(check.name), escape(check.found))
    steps = [f"{number}. {escape(step)}" for number, step in enumerate(report.next_steps, 1)]
    verdict = "[green]the product can talk[/]" if report.can_talk else "[red]the product cannot talk[/]"
    steps = steps or ['nothing is missing: "aicc --help" shows what to do']
    return Group(table, "", f"[bold]next[/]: {verdict}", *steps)

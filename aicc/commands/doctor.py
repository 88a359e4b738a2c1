"""``aicc doctor``."""

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from rich.console import RenderableType

    from aicc.doctor import Report
    from aicc.errors import AiccError
    from aicc.settings import Settings

_MARKS = {"ok": "[green]✓[/]", "note": "[yellow]·[/]", "missing": "[red]✗[/]", "broken": "[red]✗[/]"}


@answers
def doctor(
    context: typer.Context,
    self_test: Annotated[
        bool,
        typer.Option("--self-test", help="Start a service on loopback, have it called, and judge what comes of it."),
    ] = False,
) -> Answer:
    """What is installed, what is missing, whether the product can talk, and what to do next.

    With --self-test, in half a minute: whether it really talks. Needs no network and touches no data.
    """
    from aicc.errors import AiccError
    from aicc.settings import settings_of

    settings: Settings | AiccError
    try:
        settings = settings_of(context)
    except AiccError as error:
        settings = error
    return _self_tested(settings) if self_test else _examined(settings)


def _examined(settings: "Settings | AiccError") -> Answer:
    from aicc.doctor import examine

    report = examine(settings)
    data = {
        "can_talk": report.can_talk,
        "checks": [asdict(check) for check in report.checks],
        "next": report.next_steps,
    }
    failure = None if report.can_talk else f"the product cannot talk: {report.next_steps[0]}"
    return Answer(data, shown=_shown(report), error=failure)


def _self_tested(settings: "Settings | AiccError") -> Answer:
    """Each check is told as soon as it is through; what the service has said, where something is wrong."""
    import asyncio
    import tempfile
    from typing import IO

    from aicc.self_test import Tried, self_test

    async def run(log: IO[bytes]) -> list[Tried]:
        tried = []
        async for one in self_test(settings, log):
            typer.echo(f"{'✓' if one.passed else '✗'} {one.name}: {one.told}")
            tried.append(one)
        return tried

    with tempfile.TemporaryFile() as log:
        tried = asyncio.run(run(log))
        failed = [one.name for one in tried if not one.passed]
        if failed:
            log.seek(0)
            typer.echo(log.read(), err=True, nl=False)
    data = {"passed": not failed, "checks": [asdict(one) for one in tried]}
    return Answer(data, error=f"the self-test failed: {', '.join(failed)}" if failed else None)


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

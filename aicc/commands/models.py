"""``aicc models list | pull NAME | import DIR``."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from aicc.models.pull import ModelProgress
    from aicc.models.registry import Installed, Model, Record
    from aicc.settings import Settings

models = typer.Typer(help="Speech models: what there is, and how they get here.", no_args_is_help=True)


@models.command("list")
@answers
def list_models(context: typer.Context) -> Answer:
    """Models that can be pulled, and those that are installed."""
    from aicc.models.registry import Registry, installed
    from aicc.settings import settings_of

    settings = settings_of(context)
    here = {found.name: found for found in installed(settings.models)}
    known = Registry.load(settings.registry).models
    own = [found for found in here.values() if found.name not in {model.name for model in known}]
    rows = [_known_row(model, here.get(model.name)) for model in known] + [_own_row(found) for found in own]
    return Answer({"folder": settings.models, "models": rows}, shown=_table(rows))


@models.command("pull")
@answers
def pull_model(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help='As "aicc models list" names it.')],
    again: Annotated[bool, typer.Option("--again", help="Even if it is installed.")] = False,
) -> Answer:
    """Download a model; run again after an interruption, it continues where it was."""
    from aicc.models.pull import pull
    from aicc.models.registry import Registry
    from aicc.settings import settings_of

    settings = settings_of(context)
    model = Registry.load(settings.registry).find(name)
    with _progress() as progress:
        record = pull(model, settings.models, mirror=settings.models_url, again=again, progress=progress)
    return _installed_answer([record], settings)


@models.command("import")
@answers
def import_model(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="DIR", help="A folder or an archive copied from another machine.")],
    name: Annotated[str | None, typer.Option(help="What to call a model that the registry does not know.")] = None,
) -> Answer:
    """Install models that were copied here: the way into a closed network."""
    from aicc.models.importing import import_models
    from aicc.models.registry import Registry
    from aicc.settings import settings_of

    settings = settings_of(context)
    records = import_models(source, settings.models, Registry.load(settings.registry), name)
    return _installed_answer(records, settings)


def _known_row(model: "Model", found: "Installed | None") -> dict[str, object]:
    return {
        "name": model.name,
        "state": _state(found),
        "purpose": model.purpose,
        "engine": model.engine,
        "setting": model.setting,
        "licence": model.licence,
        "size_bytes": found.size_bytes if found else model.size_bytes,
        "verified": found is not None and found.verified,
    }


def _own_row(found: "Installed") -> dict[str, object]:
    from aicc.models.registry import setting_of

    return {
        "name": found.name,
        "state": _state(found),
        "purpose": "직접 넣은 모델 (a model of your own)",
        "engine": found.engine,
        "setting": setting_of(found.name, found.engine),
        "licence": None,
        "size_bytes": found.size_bytes,
        "verified": found.verified,
    }


def _state(found: "Installed | None") -> str:
    if found is None:
        return "not installed"
    return f"incomplete: {', '.join(found.missing[:3])}" if found.missing else "installed"


def _table(rows: list[dict[str, object]]) -> "RenderableType":
    from rich.markup import escape
    from rich.table import Table

    from aicc.models.disk import size

    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("state")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("for, and its licence", overflow="fold")
    for row in rows:
        size_bytes, licence = row["size_bytes"], row["licence"]
        table.add_row(
            escape(str(row["name"])),
            f"[green]{row['state']}[/]" if row["state"] == "installed" else str(row["state"]),
            size(size_bytes) if isinstance(size_bytes, int) else "?",
            f"{row['purpose']}\n[dim]{licence or 'licence not known'}[/]",
        )
    return table


def _installed_answer(records: "list[Record]", settings: "Settings") -> Answer:
    from aicc.models.registry import setting_of

    told, data = [], []
    for record in records:
        setting = setting_of(record.name, record.engine)
        checked = "checksums verified" if record.verified else "not every file has a published checksum"
        use = f': write "{setting}" into aicc.yaml to use it' if setting else ""
        told.append(f"{record.name} is installed ({record.engine}, {checked}){use}")
        data.append(
            {
                "name": record.name,
                "engine": record.engine,
                "folder": settings.models / record.name,
                "setting": setting,
                "verified": record.verified,
                "files": len(record.files),
            }
        )
    return Answer({"installed": data}, shown="\n".join(told))


@contextmanager
def _progress() -> "Iterator[ModelProgress]":
    """Bars on standard error, one for each file; nothing where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:

        def show(name: str, here: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=here, total=total)

        yield show

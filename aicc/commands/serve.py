"""``aicc serve``: the service, until somebody ends it."""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.lines import WriteLine, failures_told, json_lines

if TYPE_CHECKING:
    from aicc.service.serving import Serving


def serve(
    context: typer.Context,
    http: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where the API listens; 127.0.0.1:8080 where left out.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where calls are kept; ./data where left out.")
    ] = None,
    sip: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where SIP listens, by UDP and TCP; nowhere where left out.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The settings file, as before the subcommand.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Let visitors sign in to the panel, as somebody who is made for that.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Once calls are taken, say so with one line of JSON on standard output.")
    ] = False,
) -> None:
    """Take calls, and serve the API.

    Without settings the sample company answers. SIGTERM (or ^C) lets running calls finish, a second one hangs them up.
    """
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(json_lines()) if as_json else None
        stack.enter_context(failures_told(write))
        from aicc.service.loop import new_loop
        from aicc.service.serving import serve as served
        from aicc.settings import Settings, settings_of

        settings = Settings.load(config) if config else settings_of(context)
        by_sip = settings.sip.model_dump() | {"listen": sip} if sip else None
        settings = settings.with_options(http=http, data=data and data.absolute(), sip=by_sip)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(served(settings, lambda serving: _tell(serving, write), is_demo=demo))


def _tell(serving: "Serving", write: WriteLine | None) -> None:
    """Who reads may wait for these lines: they go out at once."""
    if write:
        made: dict[str, object] = {"first_key": serving.first_key} if serving.first_key else {}
        if serving.passwords:
            made["passwords"] = dict(serving.passwords)
        facts = {
            "address": serving.address,
            "data": serving.data,
            "scenarios": list(serving.scenarios),
            "processes": serving.processes,
            "slots": serving.slots,
            "page": serving.page,
            "telephones": list(serving.telephones),
            "panel": serving.panel,
        }
        write(facts | made)
        return
    names = ", ".join(serving.scenarios)
    typer.echo(f"{names}: {serving.slots} calls at once in {serving.processes} processes, kept in {serving.data}")
    if serving.page:
        typer.echo(f"call it from a browser: {serving.page}")
    for telephone in serving.telephones:
        typer.echo(f"telephones call {telephone}")
    if serving.panel:
        typer.echo(f"people at the desk work at {serving.panel}")
    for name, password in serving.passwords:
        typer.echo(f"sign in there as {name} with the password {password}, shown this once")
    typer.echo(f"the API listens at {serving.address}, its pages at {serving.address}/docs")
    if serving.first_key:
        typer.echo(f"its first key, shown this once: {serving.first_key}")

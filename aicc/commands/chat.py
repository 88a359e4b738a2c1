"""``aicc chat``: a call in which the caller types."""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.errors import AiccError
from aicc.lines import WriteLine, failures_told, json_lines

if TYPE_CHECKING:
    from aicc.settings import Settings
    from voicebot.dialogue.line import Caller


def chat(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(help="The scenario's folder; the sample company's where left out.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Lines in from standard input, event logs out as JSON lines.")
    ] = False,
    caller: Annotated[str, typer.Option(help="The caller's number.")] = "",
    outbound: Annotated[bool, typer.Option("--outbound", help="The bot calls the customer.")] = False,
    variables: Annotated[
        list[str] | None, typer.Option("--var", metavar="KEY=VALUE", help="What whoever places the call knows.")
    ] = None,
    details: Annotated[bool, typer.Option("--verbose", "-v", help="Show flows, slots and services too.")] = False,
) -> None:
    """Talk to the voicebot by typing.

    An empty line is silence, /1234# presses keys, --- begins the next call, the end of input hangs up.
    """
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(json_lines()) if as_json else None
        stack.enter_context(failures_told(write))
        from aicc.settings import settings_of
        from voicebot.dialogue.line import Caller

        known = Caller(caller, direction="out" if outbound else "in", variables=_variables(variables or []))
        if not asyncio.run(_calls(path, settings_of(context), known, write, details)):
            raise typer.Exit(1)


def _variables(written: list[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in written]
    for key, equals, _ in pairs:
        if not key or not equals:
            raise AiccError(f'"{key}" is no variable: write --var KEY=VALUE')
    return {key: value for key, _, value in pairs}


async def _calls(
    path: Path | None, settings: "Settings", caller: "Caller", write: WriteLine | None, details: bool
) -> bool:
    """Call after call, to the end of input; whether none of them broke."""
    from aicc.mind import open_mind
    from aicc.service.scenarios import sample_company
    from aicc.typing_caller import JsonCalls, ShownCalls
    from voicebot.dialogue.samples import samples
    from voicebot.dialogue.scenario.scenario_file import load_scenario
    from voicebot.doors.typed_lines import TypedLines

    loaded = load_scenario(path or sample_company())
    lines = TypedLines.of_standard_input()
    calls = JsonCalls(lines, write) if write else ShownCalls(lines, details)
    async with samples(loaded.scenario.services, loaded.folder) as started:
        with calls.waiting():
            [addresses] = await started.addresses()
            mind = await open_mind(loaded.folder, settings, addresses)
        try:
            return await calls.hold(mind, caller)
        finally:
            await mind.services.close()

"""``aicc flow test PATH…``: conversation tests, all at once."""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.errors import AiccError
from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aicc.settings import Settings
    from voicebot.dialogue.trial.case_file import WrittenCase
    from voicebot.dialogue.trial.suite import Tried


@answers
def test(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Scenarios, folders of them, or files of tests.")
    ],
    name: Annotated[str, typer.Option("--filter", metavar="TEXT", help="Only tests with this in their name.")] = "",
    junit_path: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write a report for a build server.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="How many conversations side by side.")] = 4,
) -> Answer:
    """Hold the conversations in tests/*.yaml beside the flows, and say which do not go as they must."""
    import sys
    import time

    from aicc.settings import settings_of
    from voicebot.dialogue.scenario.problem import ScenarioInvalid
    from voicebot.dialogue.trial import report
    from voicebot.dialogue.trial.case_file import find_files, read_cases
    from voicebot.dialogue.trial.junit import junit

    began = time.perf_counter()
    try:
        chosen = {
            folder: [written for written in read_cases(files) if name in written.case.test]
            for folder, files in find_files(paths).items()
        }
        if not any(chosen.values()):
            raise AiccError(f'no test has "{name}" in its name: leave --filter out to run all')
        with expected_trouble_unlogged():
            tried = asyncio.run(_tried(chosen, settings_of(context), jobs))
    except ScenarioInvalid as invalid:
        problems = "\n".join(map(str, invalid.problems))
        return Answer({"problems": [str(problem) for problem in invalid.problems]}, problems, str(invalid))
    except asyncio.CancelledError:
        raise AiccError("terminated") from None
    seconds = time.perf_counter() - began
    if junit_path:
        junit_path.write_bytes(junit(tried, seconds))
    failed = sum(not one.has_passed for one in tried)
    error = f"{failed} of {len(tried)} conversation tests failed" if failed else None
    shown = report.shown(tried, seconds)
    # a file gets whole lines, a terminal wraps them
    return Answer(report.data(tried, seconds), shown if sys.stdout.isatty() else shown.plain, error)


@contextlib.contextmanager
def expected_trouble_unlogged() -> "Iterator[None]":
    """Tests make services fail on purpose; what comes of it is theirs to tell. --verbose logs it all the same."""
    log = logging.getLogger("voicebot")
    level = log.level
    if log.getEffectiveLevel() == logging.WARNING:
        log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


async def _tried(chosen: "dict[Path, list[WrittenCase]]", settings: "Settings", lanes: int) -> "list[Tried]":
    from functools import partial

    from aicc.mind import open_mind
    from voicebot.dialogue.trial.suite import try_scenario

    opening = partial(open_mind, settings=settings, addresses_of_services={})
    return [
        tried
        for folder, cases in chosen.items()
        if cases
        for tried in await try_scenario(folder, cases, opening, lanes)
    ]

"""``aicc eval wrapup``: how right the notes of calls are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.settings import Settings
    from assist.wrapup.evaluation import Call
    from assist.wrapup.rules import WrapUpRules
    from voicebot.dialogue.trial.suite import Tried

SHOWN = 20


@answers
def wrapup(
    context: typer.Context,
    calls: Annotated[
        list[Path] | None,
        typer.Argument(metavar="CALLS…", help="Files of written calls with what their notes must say."),
    ] = None,
    scenario: Annotated[
        Path, typer.Option(help="Its conversation tests are held, and its rules for notes apply.")
    ] = Path("scenarios/nuri"),
) -> Answer:
    """The share of facts in notes that are right, and of disposition codes, over conversation tests and written calls.

    Facts are slots as written, every amount, date and number in a note, and what a written call says must be there.
    """
    import asyncio

    from aicc.commands.flow_test import expected_trouble_unlogged
    from aicc.settings import settings_of
    from assist.wrapup.evaluation import evaluate, of_conversation, of_people, read_calls
    from assist.wrapup.wrapups import WrapUps
    from kb.embedding import open_embedding

    settings = settings_of(context)
    files = [read_calls(path) for path in calls or []]
    codes = {name: code for file in files for name, code in file.conversations.items()}
    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    service = WrapUps(_rules(scenario), embedding)
    judged: list[Call] = [of_people(written) for file in files for written in file.calls]
    with expected_trouble_unlogged():
        judged += [of_conversation(tried.played, codes) for tried in asyncio.run(_tried(scenario, settings))]
    report = evaluate(service, judged)
    shown = [
        f"{report.facts_right} of {report.facts} facts right in the notes of {report.n} calls; "
        f"{report.codes_right} of {report.codes} codes; {report.p95_ms:.0f} ms p95",
        *(f"  {what}" for what in report.wrong[:SHOWN]),
    ]
    return Answer(report.as_json(), "\n".join(shown))


def _rules(scenario: Path) -> "WrapUpRules":
    from assist.rules import load_rules
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    loaded = load_scenario(scenario)
    name = getattr(loaded.scenario, "assist", None)
    return load_rules(loaded.folder / name if name else None).wrapup


async def _tried(scenario: Path, settings: "Settings") -> "list[Tried]":
    from functools import partial

    from aicc.mind import open_mind
    from voicebot.dialogue.trial.case_file import find_files, read_cases
    from voicebot.dialogue.trial.suite import try_scenario

    opening = partial(open_mind, settings=settings, addresses_of_services={})
    return [
        tried
        for folder, files in find_files([scenario]).items()
        for tried in await try_scenario(folder, read_cases(files), opening)
    ]

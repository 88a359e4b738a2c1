"""``aicc eval suggestions``: whether the right entry is among those that agents are shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.settings import Settings
    from assist.suggest.evaluation import KnownCall
    from kb.entry import Entry
    from voicebot.dialogue.scenario.scenario_file import LoadedScenario

SHOWN = 20


@answers
def suggestions(
    context: typer.Context,
    scenario: Annotated[
        Path | None, typer.Argument(help="A scenario with tests; the one of aicc.yaml where left out.")
    ] = None,
    queries: Annotated[
        Path | None, typer.Option(help="Questions in place of the scenario's tests: query,gold_id,kind.")
    ] = None,
    faq: Annotated[Path | None, typer.Option(help="With --queries: an FAQ in place of the scenario's own.")] = None,
) -> Answer:
    """Runs the suggestions over the scenario's conversation tests, twenty calls at once.

    Right is the entry that a test names, or that the bot has answered from in a test that passed.
    """
    from aicc.service.scenarios import sample_company
    from aicc.settings import settings_of
    from assist.suggest.evaluation import CALLS_AT_ONCE, evaluate
    from assist.suggest.suggestions import Suggestions, knowledge_of
    from kb.embedding import open_embedding
    from kb.loading import load
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    settings = settings_of(context)
    folder = scenario or settings.scenario or sample_company()
    loaded = load_scenario(folder)
    knowledge = load([faq]).entries if faq else knowledge_of(loaded)
    calls = _asked(queries, knowledge) if queries else _played(loaded, settings)
    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    report = evaluate(Suggestions(loaded, knowledge, embedding), calls)
    data = report.as_json()
    shown = [
        f"of {report.n} turns that an entry answers it was first for {100 * float(str(data['top1'])):.1f} %, among "
        f"three for {100 * float(str(data['top3'])):.1f} %; {data['p95_ms']} ms p95 with {CALLS_AT_ONCE} calls at once",
        f"{data['changes_per_turn']} changes a turn while it is spoken; the right entry was up when "
        f"{100 * float(str(data['heard_when_right'])):.0f} % of the words were heard",
        f"something was shown for {report.idle_shown} of {report.idle} other turns",
        *(f"  missed  {miss.text} ({', '.join(miss.gold)}): {', '.join(miss.shown)}" for miss in report.misses[:SHOWN]),
    ]
    return Answer(data, "\n".join(shown))


def _asked(path: Path, knowledge: "tuple[Entry, ...]") -> "list[KnownCall]":
    from datetime import date

    from assist.suggest.evaluation import of_questions
    from kb.evaluation import read_queries

    return of_questions(read_queries(path, knowledge), date.today())


def _played(loaded: "LoadedScenario", settings: "Settings") -> "list[KnownCall]":
    """The scenario's tests, held with its bot: what it does is a part of what a helper hears."""
    import asyncio
    from functools import partial

    from aicc.commands.flow_test import expected_trouble_unlogged
    from aicc.mind import open_mind
    from assist.suggest.evaluation import of_tests
    from voicebot.dialogue.trial.case_file import find_files, read_cases
    from voicebot.dialogue.trial.suite import try_scenario

    opening = partial(open_mind, settings=settings, addresses_of_services={})
    (files,) = find_files([loaded.folder]).values()
    with expected_trouble_unlogged():
        return of_tests(asyncio.run(try_scenario(loaded.folder, read_cases(files), opening)))

"""The files beside ``scenario.yaml``: what they hold can be used, and has what flows ask of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.problem import Problem, Severity
from voicebot.dialogue.scenario.scenario_file import LoadedScenario


def beside_problems(loaded: LoadedScenario, ingested: Collection[str] | None) -> Iterator[Problem]:
    """``ingested`` are the ids of entries that are known besides; None: nobody here knows them.

    A file that is missing is told elsewhere.
    """
    yield from _knowledge(loaded, ingested)
    yield from _synonyms(loaded)
    yield from _addresses(loaded)


def _knowledge(loaded: LoadedScenario, ingested: Collection[str] | None) -> Iterator[Problem]:
    from kb.loading import load  # here, not above: who only draws a flow needs none of this

    paths = [loaded.folder / name for name in loaded.scenario.knowledge]
    found = load([path for path in paths if path.exists()])
    for row in found.broken:
        yield Problem(Path(row.source), max(1, row.line), row.reason, row.cure)
    severity: Severity = "warning" if ingested is None else "error"
    known = {entry.id for entry in found.entries} | set(ingested or ())
    for name, flow in loaded.flows.items():
        for number, wanted in enumerate(flow.questions):
            if wanted not in known:
                cure = did_you_mean(wanted, known) or "check its id, or ingest it"
                what = f'no entry "{wanted}" in what the scenario knows'
                yield loaded.flow_sources[name].problem(("questions", number), what, cure, severity)


def _synonyms(loaded: LoadedScenario) -> Iterator[Problem]:
    from kb.synonyms import Synonyms, SynonymsInvalid

    path = _there(loaded, loaded.scenario.synonyms)
    try:
        if path:
            Synonyms.load(path)
    except SynonymsInvalid as invalid:
        yield _told(loaded, "synonyms", invalid)


def _addresses(loaded: LoadedScenario) -> Iterator[Problem]:
    path = _there(loaded, loaded.scenario.addresses)
    if path is None:
        return
    from kb.address import AddressBook, AddressFileUnreadable

    try:
        AddressBook.of_file(path)
    except AddressFileUnreadable as unreadable:
        yield _told(loaded, "addresses", unreadable)


def _there(loaded: LoadedScenario, name: str | None) -> Path | None:
    path = loaded.folder / name if name else None
    return path if path and path.exists() else None


def _told(loaded: LoadedScenario, key: str, error: Exception) -> Problem:
    """At the key that names the file: the message names the place in it, and ends with the cure."""
    what, _, cure = str(error).rpartition(": ")
    return loaded.scenario_source.problem((key,), what, cure)

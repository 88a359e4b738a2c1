"""``aicc kb ingest PATH… | search TEXT | suggest QUERIES``."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aicc.settings import Settings
    from kb.loading import BrokenRow
    from kb.shelf import EmbeddingProgress, Ingest, Shelf
    from kb.suggesting import Suggestions
    from kb.synonyms import Synonyms

kb = typer.Typer(help="What the company knows: take it in, search it, learn from callers.", no_args_is_help=True)
SHOWN = 20

Folder = Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="Instead of knowledge: in aicc.yaml.")]


@kb.command()
@answers
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="CSV, XLSX, Markdown, HTML, PDF, or folders of them.")
    ] = None,
    folder: Folder = None,
) -> Answer:
    """Take in files, and again after they have changed; without any, make vectors anew for another embedding."""
    from aicc.settings import settings_of

    settings = settings_of(context)
    shelf = _shelf(settings, folder)
    with _progress() as progress:
        result = shelf.ingest(paths or [], progress)
    nothing_read = bool(paths) and not result.files
    error = f"nothing was ingested: {result.broken[0]}" if nothing_read and result.broken else None
    return Answer(_ingest_data(result, settings), _ingest_shown(result), error)


@kb.command()
@answers
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What a caller asks.")],
    limit: Annotated[int, typer.Option(min=1, help="How many entries at most.")] = 3,
    folder: Folder = None,
) -> Answer:
    """What the knowledge base answers, with how sure it is; that nothing in it answers is an answer too."""
    from aicc.settings import settings_of

    settings = settings_of(context)
    found = _shelf(settings, folder).index(_synonyms(settings)).search(text, limit)
    hits = [
        {
            "id": hit.entry.id,
            "question": hit.entry.question,
            "answer": hit.entry.answer,
            "category": hit.entry.category,
            "confidence": round(float(hit.confidence), 4),
            "why": hit.why,
            "source": hit.entry.source,
        }
        for hit in found.hits
    ]
    shown = [] if found.answered else ["nothing here answers this" + ("; nearest are" if hits else "")]
    for hit in found.hits:
        shown.append(f"{100 * hit.confidence:3.0f} %  {hit.entry.question}  ({hit.entry.id})\n       {hit.why}")
        shown += [f"       {line}" for line in hit.entry.answer.splitlines()]
    data = {"text": text, "answered": bool(found.answered), "hits": hits, "ms": round(float(found.ms), 2)}
    return Answer(data, "\n".join(shown))


@kb.command()
@answers
def suggest(
    context: typer.Context,
    queries: Annotated[Path, typer.Argument(help="TSV or JSONL: query, gold_id; without gold_id it was refused.")],
    repeated: Annotated[int, typer.Option(min=1, help="Times a question was refused, at the least.")] = 2,
    folder: Folder = None,
) -> Answer:
    """Entries, examples and synonyms that refused and corrected questions of callers ask for."""
    from aicc.settings import settings_of
    from kb.asked import read_asked
    from kb.catalogue import Catalogue
    from kb.suggesting import suggest

    settings = settings_of(context)
    asked, broken = read_asked(queries)
    entries = Catalogue.read(folder or settings.knowledge).entries
    found = suggest(asked, entries, _synonyms(settings), repeated)
    return Answer(_suggest_data(found, broken), _suggest_shown(found, broken))


def _shelf(settings: "Settings", folder: Path | None) -> "Shelf":
    from kb.embedding import open_embedding
    from kb.shelf import Shelf

    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    return Shelf.open(folder or settings.knowledge, embedding)


def _synonyms(settings: "Settings") -> "Synonyms":
    from kb.synonyms import Synonyms

    return Synonyms.load(settings.synonyms) if settings.synonyms else Synonyms()


@contextmanager
def _progress() -> "Iterator[EmbeddingProgress]":
    """A bar on standard error, for people who watch."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("embedding", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _ingest_data(result: "Ingest", settings: "Settings") -> dict[str, object]:
    return {
        "added": result.added,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "removed": result.removed,
        "kept": result.kept,
        "broken": _broken_data(result.broken),
        "files": result.files,
        "embedding": settings.embedding,
        "embedded": result.embedded,
        "former_embedding": result.former_embedding,
        "ms": round(result.ms, 1),
    }


def _ingest_shown(result: "Ingest") -> str:
    counted = f"{result.added} added, {result.changed} changed, {result.unchanged} unchanged, {result.removed} removed"
    shown = [f"{counted}; {result.files} files read, {result.embedded} texts embedded, {result.ms / 1000:.1f} s"]
    if result.former_embedding is not None:
        shown.append(f'vectors of "{result.former_embedding}" were made anew')
    if result.kept:
        shown.append(f"{result.kept} stay as they were, as their rows are broken now")
    return "\n".join([*shown, *_broken_shown(result.broken)])


def _broken_data(broken: "tuple[BrokenRow, ...] | list[BrokenRow]") -> list[dict[str, object]]:
    return [{"source": row.source, "line": row.line, "reason": row.reason, "cure": row.cure} for row in broken]


def _broken_shown(broken: "tuple[BrokenRow, ...] | list[BrokenRow]") -> list[str]:
    shown = [f"  {row}" for row in broken[:SHOWN]]
    if len(broken) > SHOWN:
        shown.append(f"  and {len(broken) - SHOWN} more: --json names them all")
    return [f"{len(broken)} broken:", *shown] if broken else []


def _suggest_data(found: "Suggestions", broken: "list[BrokenRow]") -> dict[str, object]:
    return {
        "entries": [
            {"count": new.count, "queries": [{"query": query, "count": count} for query, count in new.queries]}
            for new in found.entries
        ],
        "examples": [
            {"id": new.id, "question": new.question, "query": new.query, "count": new.count} for new in found.examples
        ],
        "synonyms": [
            {"written": new.written, "said": new.said, "count": new.count, "query": new.query} for new in found.synonyms
        ],
        "unknown_ids": list(found.unknown_ids),
        "broken": _broken_data(broken),
    }


def _suggest_shown(found: "Suggestions", broken: "list[BrokenRow]") -> str:
    shown = ["nothing to suggest"] if not (found.entries or found.examples or found.synonyms) else []
    if found.entries:
        shown.append("asked again and again, and nothing answers:")
        shown += [f"  {new.count}×  " + " / ".join(query for query, _ in new.queries[:3]) for new in found.entries]
    if found.examples:
        shown.append("as examples of entries:")
        shown += [f"  {new.count}×  {new.id} ({new.question}): {new.query}" for new in found.examples]
    if found.synonyms:
        written: dict[str, list[str]] = {}
        for new in found.synonyms:
            written.setdefault(new.written, []).append(new.said)
        shown.append("for the list of synonyms:")
        shown += [f"  {word}: [{', '.join(said)}]" for word, said in written.items()]
    if found.unknown_ids:
        shown.append(f"not in the knowledge base: {', '.join(found.unknown_ids)}")
    return "\n".join([*shown, *_broken_shown(broken)])

"""``aicc address import FILE… --db DB | parse TEXT | eval CASES.tsv``."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.address import Candidate
    from kb.address.importing import Progress
    from kb.address.juso import Finder

address = typer.Typer(help="Standard addresses from what callers say.", no_args_is_help=True)

Database = Annotated[
    Path | None, typer.Option("--db", metavar="DB", help='Of "aicc address import"; else what the settings name.')
]


@address.command("import")
@answers
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="도로명주소 한글 of juso.go.kr: .zip as downloaded, .txt, .txt.gz."),
    ],
    database: Annotated[Path, typer.Option("--db", metavar="DB", help="Written anew, once all files are read.")],
    in_utf_8: Annotated[
        bool, typer.Option("--utf-8", help="The files have been converted to UTF-8; official ones are in CP949.")
    ] = False,
    may_lose: Annotated[
        bool, typer.Option("--fewer", help="Also where a province has fewer buildings than in the older book.")
    ] = False,
) -> Answer:
    """Make an address book of official files; an older one stays as it is if any of them cannot be used."""
    import time

    from kb.address import write_book

    began = time.perf_counter()
    with _progress() as progress:
        done = write_book(database, files, "utf-8" if in_utf_8 else "cp949", progress, may_lose=may_lose)
    spent_s = time.perf_counter() - began
    data = {
        "db": database,
        "buildings": done.buildings,
        "broken": done.broken,
        "first_broken": [
            {"source": row.source, "line": row.line, "reason": row.reason, "cure": row.cure}
            for row in done.first_broken
        ],
        "bytes": database.stat().st_size,
        "seconds": round(spent_s, 1),
    }
    shown = [f"{done.buildings:,} buildings in {database} ({database.stat().st_size / 1e6:,.0f} MB), {spent_s:.1f} s"]
    if done.broken:
        shown.append(f"{done.broken:,} rows are broken and left out, the first of them:")
        shown += [f"  {row}" for row in done.first_broken]
    return Answer(data, "\n".join(shown))


@address.command()
@answers
def parse(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What a caller says.")],
    database: Database = None,
    limit: Annotated[int, typer.Option(min=1, max=20, help="How many candidates at most.")] = 3,
) -> Answer:
    """The addresses that TEXT may mean, the most likely first, and what they still need."""
    import time

    book = _book(context, database)
    began = time.perf_counter()
    found = book.search(text, limit)
    spent_ms = (time.perf_counter() - began) * 1000
    data = {"text": text, "candidates": [_data(one) for one in found], "ms": round(spent_ms, 2)}
    shown = "\n".join(_shown(one) for one in found) or "no address in this"
    return Answer(data, shown)


@address.command("eval")
@answers
def evaluate_book(
    context: typer.Context,
    cases: Annotated[Path, typer.Argument(metavar="CASES.tsv", help="Spoken words, a tab, JSON of what they mean.")],
    database: Database = None,
) -> Answer:
    """The share of spoken addresses whose building is the first candidate, or among the first three."""
    from rich.console import Group
    from rich.table import Table

    from kb.address.evaluation import evaluate, read_cases

    report = evaluate(_book(context, database), read_cases(cases))
    data = {
        "n": report.n,
        "top1": round(report.top1, 4),
        "top3": round(report.top3, 4),
        "p95_ms": round(report.p95_ms, 2),
    }
    summary = f"{report.n} spoken: top 1 {report.top1:.1%}, top 3 {report.top3:.1%}, p95 {report.p95_ms:.1f} ms"
    missed = Table("spoken", "wanted", "found first", title="Not found first")
    for one in report.missed:
        wanted = " ".join(str(value) for value in one.case.wanted.values())
        missed.add_row(one.case.spoken, wanted, _written(one.found[0]) if one.found else "nothing")
    return Answer(data, Group(*([missed] if report.missed else []), summary))


def _book(context: typer.Context, database: Path | None) -> "Finder":
    from kb.address import AddressBook

    if database is not None:
        return AddressBook.open(database)
    from aicc.books import open_finder
    from aicc.errors import AiccError
    from aicc.service.scenarios import sample_company
    from aicc.settings import settings_of
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    settings = settings_of(context)
    book = open_finder(load_scenario(settings.scenario or sample_company()), settings)
    if book is None:
        raise AiccError('no address book: name one with --db, that "aicc address import" has written')
    return book


def _data(candidate: "Candidate") -> dict[str, object]:
    found = candidate.address
    return {
        "address": _written(candidate),
        "road": found.road,
        "main": found.main,
        "sub": found.sub,
        "postcode": found.postcode,
        "jibun": found.jibun_written,
        "building": found.building,
        "detail": candidate.detail,
        "score": candidate.score,
        "missing": candidate.missing,
    }


def _shown(candidate: "Candidate") -> str:
    found = candidate.address
    more = [
        found.postcode and f"({found.postcode})",
        found.building,
        found.jibun_written and f"[{found.jibun_written}]",
    ]
    needed = f"needs: {candidate.missing}" if candidate.missing != "none" else ""
    return "  ".join(filter(None, (f"{candidate.score:4.0%}  {_written(candidate)}", *more, needed)))


def _written(candidate: "Candidate") -> str:
    return f"{candidate.address.written} {candidate.detail}".strip()


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar on standard error, for people who watch."""
    if not sys.stderr.isatty():
        yield lambda rows, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)

        def told(rows: int, share: float) -> None:
            doing = f"{rows:,} rows" if share < 1 else f"{rows:,} rows, sorting names and numbers"
            bar.update(task, completed=share, description=doing)

        yield told

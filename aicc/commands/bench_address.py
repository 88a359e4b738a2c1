"""``aicc bench address``: the address book at the size of a whole country, made of the sample of one city."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.address.callers import Manner
    from kb.address.evaluation import Case, Result

SAMPLE, DONGS = "rnaddrkor_sejong.txt.gz", "legal_dong_codes.txt.gz"


@answers
def bench_address(
    rows: Annotated[int, typer.Option(min=1_000, help="Buildings of the country; Korea has 6.4 million.")] = 6_400_000,
    lookups: Annotated[int, typer.Option(min=7, help="Spoken addresses that are looked up.")] = 350,
    seed: Annotated[int, typer.Option(help="Another one makes another country.")] = 0,
    data: Annotated[
        Path | None, typer.Option(help=f"Folder of {SAMPLE} and {DONGS}; else address/ of AICC_TRAINING_DATA.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where archive and database are made, and stay; else they are deleted.")
    ] = None,
) -> Answer:
    """Seconds to import a country, and milliseconds to find what callers say, each kind of it for itself."""
    import contextlib
    import resource
    import tempfile
    import time

    from rich.console import Group
    from rich.table import Table

    from aicc.errors import AiccError
    from kb.address import AddressBook, write_book
    from kb.address.country import Country
    from kb.address.evaluation import Report, evaluate

    data = data or Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")) / "address"
    for name in (SAMPLE, DONGS):
        if not (data / name).is_file():
            raise AiccError(f'no "{name}" in "{data}": name its folder with --data, or set AICC_TRAINING_DATA')
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        archive, database = place / "country.zip", place / "country.sqlite"
        shown = Country(data / SAMPLE, data / DONGS, seed).write(archive, rows)
        began, computed = time.perf_counter(), time.process_time()
        imported = write_book(database, [archive], "cp949")
        import_s, import_cpu_s = time.perf_counter() - began, time.process_time() - computed
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began = time.perf_counter()
        book = AddressBook.open(database)
        open_s = time.perf_counter() - began
        cases = _cases(shown, lookups, seed)
        size_bytes = database.stat().st_size
        report = evaluate(book, [case for _, case in cases])
    of_manner: dict[Manner, list[Result]] = {}
    for (manner, _), result in zip(cases, report.results, strict=True):
        of_manner.setdefault(manner, []).append(result)
    figures = {
        "rows": imported.buildings,
        "import_s": round(import_s, 1),
        "import_cpu_s": round(import_cpu_s, 1),
        "peak_memory_mb": round(peak_mb),
        "size_mb": round(size_bytes / 1e6),
        "open_s": round(open_s, 2),
        "lookups": report.n,
        "top1": round(report.top1, 4),
        "top3": round(report.top3, 4),
        "p50_ms": round(report.p50_ms, 2),
        "p95_ms": round(report.p95_ms, 2),
    }
    table = Table("said", "look-ups", "top 1", "top 3", "p50 ms", "p95 ms")
    for name, of in [*((manner, Report(results)) for manner, results in of_manner.items()), ("all", report)]:
        shares, times = (f"{of.top1:.1%}", f"{of.top3:.1%}"), (f"{of.p50_ms:.1f}", f"{of.p95_ms:.1f}")
        table.add_row(name, str(of.n), *shares, *times)
    summary = (
        f"{imported.buildings:,} rows in {import_s:.0f} s with {peak_mb:.0f} MB of memory, {size_bytes / 1e6:,.0f} MB"
        f" on disk, opened in {open_s:.2f} s"
    )
    manners = {manner: round(Report(results).p95_ms, 2) for manner, results in of_manner.items()}
    return Answer({**figures, "p95_ms_of": manners}, Group(table, summary))


def _cases(shown: "list[list[str]]", count: int, seed: int) -> "list[tuple[Manner, Case]]":
    """Of addresses all over the country, said in every manner in turn."""
    import random
    from itertools import cycle, islice

    from kb.address.callers import MANNERS, spoken
    from kb.address.official_row import read_row

    draw = random.Random(seed)
    draw.shuffle(shown)
    addresses = cycle(read_row("|".join(row)).address for row in shown)

    def cases() -> "Iterator[tuple[Manner, Case]]":
        for manner in cycle(MANNERS):
            for address in islice(addresses, len(shown)):
                if case := spoken(address, manner, draw):
                    yield manner, case
                    break

    return list(islice(cases(), count))

"""``aicc bench kb``: the search beside what simple means reach, on organisations it has never seen; and its speed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from kb.embedding.embedding import Embedding
    from kb.entry import Entry


@answers
def bench_kb(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="Of NAME_faq.csv and NAME_queries.csv; those of the product else.")
    ] = None,
    entries: Annotated[
        int, typer.Option(min=100, help="Of the large knowledge base whose speed is measured.")
    ] = 10_000,
) -> Answer:
    """Recall, refusal, calibration and speed of the search, with four baselines in the same run."""
    from rich.table import Table

    import kb
    from aicc.settings import settings_of
    from kb.baselines import BASELINES, measure
    from kb.embedding import open_embedding
    from kb.evaluation import NONE, QueriesUnusable, evaluate, read_queries
    from kb.index import Index
    from kb.loading import load

    settings = settings_of(context)
    folder = folder or Path(next(iter(kb.__path__))) / "unseen"
    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    table = Table("organisation", "by", "paraphrases @1 / @3", "noisy @1 / @3", "refused", "right, refused")
    data: dict[str, Any] = {"embedding": embedding.name}
    found: list[Entry] = []
    for faq in sorted(folder.glob("*_faq.csv")):
        name = faq.stem.removesuffix("_faq")
        known = load([faq]).entries
        queries = read_queries(faq.with_name(f"{name}_queries.csv"), known)
        found += known
        report = evaluate(Index.of(known, embedding), queries)
        own = {kind: (of.recall_at_1, of.recall_at_3) for kind, of in report.kinds.items()}
        rows: dict[str, Any] = {"aicc": {**report.as_json(), "confidence": report.confidence}}
        for baseline in BASELINES:
            of = measure(baseline, known, queries)
            rows[baseline] = {**of.recall, NONE: of.rejected}
            table.add_row(name, baseline, *_recalls(of.recall), f"{of.rejected:.0%}", "10%")
        table.add_row(name, embedding.name, *_recalls(own), f"{report.rejected:.0%}", f"{report.false_rejects:.0%}")
        data[name] = rows
    if not found:
        raise QueriesUnusable(f'no *_faq.csv in "{folder}": name a folder with NAME_faq.csv and NAME_queries.csv')
    data["speed"] = speed = _speed(found, embedding, entries)
    table.add_section()
    table.add_row(
        f"{entries:,} entries",
        f"ingest {speed['ingest_s']:.1f} s, open {speed['open_s']:.1f} s",
        f"search p50 {speed['p50_ms']:.1f} ms, p95 {speed['p95_ms']:.1f} ms",
    )
    return Answer(data, shown=table)


def _recalls(of: "dict[str, tuple[float, float]]") -> tuple[str, str]:
    shown = {kind: f"{first:.2f} / {third:.2f}" for kind, (first, third) in of.items()}
    return shown.get("paraphrase", "–"), shown.get("noisy", "–")


def _speed(entries: "list[Entry]", embedding: "Embedding", count: int) -> dict[str, float]:
    """Ingest, opening and search of a large knowledge base, of files on disk, on one core."""
    import csv
    import os
    import tempfile
    import time

    import numpy as np

    from kb.many import many
    from kb.shelf import Shelf
    from kb.synonyms import Synonyms

    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "many.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(["id", "category", "question", "answer", "tags"])
                for entry in many(entries, count):
                    writer.writerow([entry.id, entry.category, entry.question, entry.answer, ""])
            began = time.perf_counter()
            shelf = Shelf.open(Path(place) / "knowledge", embedding)
            shelf.ingest([file])
            ingested = time.perf_counter()
            index = shelf.index(Synonyms())
            opened = time.perf_counter()
            index.search("영업 시간이 어떻게 되나요")  # what loads on the first use is no part of a search
            times = [index.search(f"저기 {entry.question} 궁금해서요").ms for entry in entries]
    finally:
        os.sched_setaffinity(0, cores)
    return {
        "entries": count,
        "ingest_s": round(ingested - began, 2),
        "open_s": round(opened - ingested, 2),
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
    }

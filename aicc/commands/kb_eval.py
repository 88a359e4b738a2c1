"""``aicc kb eval``: recall and refusal of the search on a file of questions."""

from pathlib import Path
from typing import Annotated

import typer

from aicc.output import Answer, answers


@answers
def evaluate_search(
    context: typer.Context,
    faq: Annotated[Path, typer.Option(help="The FAQ: id,category,question,answer,tags.")],
    queries: Annotated[Path, typer.Option(help="What callers ask: query,gold_id,kind; no gold_id is to be refused.")],
) -> Answer:
    """Recall of the right entry, before refusal, and the share of unanswerable questions that are refused."""
    from rich.table import Table

    from aicc.settings import settings_of
    from kb.embedding import open_embedding
    from kb.evaluation import NONE, QueriesUnusable, evaluate, read_queries
    from kb.index import Index
    from kb.loading import load
    from kb.synonyms import Synonyms

    settings = settings_of(context)
    loaded = load([faq])
    if not loaded.entries:
        raise QueriesUnusable(str(loaded.broken[0]) if loaded.broken else f"{faq}: no entries: write one a line")
    # before the questions: one that asks for a broken row would be blamed
    for row in loaded.broken:
        typer.echo(str(row), err=True)
    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    synonyms = Synonyms.load(settings.synonyms) if settings.synonyms else Synonyms()
    report = evaluate(Index.of(loaded.entries, embedding, synonyms), read_queries(queries, loaded.entries))
    table = Table("kind", "questions", "recall@1", "recall@3")
    for kind, recall in report.kinds.items():
        table.add_row(kind, str(recall.n), f"{recall.recall_at_1:.3f}", f"{recall.recall_at_3:.3f}")
    table.add_row(NONE, str(report.none), f"{report.rejected:.1%} refused", "")
    table.add_row("right, yet refused", "", f"{report.false_rejects:.1%}", "")
    return Answer(report.as_json(), shown=table)

"""How well an index answers: recall of the entry that is wanted, and refusal of what nothing here answers."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.entry import Entry
from kb.index import Index

NONE = "none"
"""The kind of questions without an answer in printed figures, whatever the file calls them."""

LOOKED_AT = 3  # entries of each answer: recall at 3 is the last figure
_FIGURES = (NONE, "false_rejects", "p50_ms", "p95_ms")


class QueriesUnusable(RuntimeError):
    """The file of questions cannot be used; the message names file, line and the cure."""


@dataclass(frozen=True, slots=True)
class Query:
    """``gold_id`` is the entry that answers, empty where none does; ``kind`` is how figures are told apart."""

    query: str
    gold_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Of one kind: how many questions, and the shares whose entry was the first, or among the first three."""

    n: int
    recall_at_1: float
    recall_at_3: float


@dataclass(frozen=True, slots=True)
class Report:
    """Recall is counted before refusal. ``rejected`` is the share of unanswerable questions that were refused.

    ``false_rejects`` is the share of right first entries that were refused; ``confidence`` holds, for each tenth of
    confidence, how many first entries had it and the share of them that was right.
    """

    kinds: dict[str, Recall]
    none: int
    rejected: float
    false_rejects: float
    p50_ms: float
    p95_ms: float
    confidence: tuple[tuple[float, int, float], ...]

    def as_json(self) -> dict[str, object]:
        recalls = {
            kind: {"n": of.n, "recall_at_1": round(of.recall_at_1, 4), "recall_at_3": round(of.recall_at_3, 4)}
            for kind, of in self.kinds.items()
        }
        return {
            **recalls,
            NONE: {"n": self.none, "rejected": round(self.rejected, 4)},
            "false_rejects": round(self.false_rejects, 4),
            "p50_ms": round(self.p50_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
        }


def read_queries(path: Path, entries: Sequence[Entry]) -> list[Query]:
    """CSV with the columns ``query,gold_id,kind``; :class:`QueriesUnusable` for an id that no entry has, too."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := {"query", "gold_id", "kind"} - set(reader.fieldnames or ()):
                raise QueriesUnusable(f'{path} line 1: no column "{min(missing)}": head it query,gold_id,kind')
            rows = [(reader.line_num, row) for row in reader]
    except FileNotFoundError:
        raise QueriesUnusable(f'no file "{path}": check the path') from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise QueriesUnusable(f'"{path}" cannot be read ({error}): save it as CSV in UTF-8') from None
    known = {entry.id for entry in entries}
    queries = []
    for line, row in rows:
        query, gold_id = (row["query"] or "").strip(), (row["gold_id"] or "").strip()
        if gold_id and gold_id not in known:
            raise QueriesUnusable(f'{path} line {line}: no entry "{gold_id}" in the FAQ: mend the id or leave it empty')
        kind = (row["kind"] or "").strip() or "paraphrase"
        if gold_id and kind in _FIGURES:
            raise QueriesUnusable(
                f'{path} line {line}: "{kind}" is no kind of a question with gold_id: name it otherwise'
            )
        if query:
            queries.append(Query(query, gold_id, kind))
    if not queries:
        raise QueriesUnusable(f"{path}: no questions: write one a line")
    return queries


def evaluate(index: Index, queries: Iterable[Query]) -> Report:
    """Asks everything once, after a first question that nobody times."""
    queries = list(queries)
    index.search(queries[0].query)
    ranks: dict[str, list[int]] = {}
    times: list[float] = []
    refused: list[bool] = []
    right_refused: list[bool] = []
    sure: list[tuple[float, bool]] = []
    for query in queries:
        found = index.search(query.query, LOOKED_AT)
        times.append(found.ms)
        best = found.hits[0] if found.hits else None
        sure.append((best.confidence if best else 0.0, best is not None and best.entry.id == query.gold_id))
        if not query.gold_id:
            refused.append(not found.answered)
            continue
        ids = [hit.entry.id for hit in found.hits]
        ranks.setdefault(query.kind, []).append(ids.index(query.gold_id) if query.gold_id in ids else LOOKED_AT)
        if ids and ids[0] == query.gold_id:
            right_refused.append(not found.answered)
    return Report(
        {kind: Recall(len(of), _share(r < 1 for r in of), _share(r < 3 for r in of)) for kind, of in ranks.items()},
        len(refused),
        _share(refused),
        _share(right_refused),
        float(np.percentile(times, 50)),
        float(np.percentile(times, 95)),
        _tenths(sure),
    )


def _share(of: Iterable[bool]) -> float:
    values = list(of)
    return sum(values) / len(values) if values else 0.0


def _tenths(sure: Sequence[tuple[float, bool]]) -> tuple[tuple[float, int, float], ...]:
    tenths = []
    for tenth in range(10):
        of = [is_right for confidence, is_right in sure if min(int(confidence * 10), 9) == tenth]
        if of:
            tenths.append((tenth / 10, len(of), _share(of)))
    return tuple(tenths)

"""The three organisations that the search is measured on: well-formed, and never seen in training."""

import csv
from collections import Counter
from pathlib import Path

import pytest

import kb
from kb.baselines import measure
from kb.embedding.bundled import BundledEmbedding
from kb.evaluation import evaluate, read_queries
from kb.index import Index
from kb.loading import load

FOLDER = Path(kb.__path__[0]) / "unseen"
NAMES = ("ev_charging", "pet_mall", "rental_housing")
TRAINING = Path(__file__).parents[2] / "gpu/train/questions"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_three() -> None:
    expected = {f"{name}_{what}.csv" for name in NAMES for what in ("faq", "queries")}
    assert {path.name for path in FOLDER.glob("*.csv")} == expected


@pytest.mark.parametrize("name", NAMES)
def test_eighty_entries_each_with_three_other_wordings_and_a_noisy_one(name: str) -> None:
    loaded = load([FOLDER / f"{name}_faq.csv"])
    assert loaded.broken == ()
    ids = [entry.id for entry in loaded.entries]
    assert ids == [f"F{number:03d}" for number in range(1, 81)]
    assert len({entry.question for entry in loaded.entries}) == len({entry.answer for entry in loaded.entries}) == 80

    queries = read_queries(FOLDER / f"{name}_queries.csv", loaded.entries)
    assert Counter(query.kind for query in queries) == {"paraphrase": 240, "noisy": 80, "none": 60}
    for kind, each in (("paraphrase", 3), ("noisy", 1)):
        assert Counter(query.gold_id for query in queries if query.kind == kind) == dict.fromkeys(ids, each)
    assert all((query.kind == "none") == (not query.gold_id) for query in queries)
    assert len({query.query for query in queries}) == len(queries)
    questions = {entry.question for entry in loaded.entries}
    assert not questions & {query.query for query in queries if query.kind != "noisy"}


def test_training_has_seen_none_of_it() -> None:
    def plain(text: str) -> str:
        return "".join(character for character in text if character.isalnum())

    trained = {
        plain(cell)
        for path in TRAINING.glob("*/*.tsv")
        if path.parent.name != "words"
        for line in path.read_text(encoding="utf-8").splitlines()
        for cell in line.split("\t")
    }
    assert len(trained) > 5_000
    for name in NAMES:
        # whole questions of an FAQ recur between companies: 회원 탈퇴는 어떻게 하나요?; what callers say must not
        said = [row["query"] for row in rows(f"{name}_queries") if row["kind"] != "noisy"]
        assert sum(plain(text) in trained for text in said) <= 0.01 * len(said)
        answers = [row["answer"] for row in rows(f"{name}_faq")]
        assert not [text for text in answers if plain(text) in trained]


@pytest.mark.slow
def test_recall_and_refusal_do_not_fall_behind_what_was_reached() -> None:
    reports, words = [], []
    for name in NAMES:
        entries = load([FOLDER / f"{name}_faq.csv"]).entries
        queries = read_queries(FOLDER / f"{name}_queries.csv", entries)
        reports.append(evaluate(Index.of(entries, BundledEmbedding.load()), queries))
        words.append(measure("BM25 on morphemes", entries, queries))
    paraphrases, noisy = ([report.kinds[kind] for report in reports] for kind in ("paraphrase", "noisy"))
    assert sum(of.recall_at_1 for of in paraphrases) / 3 >= 0.62
    assert sum(of.recall_at_3 for of in paraphrases) / 3 >= 0.82
    assert sum(of.recall_at_1 for of in noisy) / 3 >= 0.85
    assert sum(of.recall_at_3 for of in noisy) / 3 >= 0.93
    assert sum(report.rejected for report in reports) / 3 >= 0.75
    assert sum(report.false_rejects for report in reports) / 3 <= 0.12
    for report, simple in zip(reports, words, strict=True):
        assert report.kinds["paraphrase"].recall_at_1 > simple.recall["paraphrase"][0] + 0.1
        sure = [(count, right) for tenth, count, right in report.confidence if tenth >= 0.8]
        assert sum(count * right for count, right in sure) >= 0.8 * sum(count for count, _ in sure) > 0

"""``aicc bench kb``: the product and the baselines, side by side, and the speed of a large knowledge base."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kb.baselines import BASELINES
from tests.aicc.commands.test_kb_eval import FAQ, QUERIES
from tests.models.fake_embedding import FakeEmbedding


@pytest.fixture(autouse=True)
def embedding(monkeypatch: pytest.MonkeyPatch) -> FakeEmbedding:
    """Stands in for the one of the settings, which loads a model."""
    fake = FakeEmbedding()
    monkeypatch.setattr("kb.embedding.open_embedding", lambda choice, models, address: fake)
    return fake


@pytest.fixture
def folder(site: Path) -> Path:
    (site / "own").mkdir()
    (site / "own/shop_faq.csv").write_text(FAQ, encoding="utf-8")
    (site / "own/shop_queries.csv").write_text(QUERIES, encoding="utf-8")
    return site / "own"


def line(result: Any, exit_code: int = 0) -> dict[str, Any]:
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


def test_an_organisation_beside_the_baselines_and_the_speed(aicc, folder):
    cores = os.sched_getaffinity(0)
    told = line(aicc("bench", "kb", str(folder), "--entries", "120", "--json"))
    assert os.sched_getaffinity(0) == cores, "one core is for the measurement only"
    assert list(told) == ["embedding", "shop", "speed"]
    assert told["embedding"] == "fake"
    assert list(told["shop"]) == ["aicc", *BASELINES]
    own = told["shop"]["aicc"]
    assert own["paraphrase"] == {"n": 2, "recall_at_1": 1.0, "recall_at_3": 1.0}
    assert sum(count for _, count, _ in own["confidence"]) == QUERIES.count("\n") - 1
    for baseline in BASELINES:
        figures = told["shop"][baseline]
        assert set(figures) == {"paraphrase", "noisy", "none"}
        assert all(0 <= first <= third <= 1 for first, third in (figures["paraphrase"], figures["noisy"]))
        assert 0 <= figures["none"] <= 1
    speed = told["speed"]
    assert speed["entries"] == 120
    assert 0 < speed["p50_ms"] <= speed["p95_ms"] and speed["ingest_s"] > 0 and speed["open_s"] > 0


def test_people_see_a_table(aicc, folder):
    shown = aicc("bench", "kb", str(folder), "--entries", "100")
    assert shown.exit_code == 0
    for word in ("shop", "fake", "BM25 on morphemes", "100 entries", "p95"):
        assert word in shown.stdout


def test_a_folder_without_a_pair_of_files_says_what_to_name(aicc, folder, site):
    told = line(aicc("bench", "kb", str(site), "--json"), 1)
    assert told["error"] == f'no *_faq.csv in "{site}": name a folder with NAME_faq.csv and NAME_queries.csv'
    (folder / "shop_queries.csv").unlink()
    assert "shop_queries.csv" in line(aicc("bench", "kb", str(folder), "--json"), 1)["error"]


def test_too_few_entries_to_measure_are_refused(aicc, folder):
    assert aicc("bench", "kb", str(folder), "--entries", "99").exit_code == 2

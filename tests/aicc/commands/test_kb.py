"""``aicc kb``: what a person sees of the knowledge base."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.models.fake_embedding import FakeEmbedding

FAQ = """id,category,question,answer,tags
D1,배송,배송비는 얼마인가요?,3만 원 이상은 무료입니다.,배송비
R1,환불,환불은 언제 되나요?,영업일 3일 안에 됩니다.,
R2,환불,환불은 어디서 하나요?,,
"""


@pytest.fixture(autouse=True)
def embedding(monkeypatch: pytest.MonkeyPatch) -> FakeEmbedding:
    """Stands in for the one of the settings, which loads a model."""
    fake = FakeEmbedding()
    monkeypatch.setattr("kb.embedding.open_embedding", lambda choice, models, address: fake)
    return fake


@pytest.fixture
def faq(site: Path) -> Path:
    (site / "faq.csv").write_text(FAQ, encoding="utf-8")
    return site / "faq.csv"


def line(result: Any, exit_code: int = 0) -> dict[str, Any]:
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


def test_ingest_counts_and_names_what_is_broken(aicc, faq, site):
    told = line(aicc("kb", "ingest", "faq.csv", "--json"))
    counts = {name: told[name] for name in ("added", "changed", "unchanged", "removed", "kept", "files", "embedded")}
    assert counts == {"added": 2, "changed": 0, "unchanged": 0, "removed": 0, "kept": 0, "files": 1, "embedded": 4}
    [broken] = told["broken"]
    assert broken == {
        "source": "faq.csv",
        "line": 4,
        "reason": "the answer is empty",
        "cure": "write one, or delete the row",
    }
    assert (site / "knowledge").is_dir()
    again = aicc("kb", "ingest", str(faq))
    assert again.exit_code == 0
    assert "0 added, 0 changed, 2 unchanged, 0 removed; 1 files read, 0 texts embedded" in again.stdout
    assert "faq.csv:4: the answer is empty: write one, or delete the row" in again.stdout


def test_ingest_of_nothing_that_can_be_read_fails(aicc, site):
    told = line(aicc("kb", "ingest", "gone.csv", "--json"), exit_code=1)
    assert told["error"] == "nothing was ingested: gone.csv: there is no such file: check the path"
    assert [row["source"] for row in told["broken"]] == ["gone.csv"]


def test_ingest_goes_on_beside_a_file_that_cannot_be_read(aicc, faq):
    told = line(aicc("kb", "ingest", "gone.csv", "faq.csv", "--json"))
    assert (told["added"], len(told["broken"])) == (2, 2)


def test_another_embedding_is_told(aicc, faq, embedding):
    aicc("kb", "ingest", "faq.csv")
    embedding.name = "other"
    refused = aicc("kb", "search", "배송비")
    assert refused.exit_code == 1
    assert 'was ingested with "fake", and "other" is chosen now: run "aicc kb ingest"' in refused.stderr
    assert 'vectors of "fake" were made anew' in aicc("kb", "ingest").stdout


def test_search_says_how_to_ingest_where_nothing_was(aicc, site):
    result = aicc("kb", "search", "배송비")
    assert result.exit_code == 1
    assert 'nothing was ingested into "' in result.stderr
    assert 'run "aicc kb ingest PATH"' in result.stderr


def test_search_answers_with_the_best_entries(aicc, faq):
    aicc("kb", "ingest", "faq.csv", "--kb", "other")
    told = line(aicc("kb", "search", "배송비는 얼마인가요", "--kb", "other", "--limit", "1", "--json"))
    assert told["answered"] is True
    [hit] = told["hits"]
    assert (hit["id"], hit["answer"], hit["source"]) == ("D1", "3만 원 이상은 무료입니다.", "faq.csv:2")
    assert 0 < hit["confidence"] <= 1
    assert told["ms"] >= 0
    assert "3만 원 이상은 무료입니다." in aicc("kb", "search", "배송비는 얼마인가요", "--kb", "other").stdout


def test_search_says_when_nothing_answers(aicc, faq):
    aicc("kb", "ingest", "faq.csv")
    told = line(aicc("kb", "search", "xyzzy quux", "--json"))
    assert told["answered"] is False
    assert "nothing here answers this" in aicc("kb", "search", "xyzzy quux").stdout


def test_the_folder_and_the_synonyms_are_settings(aicc, faq, site):
    (site / "aicc.yaml").write_text("knowledge: elsewhere\nsynonyms: words.yaml\n")
    aicc("kb", "ingest", "faq.csv")
    assert (site / "elsewhere").is_dir()
    result = aicc("kb", "search", "배송비")
    assert 'no synonyms "' in result.stderr
    assert 'check "synonyms:" in aicc.yaml' in result.stderr


def test_suggest_shows_what_callers_teach(aicc, faq, site):
    aicc("kb", "ingest", "faq.csv")
    rows = [
        "query\tgold_id",
        *["주차 되나요\t"] * 2,
        "택배비 얼마예요\tD1",
        "택배비 알려주세요\tD1",
        "\tD1",
        "가나\tX9",
    ]
    (site / "asked.tsv").write_text("\n".join(rows), encoding="utf-8")
    told = line(aicc("kb", "suggest", "asked.tsv", "--json"))
    assert told["entries"] == [{"count": 2, "queries": [{"query": "주차 되나요", "count": 2}]}]
    assert [example["query"] for example in told["examples"]] == ["택배비 얼마예요", "택배비 알려주세요"]
    assert [(pair["written"], pair["said"]) for pair in told["synonyms"]] == [("배송비", "택배비")]
    assert (told["unknown_ids"], [row["line"] for row in told["broken"]]) == (["X9"], [6])
    shown = aicc("kb", "suggest", "asked.tsv").stdout
    assert "  배송비: [택배비]" in shown
    assert "2×  주차 되나요" in shown

"""``aicc kb eval``: one line of figures, and files that cannot be measured with."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.models.fake_embedding import FakeEmbedding

FAQ = """id,category,question,answer,tags
D1,배송,배송비는 얼마인가요?,3만 원 이상은 무료입니다.,배송비
D2,배송,배송은 며칠 걸리나요?,이틀 안에 도착합니다.,
R1,환불,환불은 언제 되나요?,영업일 3일 안에 됩니다.,
P1,회원,비밀번호를 잊어버렸어요,앱에서 다시 만드시면 됩니다.,
C1,결제,쿠폰은 어디에서 쓰나요?,결제 화면에서 쓰십니다.,
"""
QUERIES = """query,gold_id,kind
배송비는 얼마예요,D1,paraphrase
환불은 언제 돼요,R1,paraphrase
배 송비는얼 마인가요,D1,noisy
비밀버노를 이저버려써요,P1,noisy
xyzzy plugh,,none
"""


@pytest.fixture(autouse=True)
def embedding(monkeypatch: pytest.MonkeyPatch) -> FakeEmbedding:
    """Stands in for the one of the settings, which loads a model."""
    fake = FakeEmbedding()
    monkeypatch.setattr("kb.embedding.open_embedding", lambda choice, models, address: fake)
    return fake


@pytest.fixture(autouse=True)
def files(site: Path) -> Path:
    (site / "F.csv").write_text(FAQ, encoding="utf-8")
    (site / "Q.csv").write_text(QUERIES, encoding="utf-8")
    return site


def line(result: Any, exit_code: int = 0) -> dict[str, Any]:
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


def measured(aicc: Any) -> Any:
    return aicc("kb", "eval", "--faq", "F.csv", "--queries", "Q.csv", "--json")


def test_json_is_one_key_a_kind_and_the_figures(aicc):
    told = line(measured(aicc))
    assert list(told) == ["paraphrase", "noisy", "none", "false_rejects", "p50_ms", "p95_ms"]
    assert told["paraphrase"] == {"n": 2, "recall_at_1": 1.0, "recall_at_3": 1.0}
    assert told["noisy"] == {"n": 2, "recall_at_1": 1.0, "recall_at_3": 1.0}
    assert told["none"]["n"] == 1 and told["none"]["rejected"] in (0.0, 1.0)
    assert 0 <= told["false_rejects"] <= 1
    assert 0 < told["p50_ms"] <= told["p95_ms"]


def test_people_see_a_table(aicc):
    shown = aicc("kb", "eval", "--faq", "F.csv", "--queries", "Q.csv")
    assert shown.exit_code == 0
    for word in ("recall@1", "paraphrase", "noisy", "refused", "1.000"):
        assert word in shown.stdout


def test_a_broken_row_is_named_and_the_rest_measured(aicc, files):
    (files / "F.csv").write_text(FAQ + "X1,기타,답이 없는 질문?,,\n", encoding="utf-8")
    result = measured(aicc)
    assert line(result)["paraphrase"]["n"] == 2
    assert result.stderr.splitlines() == ["F.csv:7: the answer is empty: write one, or delete the row"]


def test_a_question_for_a_broken_row_is_told_with_the_row(aicc, files):
    (files / "F.csv").write_text(FAQ.replace("3만 원 이상은 무료입니다.", ""), encoding="utf-8")
    result = measured(aicc)
    assert line(result, 1)["error"] == 'Q.csv line 2: no entry "D1" in the FAQ: mend the id or leave it empty'
    assert "F.csv:2: the answer is empty" in result.stderr


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("Q.csv", "query,kind\n배송비?,none\n", 'Q.csv line 1: no column "gold_id": head it query,gold_id,kind'),
        ("Q.csv", QUERIES.replace("R1", "R9"), 'Q.csv line 3: no entry "R9" in the FAQ: mend the id or leave it empty'),
        ("Q.csv", "query,gold_id,kind\n", "Q.csv: no questions: write one a line"),
        ("Q.csv", "", 'Q.csv line 1: no column "gold_id"'),
        ("F.csv", "", "F.csv: "),
        ("F.csv", "id,category,question,answer,tags\n", "F.csv: no entries: write one a line"),
        ("F.csv", "id,category,answer,tags\nD1,배송,무료,\n", "no line names a column for the question"),
        ("F.csv", "question,answer\n,\n환불?,\n", "F.csv:3: the answer is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(aicc, files, name, text, complaint):
    (files / name).write_text(text, encoding="utf-8")
    told = line(measured(aicc), 1)
    assert set(told) == {"error"} and complaint in told["error"]
    assert "bug in aicc" not in told["error"]


def test_files_that_are_not_there_or_not_utf_8(aicc, files):
    (files / "Q.csv").write_text(QUERIES, encoding="cp949")
    assert "save it as CSV in UTF-8" in line(measured(aicc), 1)["error"]
    (files / "F.csv").write_bytes(b"\xff\xff\x00")
    assert line(measured(aicc), 1)["error"].startswith("F.csv: ")
    (files / "F.csv").unlink()
    assert line(measured(aicc), 1)["error"] == "F.csv: there is no such file: check the path"
    (files / "F.csv").write_text(FAQ, encoding="cp949")
    (files / "Q.csv").unlink()
    assert line(measured(aicc), 1)["error"] == 'no file "Q.csv": check the path'


def test_synonyms_of_the_settings_count(aicc, files):
    (files / "Q.csv").write_text("query,gold_id,kind\n도사견은 언제 돼요,R1,paraphrase\n", encoding="utf-8")
    (files / "aicc.yaml").write_text("synonyms: synonyms.yaml\n", encoding="utf-8")
    (files / "synonyms.yaml").write_text("환불: [도사견]\n", encoding="utf-8")
    assert line(measured(aicc))["paraphrase"]["recall_at_1"] == 1


def test_both_files_are_asked_for(aicc):
    assert aicc("kb", "eval", "--faq", "F.csv").exit_code == 2

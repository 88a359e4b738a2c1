"""``aicc eval suggestions``: one line of figures, over questions and over the sample company's conversation tests."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from aicc.commands.eval_suggestions import suggestions

app = typer.Typer()
app.command()(suggestions)


def test_the_figures_over_questions_are_one_line(tmp_path: Path) -> None:
    file = tmp_path / "queries.csv"
    file.write_text("query,gold_id,kind\n택배비가 얼마예요,N017,a\n택배비가 얼마예요,N143,a\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["--queries", str(file), "--json"])
    data = json.loads(result.stdout)
    assert (data["n"], data["top1"], data["top3"]) == (2, 0.5, 0.5) and data["p95_ms"] > 0
    assert [miss["gold"] for miss in data["misses"]] == [["N143"]]
    assert "missed  택배비가 얼마예요 (N143)" in CliRunner().invoke(app, ["--queries", str(file)]).stdout


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--queries", str(tmp_path / "none.csv"), "--json"])
    assert result.exit_code == 1 and "no file" in json.loads(result.stdout)["error"]


@pytest.mark.load
def test_the_right_entry_is_among_the_first_three_on_the_sample_companys_calls() -> None:
    data = json.loads(CliRunner().invoke(app, ["--json"]).stdout)
    assert data["n"] >= 20 and data["top3"] >= 0.95, data["misses"]
    assert data["changes_per_turn"] <= 0.5
